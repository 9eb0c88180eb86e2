/** Small scenes made in the test, and masks told the way the Python script tells them. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { decodeBitmap, type Mask } from '../../../src/format/bitmap.ts';
import type { BitmapJson, Ring } from '../../../src/format/model.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
export const SCRIPT = fileURLToPath(new URL('./oracle/cityscapes_oracle.py', import.meta.url));
export const fixture = (name: string): string => path.join(FIXTURES, name);

export type ToldMask = [x: number, y: number, width: number, height: number, sha256: string];

export const toldBitmap = (bitmap: BitmapJson): ToldMask => toldMask(decodeBitmap(bitmap));

export function toldMask({ x, y, width, height, data }: Mask): ToldMask {
  return [x, y, width, height, createHash('sha256').update(data).digest('hex')];
}

export const picture = (width = 20, height = 10): Uint8Array =>
  encode({ width, height, channels: 1, depth: 8, data: new Uint8Array(width * height).fill(90) });

export const square = (left: number, top: number, side: number): Ring => [
  [left, top],
  [left + side, top],
  [left + side, top + side],
  [left, top + side],
];

export const polygons = (objects: readonly unknown[], width = 20, height = 10): string =>
  JSON.stringify({ imgHeight: height, imgWidth: width, objects });

/** One picture with these objects. */
export const scene = (objects: readonly unknown[]): Record<string, string | Uint8Array> => ({
  'leftImg8bit/val/ulm/a_leftImg8bit.png': picture(),
  'gtFine/val/ulm/a_gtFine_polygons.json': polygons(objects),
});
