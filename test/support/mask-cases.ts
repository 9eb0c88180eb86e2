/** Cases of test/support/format-oracle.py, and what is needed to compare with them. */
import type { Mask } from '../../src/format/bitmap.ts';
import type { Points, Ring } from '../../src/format/model.ts';

export interface OracleCases {
  fill: { width: number; height: number; exterior: Ring; interior: Ring[]; bits: string }[];
  contours: { width: number; height: number; bits: string; polygons: Points[] }[];
  bitmaps: { width: number; height: number; bits: string; data: string }[];
}

/** base64 of packed bits -> one byte a pixel. */
export function unpackBits(one: { width: number; height: number; bits: string }): Uint8Array {
  const bytes = Buffer.from(one.bits, 'base64');
  return Uint8Array.from(
    { length: one.width * one.height },
    (_, i) => ((bytes[i >> 3] ?? 0) >> (7 - (i & 7))) & 1,
  );
}

/** The mask laid into an image. */
export function onCanvas(mask: Mask | undefined, size: { width: number; height: number }): Uint8Array {
  const canvas = new Uint8Array(size.width * size.height);
  if (mask === undefined) return canvas;
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      const [column, row] = [mask.x + x, mask.y + y];
      if (column < 0 || row < 0 || column >= size.width || row >= size.height) continue;
      canvas[row * size.width + column] = mask.data[y * mask.width + x] ?? 0;
    }
  }
  return canvas;
}

/** The same text for the same polygons, wherever their rings begin and whatever order they come in. */
export function canonical(polygons: readonly Points[]): string {
  return polygons
    .map((one) =>
      JSON.stringify([rotate(one.exterior), one.interior.map((r) => JSON.stringify(rotate(r))).sort()]),
    )
    .sort()
    .join('\n');
}

function rotate(ring: Ring): Ring {
  let first = 0;
  for (const [i, [x, y]] of ring.entries()) {
    const [bestX, bestY] = ring[first] ?? [0, 0];
    if (y < bestY || (y === bestY && x < bestX)) first = i;
  }
  return [...ring.slice(first), ...ring.slice(0, first)];
}
