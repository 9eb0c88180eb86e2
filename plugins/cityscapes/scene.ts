/** The labels of one picture -> its polygons as JSON and its masks as PNG. Done in worker threads (scene-worker.ts). */

import type { Mask } from '../../src/format/bitmap.ts';
import { labelMask, paintMask } from '../../src/format/label-mask.ts';
import type { Geometry, Points, Ring } from '../../src/format/model.ts';
import { traceContours } from '../../src/format/trace-contours.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { loadSharp, MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import { writeColours, writeGrey } from '../../src/plugin-kit/pixels/write-png.ts';
import { joinRings } from './joined-rings.ts';
import { OUT_OF_ROI } from './table.ts';

export interface SceneLabel {
  /** Place in the list of objects. */
  at: number;
  name: string;
  id: number;
  colour: number;
  hasInstances: boolean;
  instance?: string;
  geometry: Geometry;
}

export interface SceneJob {
  width: number;
  height: number;
  /** Later ones lie above earlier ones. */
  labels: readonly SceneLabel[];
  masks: boolean;
  holes: 'join' | 'drop';
  /** Absolute path of a picture that is to become a PNG. */
  convert?: string;
}

export interface Scene {
  /** `_polygons.json`. */
  polygons: string;
  color?: Uint8Array;
  labelIds?: Uint8Array;
  instanceIds?: Uint8Array;
  picture?: Uint8Array;
  pictureFault?: { code: string; message: string };
  /** Kinds of what was lost, once for each. */
  losses: string[];
  lost: { at: number; code: string; message: string }[];
}

/** 16 bits hold no more: `id * 1000 + object`. */
const MOST_NUMBERED = 65_535;

export async function drawScene(job: SceneJob): Promise<Scene> {
  const { width, height, labels } = job;
  const scene: Scene = { polygons: '', losses: [], lost: [] };
  const objects: { label: string; polygon: Ring; instance?: string }[] = [];
  const canvas = job.masks ? createCanvas(job) : undefined;
  for (const label of labels) {
    try {
      const mask = job.masks || isMask(label.geometry) ? labelMask(label.geometry, job) : undefined;
      const outlines = outlinesOf(label.geometry, mask);
      if (outlines.length === 0 || ((job.masks || isMask(label.geometry)) && mask === undefined))
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected a ${label.geometry.geometryType} with pixels in the picture, got one without any`,
        });
      if (mask !== undefined) canvas?.paint(label, mask, scene.losses);
      const instance = label.instance ?? (outlines.length > 1 ? `object-${label.at}` : undefined);
      for (const points of outlines)
        objects.push({
          label: label.name,
          polygon: ringOf(points, label, job, scene.losses),
          ...(instance === undefined ? {} : { instance }),
        });
    } catch (error) {
      const { code, detail } = toSlyError(error);
      scene.lost.push({ at: label.at, code, message: detail });
    }
  }
  scene.polygons = `${JSON.stringify({ imgHeight: height, imgWidth: width, objects })}\n`;
  if (canvas !== undefined) Object.assign(scene, canvas.pictures());
  if (job.convert !== undefined) await convert(job.convert, scene);
  return scene;
}

const isMask = ({ geometryType }: Geometry): boolean =>
  geometryType === 'bitmap' || geometryType === 'alpha_mask';

/** A single pixel or a straight line has fewer than three points: the last is repeated, which fills the same pixels. */
function outlinesOf(geometry: Geometry, mask: Mask | undefined): Points[] {
  switch (geometry.geometryType) {
    case 'polygon':
      return [geometry.points];
    case 'multipolygon':
      return geometry.parts;
    default:
      return mask === undefined
        ? []
        : traceContours(mask).map(({ exterior, interior }) => ({
            exterior: threePoints(exterior),
            interior: interior.map(threePoints),
          }));
  }
}

function threePoints(ring: Ring): Ring {
  const last = ring.at(-1);
  const points = [...ring];
  while (last !== undefined && points.length < 3) points.push(last);
  return points;
}

function ringOf(points: Points, { name }: SceneLabel, { holes }: SceneJob, losses: string[]): Ring {
  const whole: Points = {
    exterior: points.exterior.map(toPixel),
    interior: points.interior.map((ring) => ring.map(toPixel)),
  };
  if (whole.interior.length === 0) return whole.exterior;
  if (holes === 'join' || name === OUT_OF_ROI) return joinRings(whole);
  for (const _hole of whole.interior) losses.push('hole of a polygon');
  return whole.exterior;
}

const toPixel = ([x, y]: Ring[number]): Ring[number] => [Math.floor(x), Math.floor(y)];

function createCanvas({ width, height, labels }: SceneJob) {
  const deep = labels.some(({ id }) => id > 255);
  const ids = deep ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const instances = new Uint16Array(width * height);
  const colours = new Uint32Array(width * height);
  /** By class id: how many objects there are, and which of them an instance key is. */
  const counted = new Map<number, { next: number; byKey: Map<string, number> }>();

  function numberOf({ id, hasInstances, instance }: SceneLabel, losses: string[]): number {
    if (!hasInstances) return id;
    let objects = counted.get(id);
    if (objects === undefined) {
      objects = { next: 0, byKey: new Map() };
      counted.set(id, objects);
    }
    const object = (instance === undefined ? undefined : objects.byKey.get(instance)) ?? objects.next++;
    if (instance !== undefined) objects.byKey.set(instance, object);
    const number = id * 1000 + object;
    if (object < 1000 && number <= MOST_NUMBERED) return number;
    losses.push('object beyond what an instance mask can number (it has the number of its class there)');
    return id;
  }

  return {
    paint(label: SceneLabel, mask: Mask, losses: string[]): void {
      paintMask(mask, ids, width, label.id);
      paintMask(mask, instances, width, numberOf(label, losses));
      paintMask(mask, colours, width, label.colour);
    },
    pictures(): Pick<Scene, 'color' | 'labelIds' | 'instanceIds'> {
      const size = { width, height };
      return {
        color: writeColours(colours, size),
        labelIds: writeGrey(ids, size),
        instanceIds: writeGrey(instances, size),
      };
    },
  };
}

async function convert(file: string, scene: Scene): Promise<void> {
  try {
    const sharp = await loadSharp();
    const png = await sharp(file, { limitInputPixels: MAX_DECODED_PIXELS })
      .png({ compressionLevel: 4 })
      .toBuffer();
    // A copy: memory of the library cannot be handed to another thread.
    scene.picture = new Uint8Array(png);
  } catch (error) {
    scene.pictureFault = { code: 'SLY_IMAGE_UNREADABLE', message: (error as Error).message };
  }
}

/** Buffers that are handed over to the main thread; a small one lies in a pool that others use. */
export function buffersOf({ color, labelIds, instanceIds, picture }: Scene): ArrayBuffer[] {
  return [color, labelIds, instanceIds, picture].flatMap((bytes) =>
    bytes === undefined || bytes.byteLength !== bytes.buffer.byteLength ? [] : [bytes.buffer as ArrayBuffer],
  );
}
