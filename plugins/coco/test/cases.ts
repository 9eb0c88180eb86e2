/** Small COCO sources made in the test, so that what is odd about each stands beside what is expected of it. */
import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import type { BitmapJson, Label } from '../../../src/format/model.ts';
import { annotationOf, type HereResult, importHere } from '../../../test/support/import-here.ts';
import type { ToldMask } from './oracle/oracle.ts';

export const png = (width = 20, height = 10): Uint8Array =>
  encode({ width, height, data: new Uint8Array(width * height).fill(99), channels: 1 });

export const image = (id: unknown, file_name: unknown, more: object = {}): object => ({
  id,
  file_name,
  width: 20,
  height: 10,
  ...more,
});

export interface Lists {
  images?: unknown;
  annotations?: unknown;
  categories?: unknown;
  [key: string]: unknown;
}

/** One picture `a.png`, one category `car`, and these annotations of it. */
export const coco = (annotations: object[], more: Lists = {}): string =>
  JSON.stringify({
    images: [image(1, 'a.png')],
    annotations: annotations.map((one, i) => ({ id: i + 1, image_id: 1, category_id: 1, ...one })),
    categories: [{ id: 1, name: 'car' }],
    ...more,
  });

export const importFiles = (
  files: Record<string, string | Uint8Array>,
  options: Record<string, unknown> = {},
): Promise<HereResult> => importHere({ plugin: 'coco', files, options });

export const importLists = (
  annotations: object[],
  more: Lists = {},
  options: Record<string, unknown> = {},
): Promise<HereResult> => importFiles({ 'c.json': coco(annotations, more), 'a.png': png() }, options);

export const labels = ({ items }: Pick<HereResult, 'items'>): Label[] =>
  items.flatMap((item) => annotationOf(item).objects as Label[]);

/** What a label is, short enough to compare at a glance. */
export function brief(label: Label): unknown[] {
  switch (label.geometryType) {
    case 'bitmap':
      return [label.classTitle, ...toldMask(label).slice(0, 4)];
    case 'graph':
      return [label.classTitle, label.nodes];
    case 'polygon':
    case 'rectangle': {
      const { exterior, interior } = label.points;
      return interior.length === 0 ? [label.classTitle, exterior] : [label.classTitle, exterior, ...interior];
    }
    default:
      return [label.classTitle, label.geometryType];
  }
}

/** As oracle/coco_check.py tells a mask; unpacked here, not by the code that packed it. */
export function toldMask(label: { bitmap: BitmapJson }): ToldMask {
  const { origin, data } = label.bitmap;
  const picture = decode(inflateSync(Buffer.from(data, 'base64')));
  const { width, height } = picture;
  const stride = Math.ceil(width / 8);
  const bytes = Buffer.alloc(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      bytes[y * width + x] = (Number(picture.data[y * stride + (x >> 3)]) >> (7 - (x & 7))) & 1;
  return [...origin, width, height, createHash('sha256').update(bytes).digest('hex')];
}

export const said = ({ reports }: Pick<HereResult, 'reports'>): string[] =>
  reports.map(
    ({ status, file, place, message }) => `${status} ${file?.slice(5) ?? ''} ${place ?? ''}: ${message}`,
  );
