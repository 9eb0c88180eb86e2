/** Small masks made in the test, and masks told the way the Python script tells them. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import { cropMask } from '../../../src/format/crop.ts';
import type { BitmapJson, Label } from '../../../src/format/model.ts';

export const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
export const SCRIPT = fileURLToPath(new URL('./oracle/masks_oracle.py', import.meta.url));
export const fixture = (name: string): string => path.join(FIXTURES, name);

export type ToldMask = [x: number, y: number, width: number, height: number, sha256: string];

export function toldMask(bitmap: BitmapJson): ToldMask {
  const { x, y, width, height, data } = decodeBitmap(bitmap);
  return [x, y, width, height, createHash('sha256').update(data).digest('hex')];
}

/** `[class, mask]` in the order of the labels. */
export const toldLabels = (labels: readonly Label[]): [string, ToldMask][] =>
  labels.map((label) => {
    if (label.geometryType !== 'bitmap') throw new Error(`a ${label.geometryType}`);
    return [label.classTitle, toldMask(label.bitmap)];
  });

/** Rows of digits, or of numbers. */
export function grey(rows: readonly (string | readonly number[])[], depth: 8 | 16 = 8): Uint8Array {
  const numbers = rows.flatMap((row) => [...row].map(Number));
  const data = depth === 16 ? Uint16Array.from(numbers) : Uint8Array.from(numbers);
  return encode({ width: rows[0]?.length ?? 0, height: rows.length, channels: 1, depth, data });
}

export function rgb(rows: readonly (readonly number[])[]): Uint8Array {
  const data = Uint8Array.from(rows.flat().flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return encode({ width: rows[0]?.length ?? 0, height: rows.length, channels: 3, depth: 8, data });
}

export const picture = (width: number, height: number): Uint8Array =>
  encode({ width, height, channels: 1, depth: 8, data: new Uint8Array(width * height).fill(90) });

/** The set pixels as rows of `.` and `#` over a picture of that size. */
export function drawn(label: Label | undefined, width: number, height: number): string[] {
  if (label?.geometryType !== 'bitmap') return [];
  const mask = cropMask(decodeBitmap(label.bitmap), { width, height });
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => {
      if (mask === undefined) return '.';
      const [cx, cy] = [x - mask.x, y - mask.y];
      const inside = cx >= 0 && cy >= 0 && cx < mask.width && cy < mask.height;
      return inside && mask.data[cy * mask.width + cx] !== 0 ? '#' : '.';
    }).join(''),
  );
}
