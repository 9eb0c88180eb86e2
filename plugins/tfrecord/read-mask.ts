/** The mask of one object: a PNG over the whole picture. */
import { encodeBitmap } from '../../src/format/bitmap.ts';
import type { BitmapJson } from '../../src/format/model.ts';
import { pngForeground } from '../../src/plugin-kit/pixels/foreground.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';

export interface ReadMask {
  /** Undefined when not one pixel is set, which is how an object without a mask is written. */
  bitmap: BitmapJson | undefined;
  /** Its own size, when that is not the picture's. */
  otherSize: Size | undefined;
}

/** Throws SLY_IMAGE_UNREADABLE and SLY_FORMAT_INVALID for what is no mask of that picture. */
export function readMask(png: Buffer, size: Size): ReadMask {
  if (png.length === 0) return { bitmap: undefined, otherSize: undefined };
  const { mask, otherSize } = pngForeground(png, size);
  return { bitmap: mask === undefined ? undefined : encodeBitmap(mask), otherSize };
}
