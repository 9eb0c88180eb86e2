import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createParser } from '../../../src/lib/schema.ts';
import { ManifestSchema } from '../../../src/protocol/plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import manifest from '../plugin.json' with { type: 'json' };
import { runDetect } from './run.ts';

const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);

function folderWith(files: Record<string, string>): string {
  const root = tempFolder('source');
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  return root;
}

test('the manifest is one', () => {
  expect(createParser(ManifestSchema).parse(manifest, 'plugin.json').name).toBe('supervisely');
});

test.each([
  ['project', /^meta\.json lists classes, and beside it there are 2 datasets \(ds1\)$/],
  ['legacy', /^meta\.json lists classes/],
  ['loose', /^labels\/one\.png\.json is a Supervisely annotation/],
])('%s is found', async (name, because) => {
  expect(await runDetect(fixture(name))).toEqual({
    confidence: expect.toSatisfy((c: number) => c >= 0.9),
    because: expect.stringMatching(because),
  });
});

test('datasets without meta.json are found by their annotations', async () => {
  const root = tempFolder('source');
  cpSync(fixture('project'), root, { recursive: true });
  rmSync(path.join(root, 'meta.json'));
  expect(await runDetect(root)).toEqual({
    confidence: 0.95,
    because: expect.stringMatching(/^ds1\/ann holds Supervisely annotations/),
  });
});

const annotation = '{"description":"","tags":[],"size":{"height":3,"width":3},"objects":[]}';

test.each([
  ['nothing', {}, /no meta\.json with datasets/],
  ['pictures alone', { 'a/1.jpg': 'x', 'b/2.jpg': 'y' }, /no meta\.json with datasets/],
  [
    'a project of meshes',
    {
      'meta.json': '{"classes":[],"projectType":"meshes"}',
      'd/volume/a.ply': 'x',
      'd/ann/a.ply.json': annotation,
    },
    /^meta\.json: a project of meshes/,
  ],
  [
    'a meta.json of something else',
    { 'meta.json': '{"name":"site"}', 'd/img/a.jpg': 'x' },
    /^meta\.json: classes: expected a list of classes/,
  ],
  ['a broken meta.json', { 'meta.json': '{', 'd/img/a.jpg': 'x' }, /^meta\.json: /],
  [
    'JSON of LabelMe beside pictures',
    { 'a.jpg': 'x', 'a.json': '{"shapes":[],"imagePath":"a.jpg"}' },
    /^a\.json: expected "size"/,
  ],
  [
    'COCO',
    { 'images/a.jpg': 'x', 'annotations/instances.json': '{"images":[],"annotations":[]}' },
    /no meta\.json with datasets/,
  ],
])('%s is not', async (_name, files, because) => {
  expect(await runDetect(folderWith(files as unknown as Record<string, string>))).toEqual({
    confidence: 0,
    because: expect.stringMatching(because),
  });
});

test('annotations alone, with classes or without: what they need is suggested', async () => {
  const files = { 'meta.json': '{"classes":[]}', 'd/ann/a.jpg.json': annotation };
  expect(await runDetect(folderWith(files))).toEqual({
    confidence: 0.9,
    because: expect.stringMatching(/no pictures: annotations without a link get a black one/),
    options: { missing_pictures: 'blank' },
  });
  expect(await runDetect(folderWith({ 'd/ann/a.jpg.json': annotation }))).toMatchObject({
    confidence: 0.9,
    options: { missing_pictures: 'blank' },
  });
  for (const [file, text] of [
    ['d/ann/a.jpg.json', '{"figures":[]}'],
    ['d/pictures.txt', 'x'],
  ] as const)
    expect(await runDetect(folderWith({ 'meta.json': '{"classes":[]}', [file]: text }))).toMatchObject({
      confidence: 0,
    });
});

test('pictures beside a download of annotations are pictures', async () => {
  const files = { 'meta.json': '{"classes":[]}', 'd/ann/a.jpg.json': annotation, 'photos/a.jpg': 'x' };
  expect(await runDetect(folderWith(files))).toEqual({
    confidence: 0.98,
    because: expect.stringMatching(/^meta\.json lists classes/),
  });
});

test('one project of images among others is enough', async () => {
  const files = {
    'a/meta.json': '{"classes":[],"projectType":"videos"}',
    'a/d/video/a.mp4': 'x',
    'b/meta.json': '{"classes":[]}',
    'b/d/img/a.jpg': 'x',
  };
  expect(await runDetect(folderWith(files))).toMatchObject({ confidence: 0.98 });
});
