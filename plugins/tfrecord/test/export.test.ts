import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Geometry, ImageAnnotation, Label, Tag } from '../../../src/format/model.ts';
import { fillPolygon } from '../../../src/format/raster.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { importHere, labelsOf, told } from '../../../test/support/import-here.ts';
import {
  comparable,
  HEIGHT,
  maskRows,
  projectFiles,
  type RandomProject,
  randomProjects,
  tagMeta,
  WIDTH,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { oracle, type ToldRecord } from './oracle/oracle.ts';

const size = { width: WIDTH, height: HEIGHT };
const cls = (title: string, shape: string) => ({ title, shape, color: '#AA0000', geometry_config: {} });
const meta: RandomProject['meta'] = {
  classes: [
    cls("it's", 'rectangle'),
    cls("it's_mask", 'bitmap'),
    cls('road', 'polygon'),
    cls('spot', 'point'),
  ],
  tags: [
    tagMeta('difficult', 'none'),
    tagMeta('doors', 'any_number'),
    tagMeta('colour', 'any_string'),
    tagMeta('broken', 'none'),
    tagMeta('train', 'none'),
    tagMeta('rain', 'none'),
    tagMeta('hour', 'any_number'),
  ],
  projectType: 'images',
};
const label = (classTitle: string, geometry: Geometry, tags: Tag[] = [], instance?: string): Label =>
  ({
    classTitle,
    tags,
    ...geometry,
    shape: geometry.geometryType,
    ...(instance === undefined ? {} : { instance }),
  }) as Label;
const points = (
  geometryType: 'rectangle' | 'polygon' | 'point',
  ...exterior: [number, number][]
): Geometry => ({
  geometryType,
  points: { exterior, interior: [] },
});
const triangle: [number, number][] = [
  [1, 1],
  [9, 1],
  [1, 8],
];
const annotation = (objects: Label[] = [], tags: Tag[] = []): ImageAnnotation => ({
  description: '',
  size: { height: HEIGHT, width: WIDTH },
  tags,
  objects,
});
const item = (dataset: string, name: string, ann = annotation()) => ({ dataset, name, annotation: ann });

const everything: RandomProject = {
  meta,
  items: [
    item(
      'day',
      'a.png',
      annotation(
        [
          label("it's", points('rectangle', [0, 0], [36, 22]), [
            { name: 'difficult' },
            { name: 'doors', value: 3 },
          ]),
          label('road', points('polygon', ...triangle), [
            { name: 'colour', value: 'red' },
            { name: 'broken' },
          ]),
          label('spot', points('point', [5, 6])),
        ],
        [{ name: 'rain' }, { name: 'hour', value: 3 }, { name: 'train' }],
      ),
    ),
    item('night', 'b.png'),
  ],
};

/** What the script reads in the record files of an archive. */
function toldFiles(entries: Record<string, Buffer>): Record<string, ToldRecord[]> {
  const folder = tempFolder('oracle');
  const files = Object.entries(entries)
    .filter(([name]) => name.includes('.tfrecord'))
    .map(([name, bytes]) => {
      const file = path.join(folder, name.replaceAll('/', '__'));
      writeFileSync(file, bytes);
      return file;
    });
  return oracle('read', ...files);
}

describe('what is written, as another program reads it', () => {
  test('checksums, features, masks, the picture itself', async () => {
    const run = await runPlugin({ action: 'export', plugin: 'tfrecord', files: projectFiles(everything) });
    expect(run.failure).toBeUndefined();
    const entries = Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));
    expect(Object.keys(entries)).toEqual(['label_map.pbtxt', 'day.tfrecord', 'night.tfrecord']);
    expect(entries['label_map.pbtxt']?.toString()).toBe(
      "item {\n\tid: 1\n\tname: 'it\\'s'\n}\n\nitem {\n\tid: 2\n\tname: 'road'\n}\n\nitem {\n\tid: 3\n\tname: 'spot'\n}\n\n",
    );
    const { 'day.tfrecord': [record] = [], 'night.tfrecord': night } = toldFiles(entries);
    const {
      'image/object/mask': masks,
      'image/encoded': encoded,
      'image/key/sha256': hash,
      ...rest
    } = record ?? {};
    const float = (list: number[]): number[] => list.map(Math.fround);
    expect(rest).toEqual({
      'image/filename': ['a.png'],
      'image/source_id': ['a.png'],
      'image/width': [WIDTH],
      'image/height': [HEIGHT],
      'image/format': ['png'],
      'image/object/bbox/xmin': float([0, 1 / 37, 5 / 37]),
      'image/object/bbox/xmax': float([1, 10 / 37, 6 / 37]),
      'image/object/bbox/ymin': float([0, 1 / 23, 6 / 23]),
      'image/object/bbox/ymax': float([1, 9 / 23, 7 / 23]),
      'image/object/class/text': ["it's", 'road', 'spot'],
      'image/object/class/label': [1, 2, 3],
      'image/object/difficult': [1, 0, 0],
      'image/object/doors': [3, null, null],
      'image/object/colour': ['', 'red', ''],
      'image/object/broken': ['', 'broken', ''],
      'image/class/text': ['rain', 'train'],
    });
    expect(encoded).toEqual([['PNG', 'L', WIDTH, HEIGHT, expect.stringMatching(/^[0-9a-f]{64}$/) as string]]);
    expect(hash).toHaveLength(1);
    const filled = fillPolygon({ exterior: triangle, interior: [] }, size)!;
    const rows = Array.from({ length: HEIGHT }, (_, y) =>
      Array.from({ length: WIDTH }, (_one, x) => {
        const [dx, dy] = [x - filled.x, y - filled.y];
        const inside = dx >= 0 && dy >= 0 && dx < filled.width && dy < filled.height;
        return inside ? filled.data[dy * filled.width + dx] : 0;
      }).join(''),
    );
    const empty = Array.from({ length: HEIGHT }, () => '0'.repeat(WIDTH));
    expect(masks).toEqual([empty, rows, empty]);
    expect(night).toMatchObject([{ 'image/filename': ['b.png'], 'image/object/bbox/xmin': [] }]);
    expect(run.written).toHaveLength(2);
    expect(told(run)).toEqual([
      'warning: 1 label of shape polygon (it is written as a mask) cannot be expressed in TFRecord',
      'warning: 1 label of shape point (only its box is written) cannot be expressed in TFRecord',
      'warning: 1 tag hour of an image cannot be expressed in TFRecord',
    ]);
  });

  test('shards are all there, in order, and hold each item once', async () => {
    const project = { meta, items: Array.from({ length: 7 }, (_, i) => item('day', `${i}.png`)) };
    const { entries } = await exportHere('tfrecord', projectFiles(project), { shards: 4 });
    const told = toldFiles(entries);
    expect(Object.keys(told)).toEqual([0, 1, 2, 3].map((i) => `day.tfrecord-0000${i}-of-00004`));
    const names = Object.values(told).map((records) => records.map((one) => one['image/filename']?.[0]));
    expect(names).toEqual([['0.png', '1.png'], ['2.png', '3.png'], ['4.png', '5.png'], ['6.png']]);
    const few = await exportHere('tfrecord', projectFiles({ meta, items: [item('day', 'x.png')] }), {
      shards: 3,
    });
    expect(Object.values(toldFiles(few.entries)).map((records) => records.length)).toEqual([1, 0, 0]);
  });

  test('files by split, options that leave something out', async () => {
    const project: RandomProject = {
      meta,
      items: [
        item('day', 'a.png', annotation([], [{ name: 'train' }])),
        item('validation', 'b.png'),
        item('day', 'c.png', annotation([label('road', points('polygon', ...triangle))])),
        item('night', 'd.png', annotation([], [{ name: 'train' }])),
      ],
    };
    const run = await exportHere('tfrecord', projectFiles(project), { files: 'split', include_masks: false });
    const files = toldFiles(run.entries);
    const names = (found: typeof files) =>
      Object.fromEntries(
        Object.entries(found).map(([file, list]) => [file, list.map((one) => one['image/filename']?.[0])]),
      );
    expect(names(files)).toEqual({
      'train.tfrecord': ['a.png', 'd.png'],
      'val.tfrecord': ['b.png'],
      'day.tfrecord': ['c.png'],
    });
    expect(files['train.tfrecord']?.[0]).not.toHaveProperty('image/class/text');
    expect(files['day.tfrecord']?.[0]).not.toHaveProperty('image/object/mask');
    expect(told(run)).toEqual([
      'warning: 1 label of shape polygon (only its box is written) cannot be expressed in TFRecord',
    ]);
    const bare = await exportHere('tfrecord', projectFiles(project), {
      only_annotated: true,
      only_annotations: true,
    });
    const left = toldFiles(bare.entries);
    expect(names(left)).toEqual({ 'day.tfrecord': ['a.png', 'c.png'], 'night.tfrecord': ['d.png'] });
    expect(left['day.tfrecord']?.[1]).not.toHaveProperty('image/encoded');
    expect(left['day.tfrecord']?.[1]).toMatchObject({ 'image/width': [WIDTH], 'image/format': ['png'] });
  });

  test('other kinds become PNG; what is no picture, and links, are reported', async () => {
    const webp = await sharp({ create: { width: 6, height: 4, channels: 3, background: '#ff0000' } })
      .webp({ lossless: true })
      .toBuffer();
    const files = {
      ...projectFiles({ meta, items: [] }),
      'project/i0/img/a.webp': webp,
      'project/i1/img/b.png': 'no picture',
      'project/items.ndjson': [
        { dataset: 'ds', name: 'a.webp', image: 'i0/img/a.webp', width: 6, height: 4 },
        { dataset: 'ds', name: 'b.png', image: 'i1/img/b.png', width: 6, height: 4 },
        { dataset: 'ds', name: 'c.png', link: 'http://x.example/c.png', width: 6, height: 4 },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    };
    const run = await exportHere('tfrecord', files);
    const { 'ds.tfrecord': records = [] } = toldFiles(run.entries);
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ 'image/filename': ['a.png'], 'image/format': ['png'] });
    expect(records[0]?.['image/encoded']?.[0]).toEqual(['PNG', 'RGB', 6, 4, expect.any(String)]);
    const text = told(run).join('\n');
    expect(text).toContain('failed data/project/i1/img/b.png');
    expect(text).toMatch(/skipped data\/project\/.*a link/);
    expect(text).toContain('picture of kind webp (it is written as PNG)');
    expect(run.written.map(({ name }) => name)).toEqual(['a.webp']);
  });
});

describe('a round trip', () => {
  const tags = [
    tagMeta('difficult', 'none'),
    tagMeta('broken', 'none'),
    tagMeta('n', 'any_number'),
    tagMeta('colour', 'any_string'),
  ];
  const back = async (project: RandomProject, options = {}) => {
    const exported = await exportHere('tfrecord', projectFiles(project), options);
    expect(exported.failure).toBeUndefined();
    return importHere({ plugin: 'tfrecord', files: exported.entries });
  };

  test('boxes, their tags and classes come back as they were', { timeout: 60_000 }, async () => {
    const projects = randomProjects({
      shapes: ['rectangle'],
      objectTags: tags,
      imageTags: [tagMeta('rain', 'none', { applicable_type: 'imagesOnly' })],
      instances: false,
    });
    await fc.assert(
      fc.asyncProperty(projects, fc.integer({ min: 1, max: 3 }), async (project, shards) => {
        const run = await back(project, { shards });
        expect(told(run).filter((line) => !line.includes('the file is empty'))).toEqual([]);
        const byName = new Map(run.items.map((one) => [`${one.dataset}/${one.name}`, one]));
        expect(byName.size).toBe(project.items.length);
        for (const { dataset, name, annotation: ann } of project.items) {
          const found = byName.get(`${dataset}/${name}`);
          expect(comparable(found?.ann as ImageAnnotation)).toEqual(comparable(ann));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('masks come back pixel by pixel, with the box around them', { timeout: 60_000 }, async () => {
    const projects = randomProjects({ shapes: ['bitmap'], objectTags: [], imageTags: [], instances: false });
    await fc.assert(
      fc.asyncProperty(projects, async (project) => {
        const run = await back(project);
        for (const { dataset, name, annotation: ann } of project.items) {
          const found = run.items.find((one) => one.dataset === dataset && one.name === name);
          const masks = labelsOf(found).filter(({ geometryType }) => geometryType === 'bitmap');
          const rows = (labels: Label[]) =>
            labels.map((one) => maskRows((one as never as { bitmap: never }).bitmap));
          expect(rows(masks)).toEqual(rows(ann.objects as Label[]));
          expect(labelsOf(found)).toHaveLength(2 * masks.length);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('box and mask of one instance are one object again, and again', async () => {
    const first = await back({
      ...everything,
      items: [item('day', 'a.png', annotation([label('road', points('polygon', ...triangle))]))],
    });
    expect(labelsOf(first.items[0]).map(({ classTitle }) => classTitle)).toEqual(['road', 'road_mask']);
    const second = await back({
      meta: first.meta,
      items: [item('day', 'a.png', first.items[0]?.ann as ImageAnnotation)],
    });
    expect(comparable(second.items[0]?.ann as ImageAnnotation)).toEqual(
      comparable(first.items[0]?.ann as ImageAnnotation),
    );
  });
});

test('a picture of several megabytes is streamed, its checksum right', async () => {
  const noise = Buffer.alloc(1500 * 1000 * 3);
  for (let i = 0, state = 1; i < noise.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    noise[i] = state >>> 24;
  }
  const png = await sharp(noise, { raw: { width: 1500, height: 1000, channels: 3 } })
    .png()
    .toBuffer();
  expect(png.length).toBeGreaterThan(4e6);
  const files = { ...projectFiles({ meta, items: [item('day', 'a.png')] }), 'project/i0/img/a.png': png };
  const { entries } = await exportHere('tfrecord', files);
  const run = await importHere({ plugin: 'tfrecord', files: entries });
  expect(run.items[0]).toMatchObject({ width: 1500, height: 1000 });
  const [start, end] = run.items[0]?.range ?? [0, 0];
  expect(entries['day.tfrecord']?.subarray(start, end).equals(png)).toBe(true);
});
