/** Labels short enough to compare, and to the pixel: as test/make_fixtures.py tells them. */
import { createHash } from 'node:crypto';
import { encode } from 'fast-png';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import type { Label } from '../../../src/format/model.ts';
import type { SegmentItem } from '../../../src/protocol/plugin.ts';
import { labelsOf } from '../../../test/support/import-here.ts';

export type Told = [title: string, x: number, y: number, width: number, height: number, sha256: string];

export interface ToldItem {
  dataset: string;
  name: string;
  labels: string[];
}

export function told(label: Label): Told {
  if (label.geometryType !== 'bitmap') throw new Error(`a ${label.geometryType}`);
  const { x, y, width, height, data } = decodeBitmap(label.bitmap);
  return [label.classTitle, x, y, width, height, createHash('sha256').update(data).digest('hex')];
}

export const sorted = (labels: readonly Told[]): string[] => labels.map((one) => JSON.stringify(one)).sort();

export function byName(items: readonly ToldItem[]): ToldItem[] {
  return [...items].sort((a, b) => (a.dataset + a.name < b.dataset + b.name ? -1 : 1));
}

export function toldItems(items: readonly SegmentItem[]): ToldItem[] {
  return byName(
    items.map((item) => ({
      dataset: item.dataset,
      name: item.name,
      labels: sorted(labelsOf(item).map(told)),
    })),
  );
}

/** `car 8`: class and number of pixels of each label, in order. */
export function pixelCounts(item: SegmentItem | undefined): string[] {
  return labelsOf(item).map((label) => {
    if (label.geometryType !== 'bitmap') return label.geometryType;
    const { data } = decodeBitmap(label.bitmap);
    return `${label.classTitle} ${data.reduce((sum, one) => sum + one, 0)}`;
  });
}

/** A PNG of these colours, `0xRRGGBB` row by row. */
export function coloured(rows: readonly (readonly number[])[]): Uint8Array {
  const [first = []] = rows;
  const data = Uint8Array.from(rows.flat().flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]));
  return encode({ width: first.length, height: rows.length, data, channels: 3 });
}

/** A PNG of these numbers, 8 bits grey. */
export function numbered(rows: readonly (readonly number[])[]): Uint8Array {
  const [first = []] = rows;
  return encode({
    width: first.length,
    height: rows.length,
    data: Uint8Array.from(rows.flat()),
    channels: 1,
  });
}

export const photo = (width: number, height: number): Uint8Array =>
  encode({ width, height, data: new Uint8Array(width * height).fill(90), channels: 1 });
