import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { Geometry, ImageAnnotation, Label, ProjectMeta, Ring, Tag } from '../../../src/format/model.ts';
import { fillPolygon } from '../../../src/format/raster.ts';
import { annotationOf } from '../../../test/support/import-here.ts';
import { type PluginRunResult, runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { brief, importFiles, labels, png, said, toldMask } from './cases.ts';
import { type CheckedFile, hasOracle, oracle } from './oracle/oracle.ts';

const size = { height: 10, width: 20 };
const cls = (title: string, shape: string, more: object = {}) => ({
  title,
  shape,
  color: '#AA0000',
  geometry_config: {},
  ...more,
});
const template = {
  nodes: { n1: { label: 'head', loc: [0, 0] }, n2: { label: 'foot', loc: [9, 9] } },
  edges: [{ src: 'n1', dst: 'n2' }],
};
const meta: ProjectMeta = {
  classes: [
    cls('car', 'polygon', { description: 'supercategory: vehicle' }),
    cls('car_bbox', 'rectangle'),
    cls('car_mask', 'bitmap'),
    cls('man', 'graph', { geometry_config: template }),
    cls('man_bbox', 'rectangle'),
    cls('lane', 'line'),
    cls('spot', 'point'),
    cls('thing', 'any'),
  ],
  tags: [
    { name: 'caption', value_type: 'any_string', color: '#000000' },
    { name: 'iscrowd', value_type: 'none', color: '#000000' },
    { name: 'doors', value_type: 'any_number', color: '#000000' },
    { name: 'weather', value_type: 'any_string', color: '#000000' },
  ],
  projectType: 'images',
};

const label = (classTitle: string, geometry: Geometry, more: Partial<Label> = {}): Label =>
  ({ classTitle, tags: [] as Tag[], shape: geometry.geometryType, ...geometry, ...more }) as Label;
const polygon = (exterior: Ring, ...interior: Ring[]): Geometry => ({
  geometryType: 'polygon',
  points: { exterior, interior },
});
const rectangle = (a: [number, number], b: [number, number]): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});
const bitmap: Geometry = {
  geometryType: 'bitmap',
  bitmap: encodeBitmap({ x: 3, y: 2, width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 1, 1, 1) }),
};
const triangle: Ring = [
  [1, 1],
  [9, 1],
  [1, 8],
];
const hole: Ring = [
  [3, 3],
  [5, 3],
  [3, 5],
];

const annotation = (objects: Label[], tags: Tag[] = []): ImageAnnotation => ({
  description: '',
  size,
  tags,
  objects,
});

type Items = Record<string, ImageAnnotation>;

const exportItems = (items: Items, options: Record<string, unknown> = {}): Promise<PluginRunResult> => {
  const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(meta) };
  for (const [name, ann] of Object.entries(items)) {
    const [dataset, file] = name.split('/');
    files[`project/${dataset}/img/${file}`] = png();
    files[`project/${dataset}/ann/${file}.json`] = JSON.stringify(ann);
  }
  return runPlugin({ action: 'export', plugin: 'coco', files, options });
};

/** The archive as files. */
const unpacked = (run: PluginRunResult): Record<string, Uint8Array> =>
  Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));

interface Coco {
  images: Record<string, unknown>[];
  annotations: Record<string, unknown>[];
  categories: Record<string, unknown>[];
  licenses: unknown[];
}
const json = (run: PluginRunResult, name: string): Coco =>
  JSON.parse(run.entry(`annotations/${name}.json`).toString()) as Coco;

const everything: Items = {
  'day/a.png': annotation(
    [
      label('car', polygon(triangle), { instance: 'i1', tags: [{ name: 'doors', value: 4 }] }),
      label('car_bbox', rectangle([1, 1], [9, 8]), { instance: 'i1', tags: [{ name: 'doors', value: 4 }] }),
      label('car', polygon(triangle, hole), { tags: [{ name: 'iscrowd' }] }),
      label('car_mask', bitmap),
      label(
        'man',
        { geometryType: 'graph', nodes: { n2: { loc: [7, 8] }, n1: { loc: [6, 2], disabled: true } } },
        { instance: 'i2' },
      ),
      label('man_bbox', rectangle([5, 1], [8, 9]), { instance: 'i2' }),
      label('lane', { geometryType: 'line', points: { exterior: triangle, interior: [] } }),
      label('lane', { geometryType: 'line', points: { exterior: triangle, interior: [] } }),
      label('spot', { geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } }),
    ],
    [
      { name: 'caption', value: 'one "car"' },
      { name: 'caption', value: 'two' },
      { name: 'weather', value: 'dry' },
    ],
  ),
  'night/a.png': annotation([label('car_bbox', rectangle([19, 9], [0, 0]))]),
};

describe('what is written', () => {
  test('one annotation an instance, categories by class order, ids without gaps', async () => {
    const run = await exportItems(everything);
    expect(run.failure).toBeUndefined();
    expect(run.entries.map((entry) => entry.path).sort()).toEqual([
      'annotations/captions.json',
      'annotations/instances.json',
      'annotations/person_keypoints.json',
      'images/day/a.png',
      'images/night/a.png',
    ]);
    const { images, annotations, categories } = json(run, 'instances');
    expect(images).toEqual([
      { id: 1, file_name: 'day/a.png', width: 20, height: 10 },
      { id: 2, file_name: 'night/a.png', width: 20, height: 10 },
    ]);
    expect(categories).toEqual([
      { id: 1, name: 'car', supercategory: 'vehicle' },
      { id: 2, name: 'man', supercategory: 'man' },
      { id: 3, name: 'lane', supercategory: 'lane' },
      { id: 4, name: 'spot', supercategory: 'spot' },
      { id: 5, name: 'thing', supercategory: 'thing' },
    ]);
    expect(annotations).toEqual([
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        segmentation: [[1, 1, 9, 1, 1, 8]],
        area: 28,
        bbox: [1, 1, 9, 8],
        iscrowd: 0,
        attributes: { doors: 4 },
      },
      expect.objectContaining({
        id: 2,
        iscrowd: 1,
        segmentation: { size: [10, 20], counts: expect.any(String) as string },
      }),
      expect.objectContaining({
        id: 3,
        area: 5,
        bbox: [3, 2, 3, 2],
        segmentation: { size: [10, 20], counts: 'P129OO1Z4' },
      }),
      expect.objectContaining({ id: 4, category_id: 2, segmentation: [], bbox: [5, 1, 4, 9] }),
      expect.objectContaining({ id: 7, image_id: 2, segmentation: [], bbox: [0, 0, 20, 10], area: 200 }),
    ]);
    const keypoints = json(run, 'person_keypoints');
    expect(keypoints.categories).toEqual([
      { id: 2, name: 'man', supercategory: 'man', keypoints: ['head', 'foot'], skeleton: [[1, 2]] },
    ]);
    expect(keypoints.annotations).toMatchObject([{ id: 4, keypoints: [6, 2, 1, 7, 8, 2], num_keypoints: 2 }]);
    expect(json(run, 'captions').annotations).toEqual([
      { id: 5, image_id: 1, caption: 'one "car"' },
      { id: 6, image_id: 1, caption: 'two' },
    ]);
    expect(said(run)).toEqual([
      'warning  : 2 labels of shape line cannot be expressed in COCO',
      'warning  : 1 label of shape point cannot be expressed in COCO',
      'warning  : 1 tag weather of an image cannot be expressed in COCO',
    ]);
    expect(run.written).toHaveLength(2);
  });

  test('options leave pictures and bare images out', async () => {
    const items = { ...everything, 'day/empty.png': annotation([]) };
    const run = await exportItems(items, { only_annotations: true, only_annotated: true });
    expect(run.entries.some((entry) => entry.path.startsWith('images/'))).toBe(false);
    expect(json(run, 'instances').images).toHaveLength(2);
    const renamed = await exportItems({ 'day/empty.png': annotation([]) }, { images_folder: 'pictures' });
    expect(renamed.entries.map((entry) => entry.path)).toEqual([
      'pictures/day/empty.png',
      'annotations/instances.json',
    ]);
    expect(json(renamed, 'instances')).toMatchObject({ annotations: [], licenses: [] });
  });

  test('every other shape, and labels nobody can read', async () => {
    const odd = [
      label('thing', {
        geometryType: 'oriented_bbox',
        points: [
          [4, 4],
          [8, 6],
        ],
        angle: Math.PI / 2,
      }),
      label('thing', {
        geometryType: 'multipolygon',
        parts: [
          { exterior: triangle, interior: [] },
          {
            exterior: [
              [12, 1],
              [18, 1],
              [18, 8],
            ],
            interior: [],
          },
        ],
      }),
      label('thing', { geometryType: 'graph', nodes: { x: { loc: [1, 1] } } }),
      label('nobody', rectangle([1, 1], [2, 2])),
      { classTitle: 'car', tags: [], geometryType: 'polygon', shape: 'polygon' } as unknown as Label,
      label('car', polygon(triangle), { instance: 'x' }),
      label('car', polygon(hole), { instance: 'x' }),
    ];
    const run = await exportItems({ 'day/a.png': annotation(odd) });
    expect(run.failure).toBeUndefined();
    const { annotations } = json(run, 'instances');
    expect(annotations.map((one) => one.segmentation)).toEqual([
      [[7, 3, 7, 7, 5, 7, 5, 3]],
      [triangle.flat(), [12, 1, 18, 1, 18, 8]],
      // Two outlines of one object, one in the other: as points a reader would take the inner one for a hole.
      { size: [10, 20], counts: expect.any(String) as string },
    ]);
    expect(said(run).join('\n')).toMatch(
      /objects\[4\].*\n.*angle of an oriented box.*\n.*without a template.*\n.*class that is not in the project/,
    );
  });
});

describe('options', () => {
  /** Two blocks, one of them with a corner cut off: outlines say all of it. */
  const blocks = maskLabel(8, 5, (x, y) => (x < 3 && !(x === 2 && y === 0)) || x > 4);
  const ring = maskLabel(5, 5, (x, y) => x === 0 || y === 0 || x === 4 || y === 4);
  const dot = maskLabel(6, 3, (x, y) => x < 3 || (x === 5 && y === 0));

  function maskLabel(width: number, height: number, isSet: (x: number, y: number) => boolean): Label {
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      isSet(i % width, Math.floor(i / width)) ? 1 : 0,
    );
    return label('car_mask', {
      geometryType: 'bitmap',
      bitmap: encodeBitmap({ x: 2, y: 1, width, height, data }),
    });
  }

  test('masks polygon: outlines where they can say all of it, run lengths where not', async () => {
    const items = { 'day/a.png': annotation([blocks, ring, dot]) };
    const run = await exportItems(items, { masks: 'polygon' });
    const plain = await exportItems(items);
    const { annotations } = json(run, 'instances');
    expect(annotations.map((one) => Array.isArray(one.segmentation))).toEqual([true, false, false]);
    // Area and box are those of the pixels, whichever way they are written.
    const measured = (from: Coco) => from.annotations.map(({ area, bbox }) => ({ area, bbox }));
    expect(measured(json(run, 'instances'))).toEqual(measured(json(plain, 'instances')));
    expect(annotations[0]?.area).toBe(14 + 15);
    const back = await importFiles(unpacked(run));
    const polygons = labels(back).filter((one) => one.geometryType === 'polygon');
    const painted = new Set<string>();
    for (const { points } of polygons as (Label & { points: { exterior: Ring; interior: Ring[] } })[]) {
      const filled = fillPolygon(points, size)!;
      filled.data.forEach((value, i) => {
        if (value !== 0)
          painted.add(`${filled.x + (i % filled.width)} ${filled.y + Math.floor(i / filled.width)}`);
      });
    }
    expect(painted.size).toBe(29);
    expect(painted.has('4 1')).toBe(false);
    expect(labels(back).filter((one) => one.geometryType === 'bitmap')).toHaveLength(2);
  });

  test('captions can be left out, with nothing to say of it', async () => {
    const run = await exportItems(everything, { captions: false });
    expect(run.entries.map((entry) => entry.path)).not.toContain('annotations/captions.json');
    expect(said(run).join('\n')).not.toMatch(/caption/);
  });
});

describe('a round trip', () => {
  test('project -> COCO -> project keeps everything COCO can say', async () => {
    const run = await exportItems(everything);
    const back = await importFiles(unpacked(run));
    expect(said(back)).toEqual([]);
    expect(back.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual(['day/a.png', 'night/a.png']);
    const [day] = back.items;
    expect(annotationOf(day).tags.map((tag) => tag.value)).toEqual(['one "car"', 'two']);
    const objects = labels(back);
    const filled = fillPolygon({ exterior: triangle, interior: [hole] }, size)!;
    expect(objects.map(brief)).toEqual([
      ['car', triangle],
      [
        'car_bbox',
        [
          [1, 1],
          [9, 8],
        ],
      ],
      ['car_mask', filled.x, filled.y, filled.width, filled.height],
      [
        'car_bbox',
        [
          [1, 1],
          [9, 8],
        ],
      ],
      ['car_mask', 3, 2, 3, 2],
      [
        'car_bbox',
        [
          [3, 2],
          [5, 3],
        ],
      ],
      ['man', { foot: { loc: [7, 8] } }],
      [
        'man_bbox',
        [
          [5, 1],
          [8, 9],
        ],
      ],
      [
        'car_bbox',
        [
          [0, 0],
          [19, 9],
        ],
      ],
    ]);
    expect(toldMask(objects[4] as never)).toEqual(toldMask(bitmap as never));
    expect(objects[0]?.instance).toBe(objects[1]?.instance);
    expect(objects[0]?.tags).toEqual([{ name: 'doors', value: 4 }]);
    expect(objects[2]?.tags).toEqual([{ name: 'iscrowd' }]);
  });

  test('COCO -> project -> COCO gives the same annotations', async () => {
    const first = await exportItems(everything);
    const items = await importFiles(unpacked(first), { hidden_keypoints: true });
    const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(items.meta) };
    for (const item of items.items) {
      files[`project/${item.dataset}/img/${item.name}`] = png();
      files[`project/${item.dataset}/ann/${item.name}.json`] = JSON.stringify(item.ann);
    }
    const second = await runPlugin({ action: 'export', plugin: 'coco', files });
    const plain = (run: PluginRunResult, name: string): unknown[] => {
      const { annotations, categories } = json(run, name);
      const names = new Map((categories ?? []).map((one) => [one.id, one.name]));
      return annotations.map(({ id: _id, category_id, ...one }) => ({
        ...one,
        category: names.get(category_id),
      }));
    };
    for (const name of ['instances', 'person_keypoints', 'captions'])
      expect(plain(second, name)).toEqual(plain(first, name));
  });

  test('addresses and licences of a COCO file come back', async () => {
    const source = {
      licenses: [{ id: 4, name: 'BY', url: 'http://l.example' }],
      images: [
        { id: 9, file_name: 'a.png', width: 20, height: 10, license: 4, flickr_url: 'http://f.example/a' },
      ],
      annotations: [],
      categories: [],
    };
    const { items } = await importFiles({ 'c.json': JSON.stringify(source), 'a.png': png() });
    const files = {
      'project/meta.json': JSON.stringify(meta),
      'project/items.ndjson': `${JSON.stringify({ dataset: 'ds', name: 'a.png', link: 'http://x.example/a.png', width: 20, height: 10, meta: items[0]?.meta })}\n`,
    };
    const run = await runPlugin({ action: 'export', plugin: 'coco', files });
    expect(json(run, 'instances')).toMatchObject({
      licenses: [{ id: 1, name: 'BY', url: 'http://l.example' }],
      images: [
        {
          id: 1,
          file_name: 'ds/a.png',
          license: 1,
          flickr_url: 'http://f.example/a',
          coco_url: 'http://x.example/a.png',
        },
      ],
    });
  });
});

describe.skipIf(!hasOracle)('another reader, made from the definition alone', () => {
  test('finds the export sound and the masks pixel by pixel the same', async () => {
    const run = await exportItems(everything);
    const folder = tempFolder('oracle');
    for (const [name, bytes] of Object.entries(unpacked(run))) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), bytes);
    }
    const report = oracle<Record<string, CheckedFile>>('check', folder);
    expect(Object.values(report).flatMap((file) => file.problems)).toEqual([]);
    const told = report['instances.json']!.annotations;
    const filled = {
      geometryType: 'bitmap',
      bitmap: encodeBitmap(fillPolygon({ exterior: triangle, interior: [hole] }, size)!),
    };
    expect(told.map((one) => one.mask)).toEqual([
      undefined,
      toldMask(filled as never),
      toldMask(bitmap as never),
      undefined,
      undefined,
    ]);
    expect(report['person_keypoints.json']!.annotations[0]?.keypoints).toEqual([6, 2, 1, 7, 8, 2]);
  });

  test('its masks are read pixel by pixel the same', async () => {
    const folder = tempFolder('oracle');
    for (const seed of [1, 2, 3]) {
      const file = path.join(folder, `${seed}.json`);
      const told = oracle<unknown[]>('write', file, String(seed));
      const run = await importFiles({ 'c.json': readFileSync(file) }, { links: true });
      expect(said(run)).toEqual([]);
      expect(labels(run).map((one) => toldMask(one as never))).toEqual(told);
    }
  });
});
