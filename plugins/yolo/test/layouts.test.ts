/** Where names, splits and labels may be. */
import { describe, expect, test } from 'vitest';
import { type Files, importHere, labelsOf, namesOf, told } from '../../../test/support/import-here.ts';
import { briefs, fixture, png } from './cases.ts';

const BOX = '0 0.5 0.5 1 1\n';
const run = (files: Files, options: Record<string, unknown> = {}) =>
  importHere({ plugin: 'yolo', files, options });
const titles = (result: Awaited<ReturnType<typeof run>>): string[] =>
  result.items.flatMap((item) => labelsOf(item).map(({ classTitle }) => classTitle));

test('Darknet: names and lists by obj.data, paths of another machine by their end', async () => {
  const result = await importHere({ plugin: 'yolo', folder: fixture('darknet') });
  expect(result.failure).toBeUndefined();
  expect(result.meta.classes.map(({ title }) => title)).toEqual(['cat', 'dog']);
  expect(namesOf(result)).toEqual(['train/one.jpg', 'val/two.jpg']);
  expect(briefs(result)).toEqual([[['cat', [2, 2], [9, 9]]], [['dog', [2, 2], [9, 9]]]]);
  expect(told(result)).toEqual([
    'warning data/train.txt: expected 2 pictures among the files, got 1 of them',
  ]);
  expect(result.used.map(({ file }) => file).sort()).toEqual(
    [
      'obj.data',
      'obj.names',
      'obj_train_data/one.txt',
      'obj_train_data/two.txt',
      'train.txt',
      'valid.txt',
    ].map((file) => `data/${file}`),
  );
});

test('names: a list, a map, numbers, gaps, a wrong count, classes.txt among the labels', async () => {
  const name = async (yaml: string): Promise<string[]> =>
    titles(await run({ 'd.yaml': yaml, 'a.png': png(), 'a.txt': BOX }));
  expect(await name('names: [car]\n')).toEqual(['car']);
  expect(await name('names: {0: car, 1: man}\n')).toEqual(['car']);
  expect(await name('names: {"0": 7}\n')).toEqual(['7']);
  expect(await name('names: [null, man]\n')).toEqual(['class_0']);
  expect(await name('nc: 1\ntrain: x\n')).toEqual(['class_0']);
  const listed = await run({
    'labels/classes.txt': 'car\nold man\n\n',
    'images/a.png': png(),
    'labels/a.txt': BOX,
  });
  expect(listed.meta.classes.map(({ title }) => title)).toEqual(['car', 'old man']);
  const wrong = await run({ 'd.yaml': 'nc: 3\nnames: [car]\n', 'a.png': png(), 'a.txt': BOX });
  expect(told(wrong)).toEqual([
    'warning data/d.yaml nc: expected 1 as there are names, got 3; the names count',
  ]);
});

describe('a label belongs to its picture', () => {
  const cases: [string, string, string][] = [
    ['sibling trees', 'images/train/a.png', 'labels/train/a.txt'],
    ['Roboflow', 'train/images/a.png', 'train/labels/a.txt'],
    ['beside', 'x/a.png', 'x/a.txt'],
    ['the whole name', 'images/a.png', 'labels/a.png.txt'],
    ['dots in the name', 'images/a.b.png', 'labels/a.b.txt'],
    ['a folder of labels within', 'x/a.png', 'x/labels/a.txt'],
    ['a folder of labels around', 'train/a.png', 'labels/train/a.txt'],
    ['JPEGImages', 'VOC/JPEGImages/a.png', 'VOC/labels/a.txt'],
    ['elsewhere', 'pictures/2020/a.png', 'text/a.txt'],
    ['images twice', 'images/x/images/a.png', 'images/x/labels/a.txt'],
  ];
  test.each(cases)('%s', async (_, picture, label) => {
    const result = await run({ 'data.yaml': 'names: [car]\n', [picture]: png(), [label]: BOX });
    expect(titles(result)).toEqual(['car']);
    expect(told(result)).toEqual([]);
  });

  test('of one name in two folders each has its own', async () => {
    const result = await run({
      'data.yaml': 'names: [car, man]\n',
      'images/train/a.png': png(),
      'images/val/a.png': png(),
      'labels/train/a.txt': BOX,
      'labels/val/a.txt': `1${BOX.slice(1)}`,
    });
    expect(namesOf(result)).toEqual(['train/a.png', 'val/a.png']);
    expect(titles(result)).toEqual(['car', 'man']);
  });
});

test('splits: lists of pictures, several folders, folders without a yaml, the other modes', async () => {
  const pictures = ['images/x/a.png', 'images/x/b.png', 'images/y/c.png', 'images/z/d.png'];
  const files = {
    ...Object.fromEntries(pictures.map((file) => [file, png()])),
    'labels/x/a.txt': BOX,
    'train.txt': './images/x/a.png\n./images/z/d.png\n',
    'val.txt': './images/x/b.png\n./images/z/d.png\n',
    'data.yaml': 'names: [car]\ntrain: [train.txt]\nval:\n  - val.txt\ntest: [images/y, images/gone]\n',
  };
  const split = await run(files);
  expect(namesOf(split)).toEqual(['train/a.png', 'val/b.png', 'test/c.png', 'train/d.png']);
  expect(told(split).slice(0, 2)).toEqual([
    'warning data/data.yaml test: expected a folder or a list of pictures among the files, got "images/gone"; the names of the folders say the split',
    'warning data/images/z/d.png: expected the picture in one split, got it in train and val; train counts',
  ]);
  const folder = await run(files, { datasets: 'folder' });
  expect(namesOf(folder)).toEqual(['x/a.png', 'x/b.png', 'y/c.png', 'z/d.png']);
  const one = await run(files, { datasets: 'one' });
  expect(namesOf(one)).toEqual(['ds0/a.png', 'ds0/b.png', 'ds0/c.png', 'ds0/d.png']);
  const plain = await run({
    'valid/images/a.png': png(),
    'valid/labels/a.txt': BOX,
    'more/images/b.png': png(),
  });
  expect(namesOf(plain)).toEqual(['val/a.png', 'more/b.png']);
});

test('two datasets in one source keep their names and their splits', async () => {
  const result = await run({
    'cats/data.yaml': 'names: [cat]\ntrain: images/train\nval: images/train\n',
    'cats/images/train/a.png': png(),
    'cats/labels/train/a.txt': BOX,
    'dogs/data.yaml': 'names: [dog]\ntrain: images/train\nval: images/train\n',
    'dogs/images/train/a.png': png(),
    'dogs/labels/train/a.txt': '0 0.1 0.1 0.5 0.1 0.5 0.5\n',
  });
  expect(namesOf(result)).toEqual(['cats/train/a.png', 'dogs/train/a.png']);
  expect(result.meta.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['cat', 'rectangle'],
    ['dog', 'polygon'],
  ]);
});

test('a path that leaves the source is not followed', async () => {
  const result = await run({
    'data.yaml': 'path: /etc\ntrain: ../../../../etc\nval: /etc/passwd\nnames: [car]\n',
    'a.png': png(),
    'a.txt': BOX,
  });
  expect(titles(result)).toEqual(['car']);
  expect(told(result)).toEqual([
    expect.stringContaining('got "../../../../etc"'),
    expect.stringContaining('got "/etc/passwd"'),
  ]);
});
