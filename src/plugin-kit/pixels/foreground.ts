/** Pictures that say yes or no for each pixel, brought to the size of the picture they speak of. */
import type { Mask } from '../../format/bitmap.ts';
import { type PngHeader, readPngHeader, readPngValues } from '../../format/png-mask.ts';
import { SlyError } from '../../lib/errors.ts';
import type { Size } from '../to-pixels.ts';
import { fitNumbers, type NumberGrid } from './fit-numbers.ts';

export interface PngForeground {
  /** Undefined when everything is black. */
  mask: Mask | undefined;
  /** Of the PNG, when that is not the size asked for. */
  otherSize: Size | undefined;
}

/** A picture may be so much larger or smaller than its mask; beyond that a header is not to be believed. */
const MAX_TIMES = 64;
const FREE_PIXELS = 4e6;

/**
 * What is not black in a PNG of any kind (palettes looked up, alpha ignored). Throws SLY_IMAGE_UNREADABLE for what is
 * none, SLY_FORMAT_INVALID when the sizes are out of all proportion, before memory is taken for either.
 */
export function pngForeground(png: Buffer, size: Size): PngForeground {
  const header = readPngHeader(png);
  if (header === undefined)
    throw new SlyError('SLY_IMAGE_UNREADABLE', { detail: 'expected a PNG as mask, got something else' });
  const { width, height } = header;
  assertAlike({ width, height }, size);
  const numbers = valuesOf(png, header);
  return {
    mask: foreground({ width, height, numbers }, size),
    otherSize: width === size.width && height === size.height ? undefined : { width, height },
  };
}

/** Decoders throw errors of their own for what is wrong behind the header. */
function valuesOf(png: Buffer, header: PngHeader): Uint8Array {
  try {
    return readPngValues(png, header, { kind: 'mask', alphaDecides: false });
  } catch (error) {
    if (error instanceof SlyError) throw error;
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `expected a PNG that can be decoded, got one where ${(error as Error).message}`,
      cause: error,
    });
  }
}

/**
 * What is not 0 as a tight mask; undefined when nothing is. Of another size than `size`: each pixel takes the value of
 * the nearest one. Throws SLY_FORMAT_INVALID as above.
 */
export function foreground(grid: NumberGrid, size: Size): Mask | undefined {
  assertAlike(grid, size);
  const { numbers: values } = fitNumbers(grid, size);
  const box = { left: size.width, right: -1, top: -1, bottom: -1 };
  for (let y = 0, at = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++, at++) {
      if (values[at] === 0) continue;
      if (x < box.left) box.left = x;
      if (x > box.right) box.right = x;
      if (box.top < 0) box.top = y;
      box.bottom = y;
    }
  }
  if (box.top < 0) return undefined;
  const [width, height] = [box.right - box.left + 1, box.bottom - box.top + 1];
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    const from = (box.top + y) * size.width + box.left;
    for (let x = 0; x < width; x++, to++) if (values[from + x] !== 0) data[to] = 1;
  }
  return { x: box.left, y: box.top, width, height, data };
}

function assertAlike(mask: Size, picture: Size): void {
  const [own, other] = [mask.width * mask.height, picture.width * picture.height];
  const [small, large] = [Math.min(own, other), Math.max(own, other)];
  if (large <= FREE_PIXELS || large <= MAX_TIMES * small) return;
  throw new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a mask about as large as its picture (${picture.width} x ${picture.height}), got ${mask.width} x ${mask.height}`,
  });
}
