/** The forms a download comes in: annotations only, links, blobs, metas of 2018, several projects with equal names. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { ImageAnnotation } from '../../../src/format/model.ts';
import { pythonSource } from '../../../test/support/python-source.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { type Imported, runDetect, runExport, runImport } from './run.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);

function folderWith(files: Record<string, unknown>): string {
  const root = tempFolder('source');
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    const bytes = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
    writeFileSync(path.join(root, file), bytes);
  }
  return root;
}

const box = (classTitle: string, more: object = {}) => ({
  classTitle,
  tags: [],
  points: {
    exterior: [
      [1, 1],
      [5, 5],
    ],
    interior: [],
  },
  ...more,
});
const annotation = (objects: object[] = [box('car')], more: object = {}) => ({
  description: '',
  size: { width: 16, height: 12 },
  tags: [],
  objects,
  ...more,
});
const META = { classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }], tags: [] };
const PICTURE = readFileSync(path.join(fixture('project'), 'ds1/img/a.png'));
const names = ({ items }: Imported): string[] =>
  items.map(({ dataset, name }) => `${dataset}/${name}`).sort();
const annOf = ({ items }: Imported, name: string): ImageAnnotation =>
  items.find((item) => item.name === name)?.ann as ImageAnnotation;

test('annotations only: each gets a black picture of its size, and no label is lost', async () => {
  const data = fixture('project');
  const first = await runImport(data);
  const { folder } = await runExport(first, data, { json_only: true });
  const { options = {} } = (await runDetect(folder)) ?? {};
  expect(options).toEqual({ missing_pictures: 'blank' });
  const run = await runPlugin({
    action: 'import',
    plugin: 'supervisely',
    folder,
    options,
  });
  expect(run.failure).toBeUndefined();
  expect(Object.fromEntries(run.items.map(({ name, ann }) => [name, ann]))).toEqual(
    Object.fromEntries(first.items.map(({ name, ann }) => [name, ann])),
  );
  for (const item of run.items) {
    if (item.link !== undefined) continue;
    const picture = decode(readFileSync(path.join(run.taskFolder, item.file ?? '')));
    expect([picture.width, picture.height]).toEqual([item.width, item.height]);
    expect(new Set(picture.data)).toEqual(new Set([0]));
  }
  expect(run.reports.map(({ status, message }) => `${status} ${message}`)).toEqual(
    Array.from({ length: 3 }, () =>
      expect.stringMatching(
        /^warning there is no picture for this annotation, and no link to one; it got a black/,
      ),
    ),
  );
});

test('annotations only, as it is by default: nothing is made up', async () => {
  const root = folderWith({ 'meta.json': META, 'ds/ann/a.jpg.json': annotation() });
  const imported = await runImport(root, { missing_pictures: 'skip' });
  expect(imported.items).toEqual([]);
  expect(imported.reports).toEqual([
    'skipped data/ds/ann/a.jpg.json : there is no picture a.jpg, and no link to one',
  ]);
});

test('black pictures of one size are one file', async () => {
  const root = folderWith({
    'meta.json': META,
    'ds/ann/a.jpg.json': annotation(),
    'ds/ann/b.jpg.json': { annotation: annotation() },
    'ds/ann/c.jpg.json': annotation([], { size: { width: 9, height: 9 } }),
    'ds/ann/d.jpg.json': annotation([], { size: { width: 1e6, height: 1e6 } }),
  });
  const imported = await runImport(root, { missing_pictures: 'blank' });
  expect(names(imported)).toEqual(['ds/a.jpg', 'ds/b.jpg', 'ds/c.jpg']);
  expect(imported.items.map(({ file }) => file)).toEqual([
    'results/files/0/0.png',
    'results/files/0/0.png',
    'results/files/0/1.png',
  ]);
});

test('annotations only, and the pictures in another folder: by name, and by the folder of the dataset', async () => {
  const root = folderWith({
    'project/meta.json': META,
    'project/day/ann/a.png.json': annotation(),
    'project/night/ann/a.png.json': annotation([]),
    'project/night/ann/b.png.json': annotation(),
    'photos/night/a.png': PICTURE,
    'photos/day/a.png': PICTURE,
    'photos/b.png': PICTURE,
  });
  const imported = await runImport(root);
  expect(imported.reports).toEqual([]);
  expect(
    Object.fromEntries(imported.items.map(({ dataset, name, file }) => [`${dataset}/${name}`, file])),
  ).toEqual({
    'day/a.png': 'data/photos/day/a.png',
    'night/a.png': 'data/photos/night/a.png',
    'night/b.png': 'data/photos/b.png',
  });
});

test('img_info: a link stays a link, also beside a picture of that name; else the address of the server', async () => {
  const info = { name: 'x', width: 16, height: 12 };
  const root = folderWith({
    'p/meta.json': META,
    'p/ds/ann/a.png.json': annotation(),
    'p/ds/ann/b.png.json': annotation(),
    'p/ds/ann/c.png.json': annotation(),
    'p/ds/img_info/a.png.json': {
      ...info,
      link: 's3://bucket/a.png',
      full_storage_url: 'https://s.example/a',
    },
    'p/ds/img_info/b.png.json': { ...info, link: null, full_storage_url: 'https://s.example/b' },
    'p/ds/img_info/c.png.json': { ...info, full_storage_url: 'file:///etc/passwd' },
    'photos/a.png': PICTURE,
  });
  const imported = await runImport(root);
  expect(imported.items.map(({ name, link, file }) => [name, link ?? file])).toEqual([
    ['a.png', 's3://bucket/a.png'],
    ['b.png', 'https://s.example/b'],
  ]);
  expect(imported.reports).toEqual([
    'skipped data/p/ds/ann/c.png.json : there is no picture c.png, and no link to one',
  ]);
});

test('metadata in img_info; a file of metadata of its own goes before it', async () => {
  const root = folderWith({
    'meta.json': META,
    'ds/img/a.png': PICTURE,
    'ds/ann/a.png.json': annotation(),
    'ds/img_info/a.png.json': { name: 'a.png', meta: { camera: 'left', gain: 1 } },
    'ds/meta/a.png.json': { gain: 2 },
    'ds/img/b.png': PICTURE,
    'ds/ann/b.png.json': annotation(),
    'ds/img_info/b.png.json': '{broken',
  });
  const imported = await runImport(root);
  expect(imported.items.map(({ meta }) => meta)).toEqual([{ camera: 'left', gain: 2 }, undefined]);
  expect(imported.reports).toEqual([
    expect.stringMatching(/^failed data\/ds\/img_info\/b\.png\.json : .*JSON/),
  ]);
});

test('a meta of 2018: tags of images and of objects, bare names, points with fractions', async () => {
  const root = folderWith({
    'old/meta.json': {
      classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }],
      tags_images: [
        'like',
        { name: 'scene', value_type: 'oneof_string', values: ['in', 'out'], color: '#00FF00' },
      ],
      tags_objects: ['like', { name: 'age', value_type: 'any_number', color: '#0000FF' }],
    },
    'old/ds/img/a.png': PICTURE,
    'old/ds/ann/a.json': annotation(
      [
        {
          description: '',
          bitmap: null,
          classTitle: 'car',
          tags: ['like', { name: 'age', value: 3 }],
          points: {
            exterior: [
              [1.0, 2.0],
              [5.0, 6.0],
            ],
            interior: [],
          },
        },
      ],
      { name: 'a', tags: ['like', { name: 'scene', value: 'in' }] },
    ),
  });
  const imported = await runImport(root);
  expect(imported.reports).toEqual([]);
  expect(imported.meta.tags.map(({ name, value_type }) => `${name} ${value_type}`)).toEqual([
    'like none',
    'scene oneof_string',
    'age any_number',
  ]);
  expect(imported.meta).not.toHaveProperty('tags_images');
  const ann = annOf(imported, 'a.png');
  expect(ann.tags).toEqual([{ name: 'like' }, { name: 'scene', value: 'in' }]);
  expect(ann.objects[0]).toMatchObject({
    geometryType: 'rectangle',
    shape: 'rectangle',
    tags: [{ name: 'like' }, { name: 'age', value: 3 }],
  });
  expect(validateAnnotation(ann, imported.meta)).toEqual([]);
});

test('several projects of one name: no two datasets share theirs', async () => {
  const files = Object.fromEntries(
    ['x', 'y', 'z'].flatMap((drop) => [
      [`${drop}/project/meta.json`, META],
      [`${drop}/project/ds/img/a.png`, PICTURE],
      [`${drop}/project/ds/ann/a.png.json`, annotation()],
    ]),
  );
  const imported = await runImport(folderWith(files));
  expect(names(imported)).toEqual(['ds/a.png', 'project/ds/a.png', 'project/ds_1/a.png']);
  expect(imported.meta.classes.map(({ title }) => title)).toEqual(['car']);
});

test('projects of images and of videos together: the images are imported, the videos are refused by name', async () => {
  const imported = await runImport(
    folderWith({
      'a/meta.json': { ...META, projectType: 'videos' },
      'a/ds/video/a.mp4': 'x',
      'b/meta.json': META,
      'b/ds/img/a.png': PICTURE,
      'b/ds/ann/a.png.json': annotation(),
    }),
  );
  expect(names(imported)).toEqual(['ds/a.png']);
  expect(imported.reports).toEqual([
    'failed data/a/meta.json : expected a project of images, got one of videos',
  ]);
});

test.each(['with meta.json', 'without meta.json'])(
  'a blob project written by Python, %s: ranges and sizes are those tarfile and Pillow know',
  async (how) => {
    const { folder, expected } = pythonSource<Record<string, { range: number[]; size: number[] }>>(
      path.join(import.meta.dirname, 'make_blob_project.py'),
    );
    if (how === 'without meta.json') rmSync(path.join(folder, 'meta.json'));
    const imported = await runImport(folder);
    expect(
      Object.fromEntries(
        imported.items.map(({ name, file, range, width, height }) => {
          expect(file).toBe('data/blob/pack.tar');
          return [name, { range, size: [width, height] }];
        }),
      ),
    ).toEqual(expected);
    expect(annOf(imported, 'picture_2.jpg').objects).toHaveLength(1);
    expect(annOf(imported, 'picture_4.jpg').size).toEqual({ width: 24, height: 14 });
    expect(imported.reports.sort()).toEqual([
      expect.stringMatching(
        /^failed data\/blob\/pack\.tar picture_bad\.jpg: expected a picture at bytes \d+ to \d+/,
      ),
      'warning - : there is no annotation for this item; it has no labels',
    ]);
  },
);

test('nested datasets below a folder datasets at the root of the project', async () => {
  const root = folderWith({});
  cpSync(path.join(fixture('project'), 'ds1'), path.join(root, 'datasets/ds1'), { recursive: true });
  cpSync(path.join(fixture('project'), 'meta.json'), path.join(root, 'meta.json'));
  expect(names(await runImport(root))).toContain('ds1/night/c.png');
});
