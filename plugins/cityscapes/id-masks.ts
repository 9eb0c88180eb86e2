/** `_instanceIds.png` or `_labelIds.png` -> bitmaps. Pure work on a file, done in worker threads (read-worker.ts). */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { BitmapJson } from '../../src/format/model.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { readValues, toValues } from '../../src/plugin-kit/pixels/read-values.ts';
import { valueMasks } from '../../src/plugin-kit/pixels/value-masks.ts';

export interface IdMaskJob {
  /** Absolute. */
  file: string;
  /** Pixels of the picture. */
  width: number;
  height: number;
}

/** In the order of their first pixels. */
export type IdMasks = { id: number; bitmap: BitmapJson }[];

/** 0 is what nobody labelled. In `instanceIds` 1000 and more are `id * 1000 + object`. */
export async function readIdMasks({ file, width, height }: IdMaskJob): Promise<IdMasks> {
  const image = await readValues(file);
  if (image.width !== width || image.height !== height)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a mask as large as its picture, ${width} x ${height}, got ${image.width} x ${image.height}`,
    });
  const masks: IdMasks = [];
  for (const { value, mask } of valueMasks(toValues(image), image))
    masks.push({ id: value, bitmap: encodeBitmap(mask) });
  return masks;
}
