import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { create } from 'tar';
import { describe, expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { ImageAnnotation } from '../../../src/format/model.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { type Imported, runImport } from './run.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);

/** A copy of a fixture to spoil. */
function copyOf(name: string): {
  root: string;
  write(file: string, content: unknown): void;
  json(file: string): Record<string, never>;
} {
  const root = tempFolder('source');
  cpSync(fixture(name), root, { recursive: true });
  return {
    root,
    write(file, content) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
    },
    json: (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8')),
  };
}

function expectValid({ items, meta }: Imported): void {
  for (const { ann } of items) expect(validateAnnotation(ann as ImageAnnotation, meta)).toEqual([]);
}

const names = ({ items }: Imported): string[] => items.map(({ dataset, name }) => `${dataset}/${name}`);
const annOf = ({ items }: Imported, name: string): ImageAnnotation =>
  items.find((item) => item.name === name)?.ann as ImageAnnotation;

test('a project: nested datasets, sidecars, links, and the annotations as they are', async () => {
  const imported = await runImport(fixture('project'));
  expect(imported.reports).toEqual([]);
  expect(names(imported).sort()).toEqual([
    'ds1/a.png',
    'ds1/b ä.png',
    'ds1/night/c.png',
    'ds1/night/far.jpg',
  ]);
  const [a] = imported.items.filter(({ name }) => name === 'a.png');
  expect(a).toMatchObject({
    file: 'data/ds1/img/a.png',
    width: 16,
    height: 12,
    meta: { camera: { model: 'X100', f: 2.8 } },
  });
  expect(a?.ann).toEqual(
    JSON.parse(readFileSync(path.join(fixture('project'), 'ds1/ann/a.png.json'), 'utf8')),
  );
  const far = imported.items.find(({ name }) => name === 'far.jpg');
  expect(far).toMatchObject({ link: 's3://bucket/night/far.jpg', width: 640, height: 480 });
  expect(far).not.toHaveProperty('file');
  expect(imported.meta).toEqual(JSON.parse(readFileSync(path.join(fixture('project'), 'meta.json'), 'utf8')));
  expect(imported.used).toContain('data/ds1/meta/a.png.json');
  expectValid(imported);
});

test('files of 2019', async () => {
  const imported = await runImport(fixture('legacy'));
  expect(imported.reports).toEqual([]);
  expect(imported.items).toHaveLength(1);
  expect(annOf(imported, 'bmw.png').objects.map(({ geometryType }) => geometryType)).toEqual([
    'rectangle',
    'bitmap',
  ]);
  expect(annOf(imported, 'bmw.png').tags).toEqual([{ name: 'like' }, { name: 'situated', value: 'outside' }]);
  expectValid(imported);
});

test('datasets without meta.json: classes come from the annotations', async () => {
  const { root } = copyOf('project');
  rmSync(path.join(root, 'meta.json'));
  const imported = await runImport(root);
  expect(imported.reports).toEqual([]);
  expect(names(imported).sort()).toEqual([
    'ds1/a.png',
    'ds1/b ä.png',
    'ds1/night/c.png',
    'ds1/night/far.jpg',
  ]);
  expect(Object.fromEntries(imported.meta.classes.map(({ title, shape }) => [title, shape]))).toEqual({
    car: 'polygon',
    person: 'bitmap',
    box: 'rectangle',
    pose: 'graph',
    thing: 'any',
  });
  expect(imported.meta.tags.map(({ name, value_type }) => `${name} ${value_type}`).sort()).toEqual([
    'age any_string',
    'cars_number any_number',
    'like none',
  ]);
  expectValid(imported);
});

test('loose pictures beside annotations', async () => {
  const imported = await runImport(fixture('loose'));
  expect(imported.reports).toEqual([]);
  expect(names(imported)).toEqual(['day/one.png', 'day/two.png'].map((name) => name.replace('day', 'ds0')));
  expect(imported.meta.classes.map(({ title, shape }) => `${title} ${shape}`)).toEqual([
    'sign any',
    'lane line',
  ]);
  expect(imported.meta.tags).toEqual([expect.objectContaining({ name: 'when', value_type: 'date' })]);
  expectValid(imported);
});

describe('something is wrong', () => {
  test('a bad object loses that object; the place is named', async () => {
    const source = copyOf('project');
    const ann = source.json('ds1/ann/a.png.json') as unknown as ImageAnnotation;
    ann.objects[2] = { ...ann.objects[2], points: { exterior: [[1, 1]] } } as never;
    source.write('ds1/ann/a.png.json', ann);
    const imported = await runImport(source.root);
    expect(imported.reports).toEqual([
      'warning data/ds1/ann/a.png.json objects[2].points.exterior: expected 2 points, got [[1,1]]',
    ]);
    expect(annOf(imported, 'a.png').objects).toHaveLength(5);

    const strict = await runImport(source.root, { bad_annotation: 'skip-item' });
    expect(names(strict)).not.toContain('ds1/a.png');
    expect(strict.reports.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'failed data/ds1/ann/a.png.json',
      'skipped data/ds1/img/a.png',
    ]);
    await expect(runImport(source.root, { bad_annotation: 'stop' })).rejects.toThrow(
      /objects\[2\]\.points\.exterior: expected 2 points/,
    );
  });

  test('an annotation that is no JSON: the picture comes without labels', async () => {
    const source = copyOf('project');
    source.write('ds1/ann/a.png.json', '{"size": ');
    const imported = await runImport(source.root);
    expect(imported.reports).toEqual([
      expect.stringMatching(/^failed data\/ds1\/ann\/a\.png\.json : .*JSON/),
    ]);
    expect(annOf(imported, 'a.png')).toEqual({
      description: '',
      size: { width: 16, height: 12 },
      tags: [],
      objects: [],
    });
  });

  test('a picture that is none, an empty one, one without annotation, an annotation without picture', async () => {
    const source = copyOf('project');
    source.write('ds1/img/a.png', 'this is text');
    truncateSync(path.join(source.root, 'ds1/img/b ä.png'));
    rmSync(path.join(source.root, 'ds1/datasets/night/ann/c.png.json'));
    source.write('ds1/ann/gone.png.json', {
      description: '',
      size: { width: 1, height: 1 },
      tags: [],
      objects: [],
    });
    const imported = await runImport(source.root);
    expect(names(imported).sort()).toEqual(['ds1/night/c.png', 'ds1/night/far.jpg']);
    expect(imported.reports.sort()).toEqual([
      'failed data/ds1/img/a.png : expected a picture, got other bytes',
      'failed data/ds1/img/b ä.png : expected a picture, got an empty file',
      'skipped data/ds1/ann/a.png.json : its picture ds1/img/a.png could not be imported',
      'skipped data/ds1/ann/b ä.png.json : its picture ds1/img/b ä.png could not be imported',
      'skipped data/ds1/ann/gone.png.json : there is no item of this name, and no link to one',
      'warning data/ds1/datasets/night/img/c.png : there is no annotation for this item; it has no labels',
    ]);
    expect(annOf(imported, 'c.png').size).toEqual({ width: 8, height: 6 });
  });

  test('classes and tags that meta.json does not have are made, shapes that differ get a class of their own', async () => {
    const source = copyOf('project');
    source.write('meta.json', { classes: [{ title: 'box', shape: 'polygon', color: '#000000' }], tags: [] });
    const imported = await runImport(source.root);
    expect(imported.meta.classes.map(({ title, shape }) => `${title} ${shape}`)).toEqual(
      expect.arrayContaining([
        'box polygon',
        'box_1 rectangle',
        'car polygon',
        'thing line',
        'thing_1 point',
      ]),
    );
    expect(annOf(imported, 'c.png').objects[0]?.classTitle).toBe('box_1');
    expectValid(imported);
  });

  test('labels over the border are cut and counted; a wrong size is corrected', async () => {
    const source = copyOf('project');
    const ann = source.json('ds1/datasets/night/ann/c.png.json') as unknown as ImageAnnotation;
    source.write('ds1/datasets/night/ann/c.png.json', {
      ...ann,
      size: { width: 80, height: 60 },
      objects: [
        {
          ...ann.objects[0],
          points: {
            exterior: [
              [4, 2],
              [20, 5],
            ],
            interior: [],
          },
        },
      ],
    });
    const imported = await runImport(source.root);
    expect(annOf(imported, 'c.png')).toMatchObject({
      size: { width: 8, height: 6 },
      objects: [
        {
          points: {
            exterior: [
              [4, 2],
              [7, 5],
            ],
          },
        },
      ],
    });
    expect(imported.reports).toEqual([
      'warning data/ds1/datasets/night/ann/c.png.json size: expected the size of the picture, 8 x 6, got 80 x 60',
      expect.stringContaining('1 labels reached over the image'),
    ]);
  });

  test('a meta.json that cannot be read: what the annotations say is used', async () => {
    const source = copyOf('project');
    source.write('meta.json', '{"tags": []}');
    const imported = await runImport(source.root);
    expect(imported.reports).toEqual([
      'failed data/meta.json classes: expected a list of classes, got nothing',
    ]);
    expect(imported.items).toHaveLength(4);
    expect(imported.meta.classes).toHaveLength(5);
  });

  test('the same warning in many files is told a few times and counted', async () => {
    const source = copyOf('project');
    const picture = readFileSync(path.join(source.root, 'ds1/img/a.png'));
    for (let i = 0; i < 50; i++) writeFileSync(path.join(source.root, `ds1/img/x${i}.png`), picture);
    const { reports } = await runImport(source.root);
    expect(reports).toHaveLength(4);
    expect(reports[3]).toBe(
      'warning - : 47 times more: there is no annotation for this item; it has no labels',
    );
  });
});

test('several projects: metas are merged, labels follow, datasets of one name stay apart', async () => {
  const root = tempFolder('source');
  cpSync(fixture('project'), path.join(root, 'first'), { recursive: true });
  cpSync(fixture('legacy'), path.join(root, 'second'), { recursive: true });
  cpSync(path.join(root, 'second/ds'), path.join(root, 'second/ds1'), { recursive: true });
  const meta = JSON.parse(readFileSync(path.join(root, 'second/meta.json'), 'utf8'));
  meta.classes[1].shape = 'any';
  writeFileSync(path.join(root, 'second/meta.json'), JSON.stringify(meta));
  const imported = await runImport(root);
  expect(names(imported)).toEqual(expect.arrayContaining(['ds1/a.png', 'ds/bmw.png', 'second/ds1/bmw.png']));
  expect(annOf(imported, 'bmw.png').objects[1]?.classTitle).toBe('person_1');
  expectValid(imported);
});

test('blobs: members of a tar are items by their byte range', async () => {
  const source = copyOf('project');
  const deep = `${'long-folder-name-'.repeat(8)}/a.png`;
  mkdirSync(path.join(source.root, 'stage', path.dirname(deep)), { recursive: true });
  for (const [from, to] of [
    ['a.png', deep],
    ['b ä.png', 'b ä.png'],
  ] as const)
    cpSync(path.join(source.root, 'ds1/img', from), path.join(source.root, 'stage', to));
  mkdirSync(path.join(source.root, 'blob'));
  await create(
    { file: path.join(source.root, 'blob/pack.tar'), cwd: path.join(source.root, 'stage'), portable: true },
    ['.'],
  );
  const picture = readFileSync(path.join(source.root, 'ds1/img/a.png'));
  rmSync(path.join(source.root, 'ds1/img'), { recursive: true });
  rmSync(path.join(source.root, 'ds1/ann/b ä.png.json'));
  rmSync(path.join(source.root, 'stage'), { recursive: true });
  source.write('ds1/pack_offsets.pkl', 'not read');
  const imported = await runImport(source.root);
  expect(names(imported).sort()).toEqual([
    'ds1/a.png',
    'ds1/b ä.png',
    'ds1/night/c.png',
    'ds1/night/far.jpg',
  ]);
  const a = imported.items.find(({ name }) => name === 'a.png');
  expect(a?.file).toBe('data/blob/pack.tar');
  const tar = readFileSync(path.join(source.root, 'blob/pack.tar'));
  expect(tar.subarray(...a!.range!)).toEqual(picture);
  expect(annOf(imported, 'a.png').objects).toHaveLength(6);
  expect(imported.used).toContain('data/blob/pack.tar');

  truncateSync(path.join(source.root, 'blob/pack.tar'), 700);
  const cut = await runImport(source.root);
  expect(cut.reports).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^failed data\/blob\/pack\.tar : expected 512 bytes .*got 188/),
    ]),
  );
});

test('a project of another modality is refused with a hint', async () => {
  const source = copyOf('project');
  source.write('meta.json', { ...source.json('meta.json'), projectType: 'videos' });
  const imported = await runImport(source.root);
  expect(imported.items).toEqual([]);
  expect(imported.reports).toEqual([
    'failed data/meta.json : expected a project of images, got one of videos',
  ]);
});
