/** Small pictures, masks and XML files made in the test, so that what is odd about each stands beside what is expected. */
import { encode } from 'fast-png';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import type { Label } from '../../../src/format/model.ts';
import { writeIndexed, writeRgb } from '../../../src/plugin-kit/pixels/write-png.ts';
import { vocColour } from '../colour-table.ts';

export const SIZE = { width: 8, height: 6 };

export const picture = (size = SIZE): Uint8Array =>
  encode({ ...size, data: new Uint8Array(size.width * size.height).fill(9), channels: 1 });

/** Rows of hexadecimal digits, one a pixel; `.` is 0, `#` is 255. */
export const values = (...rows: string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), (digit) =>
    digit === '.' ? 0 : digit === '#' ? 255 : Number.parseInt(digit, 16),
  );

const widthOf = (rows: readonly string[]): number => rows[0]?.length ?? 0;

export const indexed = (
  rows: string[],
  palette = Array.from({ length: 256 }, (_, i) => vocColour(i)),
): Uint8Array => writeIndexed(values(...rows), { width: widthOf(rows), height: rows.length, palette });

export const rgb = (rows: string[], colourOf: (value: number) => number = vocColour): Uint8Array =>
  writeRgb(
    Uint8Array.from(
      [...values(...rows)].map(colourOf).flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]),
    ),
    { width: widthOf(rows), height: rows.length },
  );

export const grey = (rows: string[]): Uint8Array =>
  encode({ width: widthOf(rows), height: rows.length, data: values(...rows), channels: 1 });

export const box = (xmin: unknown, ymin: unknown, xmax: unknown, ymax: unknown): string =>
  `<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox>`;

export const object = (name: string, inside: string): string =>
  `<object><name>${name}</name>${inside}</object>`;

export const xml = (...objects: string[]): string =>
  `<annotation><filename>a.png</filename><size><width>8</width><height>6</height></size>\n${objects.join('\n')}\n</annotation>`;

/** What a label is, short enough to compare at a glance; masks as rows of `#` and `.` at their place. */
export function brief(label: Label): unknown[] {
  if (label.geometryType === 'bitmap') {
    const { x, y, width, height, data } = decodeBitmap(label.bitmap);
    const rows = Array.from({ length: height }, (_, row) =>
      [...data.subarray(row * width, (row + 1) * width)].map((one) => (one === 0 ? '.' : '#')).join(''),
    );
    return [label.classTitle, `${x},${y}`, ...rows];
  }
  if (
    label.geometryType === 'rectangle' ||
    label.geometryType === 'polygon' ||
    label.geometryType === 'point'
  )
    return [label.classTitle, ...label.points.exterior];
  return [label.classTitle, label.geometryType];
}
