/** Items as lines of a segment. */
import { SlyError } from '../lib/errors.ts';
import type { SegmentItem } from '../protocol/plugin.ts';
import type { NewItem } from './plugin.ts';

/** Throws SLY_PLUGIN_OUTPUT unless it has exactly one source of bytes. */
export function itemLine(item: NewItem): SegmentItem {
  const { dataset, name, file, result, link, probe, range, annotation, mime, width, height, meta } = item;
  const given = [file, result, link].filter((one) => one !== undefined).length;
  if (given !== 1)
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `${dataset}/${name}: expected exactly one of file, result and link, got ${given}`,
    });
  const bytes = writtenPath({ file, result });
  return {
    kind: 'item',
    dataset,
    name,
    ...(bytes === undefined ? {} : { file: bytes }),
    ...(link === undefined ? {} : { link }),
    ...(probe === undefined ? {} : { probe: { ...probe, file: `data/${probe.file}` } }),
    ...(range === undefined ? {} : { range: [range[0], range[1]] }),
    ...(mime === undefined ? {} : { mime }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(annotation === undefined ? {} : { ann: annotation }),
    ...(meta === undefined ? {} : { meta }),
  };
}

/** As lines have it: below the task folder. */
export function writtenPath(of: {
  file?: string | undefined;
  result?: string | undefined;
}): string | undefined {
  if (of.file !== undefined) return `data/${of.file}`;
  return of.result === undefined ? undefined : `results/${of.result}`;
}
