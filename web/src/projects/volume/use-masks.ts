/** Masks in space of a volume, fetched one after the other while it is already shown. */
import { useEffect, useState } from 'preact/hooks';
import { askWorker } from '../../reading/ask-worker.ts';
import { itemBytes } from '../../reading/item-bytes.ts';
import { onlyPart } from '../../reading/only-part.ts';
import type { PlacedMask } from './paint.ts';
import { placeMask } from './place-mask.ts';
import { MOST_FILE_BYTES } from './read/limits.ts';
import type { InlineMask } from './read/mask3d.ts';
import type { Mask3d, Volume } from './read/volume.ts';
import type { VolumeQuestion } from './read/volume-worker.ts';
import type { VolumeObject } from './volume-objects.ts';

/** What all masks of a volume may take, cropped. */
const MOST_MASK_BYTES = 256 << 20;

export interface Masks {
  /** By the number of the object in the list. */
  placed: ReadonlyMap<number, PlacedMask>;
  /** Objects in space that are not shown, with the first reason. */
  missing: number;
  reason: string;
}

const NOTHING: Masks = { placed: new Map(), missing: 0, reason: '' };

export function useMasks(objects: readonly VolumeObject[], volume: Volume | undefined): Masks {
  const [masks, setMasks] = useState(NOTHING);
  useEffect(() => {
    setMasks(NOTHING);
    if (volume === undefined) return;
    const controller = new AbortController();
    void (async () => {
      for (const [at, object] of objects.entries()) {
        if (object.slice !== undefined) continue;
        const found = await readMask(object, volume, controller.signal).catch((error: unknown) =>
          error instanceof Error ? error.message : String(error),
        );
        if (controller.signal.aborted) return;
        setMasks((before) => withMask(before, at, found));
      }
    })();
    return () => controller.abort();
  }, [objects, volume]);
  return masks;
}

function withMask(before: Masks, at: number, found: PlacedMask | string): Masks {
  const used = [...before.placed.values()].reduce((sum, one) => sum + one.set.length, 0);
  const isFull = typeof found !== 'string' && used + found.set.length > MOST_MASK_BYTES;
  if (typeof found === 'string' || isFull) {
    const reason = typeof found === 'string' ? found : 'The masks take more than the page can hold.';
    return { ...before, missing: before.missing + 1, reason: before.reason || reason };
  }
  return { ...before, placed: new Map(before.placed).set(at, found) };
}

async function readMask({ figure }: VolumeObject, volume: Volume, signal: AbortSignal): Promise<PlacedMask> {
  if (figure.geometryType !== 'mask_3d')
    throw new Error(`The page does not draw ${figure.geometryType.replaceAll('_', ' ')}.`);
  const ask = (question: VolumeQuestion, transfer: Transferable[]): Promise<Mask3d> =>
    askWorker('volume-worker.js', question, { transfer, signal });
  const inlineMask = figure.geometry?.mask_3d as InlineMask | undefined;
  let mask: Mask3d;
  if (inlineMask !== undefined) mask = await ask({ inlineMask }, []);
  else {
    const body = await itemBytes(
      'figures.bulk.download.geometry',
      { ids: [figure.id] },
      { most: MOST_FILE_BYTES, onProgress: () => undefined, signal },
    );
    const maskFile = onlyPart(body);
    mask = await ask({ maskFile }, [body.buffer]);
  }
  const placed = placeMask(mask, volume);
  if (placed === undefined) throw new Error('A mask lies in another grid than the volume.');
  return placed;
}
