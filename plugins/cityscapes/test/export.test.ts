import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { ImageAnnotation, Label, Tag } from '../../../src/format/model.ts';
import { type ExportedHere, exportHere } from '../../../test/support/export-here.ts';
import type { Files } from '../../../test/support/import-here.ts';
import { picture, square } from './cases.ts';

const polygon = (
  classTitle: string,
  exterior: [number, number][],
  interior: [number, number][][] = [],
): Label => ({
  classTitle,
  tags: [],
  geometryType: 'polygon',
  shape: 'polygon',
  points: { exterior, interior },
});

interface Item {
  dataset?: string;
  name?: string;
  labels?: Label[];
  tags?: Tag[];
  bytes?: Uint8Array;
}

function project(items: readonly Item[], classes = ['road', 'car', 'out of roi']): Files {
  const files: Record<string, string | Uint8Array> = {
    'project/meta.json': JSON.stringify({
      classes: classes.map((title, i) => ({
        title,
        shape: 'any',
        color: `#00000${i + 1}`,
        geometry_config: {},
      })),
      tags: ['train', 'val', 'test']
        .map((name) => ({ name, value_type: 'none', color: '#000000' }))
        .concat([{ name: 'split', value_type: 'any_string', color: '#000000' }]),
      projectType: 'images',
    }),
  };
  const lines = items.map(
    ({ dataset = 'ds', name = 'a.png', labels = [], tags = [], bytes = picture() }, i) => {
      const annotation: ImageAnnotation = {
        description: '',
        size: { width: 20, height: 10 },
        tags,
        objects: labels,
      };
      files[`project/i${i}/${name}`] = bytes;
      files[`project/i${i}/ann.json`] = JSON.stringify(annotation);
      return JSON.stringify({ dataset, name, image: `i${i}/${name}`, ann: `i${i}/ann.json` });
    },
  );
  files['project/items.ndjson'] = lines.map((line) => `${line}\n`).join('');
  return files;
}

const objectsIn = (
  run: ExportedHere,
  stem = 'gtFine/train/ds/a',
): { label: string; polygon: unknown; instance?: string }[] =>
  JSON.parse(String(run.entries[`${stem}_gtFine_polygons.json`])).objects;

const numbersIn = (run: ExportedHere, kind: string, stem = 'gtFine/train/ds/a'): Set<number> =>
  new Set(decode(run.entries[`${stem}_gtFine_${kind}.png`] as Buffer).data);

describe('what is written', () => {
  test('polygons, masks, classes', async () => {
    const labels = [
      polygon('road', square(0, 0, 9)),
      polygon('car', square(2, 2, 3)),
      polygon('car', square(7, 2, 3)),
    ];
    const run = await exportHere('cityscapes', project([{ labels }]));
    expect(run.failure).toBeUndefined();
    expect(run.reports).toEqual([]);
    expect(Object.keys(run.entries)).toEqual([
      'class_to_id.json',
      'leftImg8bit/train/ds/a_leftImg8bit.png',
      'gtFine/train/ds/a_gtFine_polygons.json',
      'gtFine/train/ds/a_gtFine_color.png',
      'gtFine/train/ds/a_gtFine_labelIds.png',
      'gtFine/train/ds/a_gtFine_instanceIds.png',
    ]);
    expect(JSON.parse(String(run.entries['gtFine/train/ds/a_gtFine_polygons.json']))).toEqual({
      imgHeight: 10,
      imgWidth: 20,
      objects: [
        { label: 'road', polygon: square(0, 0, 9) },
        { label: 'car', polygon: square(2, 2, 3) },
        { label: 'car', polygon: square(7, 2, 3) },
      ],
    });
    expect(JSON.parse(String(run.entries['class_to_id.json']))).toEqual([
      { name: 'road', id: 7, color: [0, 0, 1] },
      { name: 'car', id: 26, color: [0, 0, 2] },
      { name: 'out of roi', id: 3, color: [0, 0, 3] },
    ]);
    expect(numbersIn(run, 'labelIds')).toEqual(new Set([7, 26, 0]));
    expect(numbersIn(run, 'instanceIds')).toEqual(new Set([7, 26000, 26001, 0]));
    expect(decode(run.entries['gtFine/train/ds/a_gtFine_instanceIds.png'] as Buffer).depth).toBe(16);
  });

  test('ids by order, and where a class is not of Cityscapes', async () => {
    const ids = async (classes: string[], options = {}): Promise<unknown> => {
      const run = await exportHere('cityscapes', project([{}], classes), options);
      return JSON.parse(String(run.entries['class_to_id.json'])).map(({ id }: { id: number }) => id);
    };
    expect(await ids(['sky', 'car'])).toEqual([23, 26]);
    expect(await ids(['sky', 'car'], { ids: 'order' })).toEqual([1, 2]);
    expect(await ids(['sky', 'lorry'])).toEqual([1, 2]);
  });

  test('holes are joined, or left out with a word', async () => {
    const [outer, hole] = [square(0, 0, 9), square(3, 3, 3)];
    const files = project([
      { labels: [polygon('road', outer, [hole]), polygon('out of roi', outer, [hole])] },
    ]);
    const list = [...outer, outer[0], ...hole, hole[0]];
    const joined = await exportHere('cityscapes', files);
    expect(objectsIn(joined).map((one) => one.polygon)).toEqual([list, list]);
    const dropped = await exportHere('cityscapes', files, { holes: 'drop' });
    expect(objectsIn(dropped).map((one) => one.polygon)).toEqual([outer, list]);
    expect(dropped.reports.map(({ message }) => message)).toEqual([
      '1 hole of a polygon cannot be expressed in Cityscapes',
    ]);
  });

  test('a mask in two parts is two polygons of one object, down to a single pixel', async () => {
    const mask = { x: 2, y: 3, width: 5, height: 1, data: Uint8Array.from([1, 0, 1, 1, 1]) };
    const label: Label = {
      classTitle: 'car',
      tags: [],
      geometryType: 'bitmap',
      shape: 'bitmap',
      bitmap: encodeBitmap(mask),
    };
    const run = await exportHere('cityscapes', project([{ labels: [label] }]));
    expect(objectsIn(run)).toEqual([
      {
        label: 'car',
        polygon: [
          [2, 3],
          [2, 3],
          [2, 3],
        ],
        instance: 'object-0',
      },
      {
        label: 'car',
        polygon: [
          [4, 3],
          [6, 3],
          [6, 3],
        ],
        instance: 'object-0',
      },
    ]);
    expect(numbersIn(run, 'instanceIds')).toEqual(new Set([0, 26000]));
    expect(run.reports.map(({ message }) => message)).toEqual([
      '1 mask (it is written as polygons) cannot be expressed in Cityscapes',
    ]);
  });

  test('shapes that are no regions are counted', async () => {
    const box: Label = {
      ...polygon('car', [
        [1, 1],
        [3, 3],
      ]),
      geometryType: 'rectangle',
      shape: 'rectangle',
    } as Label;
    const run = await exportHere('cityscapes', project([{ labels: [box, box] }]));
    expect(objectsIn(run)).toEqual([]);
    expect(run.reports.map(({ message }) => message)).toEqual([
      '2 labels of shape rectangle cannot be expressed in Cityscapes',
    ]);
  });

  test('a picture of another kind becomes a PNG; one that is none stays', async () => {
    const { default: sharp } = await import('sharp');
    const jpeg = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#808080' } })
      .jpeg()
      .toBuffer();
    const files = project([
      { name: 'a.jpg', bytes: jpeg },
      { name: 'b.jpg', bytes: Buffer.from('no picture') },
    ]);
    const run = await exportHere('cityscapes', files);
    expect(decode(run.entries['leftImg8bit/train/ds/a_leftImg8bit.png'] as Buffer)).toMatchObject({
      width: 20,
      height: 10,
    });
    expect(String(run.entries['leftImg8bit/val/ds/b_leftImg8bit.jpg'])).toBe('no picture');
    expect(run.reports).toMatchObject([
      { status: 'warning', file: 'data/project/i1/b.jpg', code: 'SLY_IMAGE_UNREADABLE' },
    ]);
    const kept = await exportHere('cityscapes', files, { png_pictures: false, masks: false });
    expect(kept.entries['leftImg8bit/train/ds/a_leftImg8bit.jpg']).toEqual(jpeg);
    expect(Object.keys(kept.entries).filter((name) => name.includes('color'))).toEqual([]);
  });

  test('only annotated, only annotations', async () => {
    const files = project([{ name: 'a.png' }, { name: 'b.png', labels: [polygon('car', square(1, 1, 3))] }]);
    const some = await exportHere('cityscapes', files, { only_annotated: true, masks: false });
    expect(Object.keys(some.entries)).toEqual([
      'class_to_id.json',
      'leftImg8bit/train/ds/b_leftImg8bit.png',
      'gtFine/train/ds/b_gtFine_polygons.json',
    ]);
    const texts = await exportHere('cityscapes', files, { only_annotations: true, masks: false });
    expect(Object.keys(texts.entries).filter((name) => name.startsWith('left'))).toEqual([]);
    expect(texts.written).toHaveLength(2);
  });
});

describe('where items go', () => {
  const places = async (items: readonly Item[]): Promise<string[]> => {
    const run = await exportHere('cityscapes', project(items), { only_annotations: true, masks: false });
    return Object.keys(run.entries).flatMap(
      (name) => /^gtFine\/(.*)_gtFine_polygons.json$/.exec(name)?.[1] ?? [],
    );
  };

  test('by the tag split, a tag train, val or test, the dataset; else 60, 20 and 20', async () => {
    const tagged: Item[] = [
      { name: 's.png', tags: [{ name: 'split', value: 'test' }] },
      { name: 'v.png', tags: [{ name: 'val' }] },
      { name: 'd.png', dataset: 'city/val' },
    ];
    const rest = Array.from({ length: 10 }, (_, i): Item => ({ name: `${i}.png` }));
    const all = await places([...tagged, ...rest]);
    expect(all.slice(0, 3)).toEqual(['test/ds/s', 'val/ds/v', 'val/city/d']);
    const count = (split: string): number => all.slice(3).filter((one) => one.startsWith(split)).length;
    expect([count('train'), count('val'), count('test')]).toEqual([6, 2, 2]);
  });

  test('60, 20 and 20 of any number, rounded', async () => {
    for (let n = 1; n <= 11; n++) {
      const all = await places(Array.from({ length: n }, (_, i): Item => ({ name: `${i}.png` })));
      const count = (split: string): number => all.filter((one) => one.startsWith(split)).length;
      const train = Math.round(0.6 * n);
      const val = Math.round((n - train) / 2);
      expect([count('train'), count('val'), count('test')], String(n)).toEqual([train, val, n - train - val]);
    }
  });

  test('cities: of the dataset, of the name; names are not doubled', async () => {
    expect(
      await places([
        { dataset: 'train/aachen', name: 'x_leftImg8bit.png' },
        { dataset: 'train', name: 'bonn_000001_000019.png' },
        { dataset: 'train', name: 'c.png' },
        { dataset: 'train', name: 'c.jpg' },
      ]),
    ).toEqual(['train/aachen/x', 'train/bonn/bonn_000001_000019', 'train/train/c', 'train/train/c_01']);
  });
});
