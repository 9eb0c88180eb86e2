import { describe, expect, test } from 'vitest';
import { encodeAlphaMask, encodeBitmap } from '../../../src/format/bitmap.ts';
import type { ClassMeta, Geometry, Label, ProjectMeta, Ring, Tag } from '../../../src/format/model.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { picture, SIZE, values } from './cases.ts';
import { exportFiles, said } from './in-process.ts';
import { hasOracle, readVoc } from './oracle/oracle.ts';

const cls = (title: string, shape: string, color: string): ClassMeta => ({
  title,
  shape,
  color,
  geometry_config: {},
});
const meta: ProjectMeta = {
  classes: [
    cls('dog', 'bitmap', '#400080'),
    cls('dog_bbox', 'rectangle', '#111111'),
    cls('car', 'polygon', '#400080'),
    cls('head', 'rectangle', '#00FF00'),
    cls('neutral', 'bitmap', '#E0E0C0'),
    cls('lane', 'line', '#0000FF'),
    cls('ghost', 'alpha_mask', '#000000'),
    cls('dog_point', 'point', '#222222'),
  ],
  tags: [
    { name: 'truncated', value_type: 'none', color: '#000000' },
    { name: 'pose', value_type: 'any_string', color: '#000000' },
    { name: 'hair colour', value_type: 'any_string', color: '#000000' },
    { name: 'doors', value_type: 'any_number', color: '#000000' },
    { name: 'crowd', value_type: 'none', color: '#000000' },
    { name: 'val', value_type: 'none', color: '#000000' },
    { name: 'weather', value_type: 'any_string', color: '#000000' },
  ],
  projectType: 'images',
};

const label = (classTitle: string, geometry: Geometry, more: Partial<Label> = {}): Label =>
  ({ classTitle, tags: [] as Tag[], shape: geometry.geometryType, ...geometry, ...more }) as Label;
const rectangle = (a: [number, number], b: [number, number]): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});
const mask = (x: number, y: number, ...rows: string[]): Geometry => ({
  geometryType: 'bitmap',
  bitmap: encodeBitmap({ x, y, width: rows[0]!.length, height: rows.length, data: values(...rows) }),
});
const polygon = (...exterior: Ring): Geometry => ({
  geometryType: 'polygon',
  points: { exterior, interior: [] },
});

const project = (
  items: Record<string, { objects?: Label[]; tags?: Tag[]; size?: typeof SIZE }>,
  of = meta,
) => {
  const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(of) };
  for (const [name, { objects = [], tags = [], size = SIZE }] of Object.entries(items)) {
    const [dataset, file] = name.split('/');
    files[`project/${dataset}/img/${file}`] = picture(size);
    files[`project/${dataset}/ann/${file}.json`] = JSON.stringify({ description: '', size, tags, objects });
  }
  return files;
};

const everything = project({
  'one/a.png': {
    objects: [
      label('dog_bbox', rectangle([1, 1], [4, 4]), {
        instance: 'i',
        tags: [{ name: 'truncated' }, { name: 'pose', value: 'Left & up' }],
      }),
      label('dog', mask(1, 1, '11.', '.11'), { instance: 'i', tags: [{ name: 'truncated' }] }),
      label('head', rectangle([1, 1], [2, 2]), { instance: 'i', tags: [{ name: 'crowd' }] }),
      label(
        'dog_point',
        { geometryType: 'point', points: { exterior: [[2, 3]], interior: [] } },
        { instance: 'i' },
      ),
      label('car', polygon([3, 2], [6, 2], [6, 5], [3, 5]), {
        tags: [
          { name: 'hair colour', value: '<red>' },
          { name: 'doors', value: 4 },
        ],
      }),
      label('neutral', mask(7, 0, '1', '1')),
    ],
    tags: [{ name: 'val' }, { name: 'weather', value: 'dry' }],
  },
  'two/a.png': {
    objects: [
      label('lane', {
        geometryType: 'line',
        points: {
          exterior: [
            [1, 1],
            [5, 3],
          ],
          interior: [],
        },
      }),
      label('head', rectangle([7, 5], [0, 0])),
    ],
  },
  'two/b.png': {},
});

const VOC = 'VOCdevkit/VOC';

describe('what is written', () => {
  test('through the host: entries, losses, counts', async () => {
    const run = await runPlugin({ action: 'export', plugin: 'voc', files: everything });
    expect(run.failure).toBeUndefined();
    expect(
      run.entries
        .map((entry) => entry.path.slice(VOC.length + 1))
        .filter((one) => !/Main\/.+_/.test(one))
        .sort(),
    ).toEqual([
      'Annotations/a.xml',
      'Annotations/b.xml',
      'Annotations/two_a.xml',
      'ImageSets/Main/train.txt',
      'ImageSets/Main/trainval.txt',
      'ImageSets/Main/val.txt',
      'ImageSets/Segmentation/train.txt',
      'ImageSets/Segmentation/trainval.txt',
      'ImageSets/Segmentation/val.txt',
      'JPEGImages/a.png',
      'JPEGImages/b.png',
      'JPEGImages/two_a.png',
      'SegmentationClass/a.png',
      'SegmentationObject/a.png',
      'colors.txt',
    ]);
    expect(run.written).toHaveLength(3);
    expect(said(run)).toEqual([
      'warning: 1 tag weather of an image cannot be expressed in Pascal VOC',
      'warning: 1 label of shape polygon (it becomes a mask) cannot be expressed in Pascal VOC',
      'warning: 1 label of shape line (it becomes its box) cannot be expressed in Pascal VOC',
      'warning: 1 mask that lies partly below another (the upper one) cannot be expressed in Pascal VOC',
      'warning: 1 colour that is black, neutral or used twice cannot be expressed in Pascal VOC',
    ]);
  });

  test.skipIf(!hasOracle)('xml.etree and Pillow read what was meant', async () => {
    const run = await exportFiles(everything);
    const voc = readVoc(run.entries);
    expect(voc.pictures['a.png']).toEqual(['PNG', 8, 6, [9, 9, 9]]);
    expect(voc.annotations['a.xml']).toEqual({
      root: 'annotation',
      filename: 'a.png',
      size: [8, 6, 3],
      segmented: '1',
      objects: [
        {
          name: 'dog',
          box: [1, 1, 4, 4],
          fields: { truncated: '1', pose: 'Left & up', difficult: '0' },
          point: [2, 3],
          parts: [['head', [1, 1, 2, 2], { crowd: null }]],
        },
        {
          name: 'car',
          box: [3, 2, 6, 5],
          fields: {
            pose: 'Unspecified',
            truncated: '0',
            difficult: '0',
            doors: '4',
            '@hair colour': '<red>',
          },
          point: null,
          parts: [],
        },
      ],
    });
    expect(voc.annotations['two_a.xml']).toMatchObject({
      filename: 'two_a.png',
      segmented: '0',
      objects: [
        { name: 'lane', box: [1, 1, 5, 3] },
        { name: 'head', box: [0, 0, 7, 5] },
      ],
    });
    const objects = voc.objects['a.png']!;
    expect(objects.mode).toBe('P');
    expect(objects.indices).toEqual([
      [0, 0, 0, 0, 0, 0, 0, 255],
      [0, 1, 1, 0, 0, 0, 0, 255],
      [0, 0, 1, 2, 2, 2, 2, 0],
      [0, 0, 0, 2, 2, 2, 2, 0],
      [0, 0, 0, 2, 2, 2, 2, 0],
      [0, 0, 0, 2, 2, 2, 2, 0],
    ]);
    const classes = voc.classes['a.png']!;
    const [, car] = /^car (.*)$/m.exec(voc.colours!)!;
    const hex = car!
      .split(' ')
      .map((one) => Number(one).toString(16).padStart(2, '0'))
      .join('');
    const colours = { 0: '000000', 1: '400080', 2: hex, 255: 'e0e0c0' };
    expect(classes.colours).toEqual(
      objects.indices!.map((row) => row.map((one) => colours[one as keyof typeof colours])),
    );
    // By name, of all classes of the project: car, dog, ...
    expect(new Set(classes.indices!.flat())).toEqual(new Set([0, 1, 2, 255]));
    expect(voc.colours).toBe(`neutral 224 224 192\ncar ${car}\ndog 64 0 128\n`);
    expect(voc.main).toMatchObject({
      'train.txt': ['two_a', 'b'],
      'val.txt': ['a'],
      'trainval.txt': ['a', 'two_a', 'b'],
      'dog_val.txt': ['a 1'],
      'dog_train.txt': ['two_a -1', 'b -1'],
      'lane_trainval.txt': ['a -1', 'two_a 1', 'b -1'],
    });
    expect(voc.segmentation).toEqual({ 'train.txt': [], 'val.txt': ['a'], 'trainval.txt': ['a'] });
  });

  test.skipIf(!hasOracle)('a border around masks, over what is below', async () => {
    const files = project({
      'x/a.png': { objects: [label('dog', mask(0, 0, '11111111')), label('dog', mask(3, 3, '1'))] },
    });
    const run = await exportFiles(files, { contour_thickness: 2 });
    const voc = readVoc(run.entries);
    expect(voc.objects['a.png']!.indices).toEqual([
      [1, 1, 1, 1, 1, 1, 1, 1],
      [255, 255, 255, 255, 255, 255, 255, 255],
      [255, 255, 255, 255, 255, 255, 255, 255],
      [0, 255, 255, 2, 255, 255, 0, 0],
      [0, 0, 255, 255, 255, 0, 0, 0],
      [0, 0, 0, 255, 0, 0, 0, 0],
    ]);
    expect(voc.colours).toBe('neutral 224 224 192\ndog 64 0 128\n');
  });

  test.skipIf(!hasOracle)('pictures can become JPEG; pixels counted from 1', async () => {
    const run = await exportFiles(everything, { pictures: 'jpeg', one_based: true });
    const voc = readVoc(run.entries);
    expect(Object.keys(voc.pictures)).toEqual(['a.jpg', 'b.jpg', 'two_a.jpg']);
    expect(voc.pictures['a.jpg']).toEqual(['JPEG', 8, 6, [9, 9, 9]]);
    expect(voc.annotations['a.xml']!.filename).toBe('a.jpg');
    expect(voc.annotations['a.xml']!.objects[0]!.box).toEqual([2, 2, 5, 5]);
    expect(voc.annotations['a.xml']!.objects[0]!.point).toEqual([3, 4]);
  });

  test.skipIf(!hasOracle)('more than 254 objects and classes take 24 bits', async () => {
    const size = { width: 300, height: 2 };
    const many: ProjectMeta = {
      classes: Array.from({ length: 300 }, (_, i) =>
        cls(`c${i}`, 'bitmap', `#0000${(i % 256).toString(16).padStart(2, '0')}`),
      ),
      tags: [],
    };
    const objects = Array.from({ length: 300 }, (_, i) => label(`c${i}`, mask(i, 0, '1', '1')));
    const run = await exportFiles(project({ 'x/a.png': { objects, size } }, many));
    const voc = readVoc(run.entries);
    for (const told of [voc.classes['a.png']!, voc.objects['a.png']!]) {
      expect(told.mode).toBe('RGB');
      expect(new Set(told.colours[0])).toHaveLength(300);
      expect(told.colours[1]).toEqual(told.colours[0]);
    }
    expect(
      new Set(
        voc
          .colours!.trim()
          .split('\n')
          .map((line) => line.replace(/^\S+/, '')),
      ),
    ).toHaveLength(300);
  });
});

test('options: only annotated, no pictures, shares of train', async () => {
  const run = await exportFiles(everything, { only_annotations: true, only_annotated: true });
  expect(Object.keys(run.entries).filter((name) => name.includes('JPEGImages'))).toEqual([]);
  expect(Object.keys(run.entries).filter((name) => name.endsWith('.xml'))).toHaveLength(2);
  const items = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x/${i}.png`, {}]));
  const count = async (share: number) => {
    const { entries } = await exportFiles(project(items), { train_share: share });
    return ['train', 'val'].map(
      (name) => entries[`${VOC}/ImageSets/Main/${name}.txt`]!.toString().split('\n').length - 1,
    );
  };
  expect(await count(0.8)).toEqual([8, 2]);
  expect(await count(0)).toEqual([0, 10]);
  expect(await count(1)).toEqual([10, 0]);
  expect(await count(0.35)).toEqual([4, 6]);
});

test('a transparent mask counts where it is not 0, a mask that cannot be read is told', async () => {
  const ghost: Geometry = {
    geometryType: 'alpha_mask',
    bitmap: encodeAlphaMask({ x: 1, y: 1, width: 2, height: 1, data: Uint8Array.of(7, 255) }),
  };
  const broken = { ...mask(1, 1, '11'), bitmap: { origin: [0, 0], data: 'AAAA' } } as Geometry;
  const run = await exportFiles(
    project({ 'x/a.png': { objects: [label('ghost', ghost), label('dog', broken)] } }),
  );
  expect(run.failure).toBeUndefined();
  expect(said(run).some((line) => /^warning project\/x\/img\/a.png objects\[1\]/.test(line))).toBe(true);
  const told = run.entries[`${VOC}/Annotations/a.xml`]!.toString();
  expect(told.match(/<object>/g)).toHaveLength(1);
  expect(told).toMatch(/<xmin>1<\/xmin>\s*<ymin>1<\/ymin>\s*<xmax>2<\/xmax>\s*<ymax>1<\/ymax>/);
});
