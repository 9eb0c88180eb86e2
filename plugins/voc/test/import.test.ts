import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ImageAnnotation } from '../../../src/format/model.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { box, brief, indexed, object, picture, rgb, xml } from './cases.ts';
import { detectFiles, labelsOf, said } from './in-process.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));

test('a VOC folder that Pillow and xml.etree wrote comes out whole', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'voc', folder: FIXTURES });
  expect(run.failure).toBeUndefined();
  expect(
    run.items.map(({ dataset, name, width, height, mime }) => [dataset, name, width, height, mime]),
  ).toEqual([
    ['train', '2012_000001.jpg', 40, 30, 'image/jpeg'],
    ['val', '2012_000002.jpg', 40, 30, 'image/jpeg'],
    ['train', '2012_000003.jpg', 40, 30, 'image/jpeg'],
  ]);
  const [first, second, third] = run.items.map((item) => (item.ann as ImageAnnotation).objects);
  const rows = (count: number, row: string): string[] => new Array<string>(count).fill(row);
  expect(labelsOf(run.items[0]).map(brief)).toEqual([
    [
      'neutral',
      '2,3',
      `${'#'.repeat(12)}${'.'.repeat(21)}`,
      ...rows(6, `#${'.'.repeat(10)}#${'.'.repeat(21)}`),
      `#${'.'.repeat(10)}#${'.'.repeat(5)}${'#'.repeat(16)}`,
      ...rows(10, `#${'.'.repeat(10)}#${'.'.repeat(5)}#${'.'.repeat(14)}#`),
      `${'#'.repeat(12)}${'.'.repeat(5)}#${'.'.repeat(14)}#`,
      ...rows(5, `${'.'.repeat(17)}#${'.'.repeat(14)}#`),
      `${'.'.repeat(17)}${'#'.repeat(16)}`,
    ],
    ['person', '3,4', ...rows(17, '#'.repeat(10))],
    ['person_bbox', [3, 4], [12, 20]],
    ['person_point', [7, 12]],
    ['head', [5, 4], [9, 8]],
    ['dog', '20,11', ...rows(16, '#'.repeat(14))],
    ['dog_bbox', [20, 11], [33, 26]],
  ]);
  const keys = first!.map(({ instance }) => instance);
  expect(new Set(keys).size).toBe(3);
  expect(keys[0]).toBeUndefined();
  expect(new Set(keys.slice(1, 5)).size).toBe(1);
  expect(keys[5]).toBe(keys[6]);
  expect(first![2]!.tags).toEqual([
    { name: 'pose', value: 'Left' },
    { name: 'truncated' },
    { name: 'reading' },
  ]);
  expect(first![6]!.tags).toEqual([{ name: 'difficult' }, { name: 'colour', value: 'brown & white' }]);
  // Counted from 0 the last pixel is 39, 29: one more is no error of the person who made it.
  expect(
    second!.map((one) => [one.classTitle, (one as { points?: { exterior: unknown } }).points?.exterior]),
  ).toEqual([
    [
      'car_bbox',
      [
        [1, 1],
        [39, 29],
      ],
    ],
  ]);
  expect(third).toEqual([]);
  expect(run.meta?.classes.slice(0, 2)).toMatchObject([
    { title: 'neutral', shape: 'bitmap', color: '#E0E0C0' },
    { title: 'aeroplane', shape: 'bitmap', color: '#800000' },
  ]);
  expect(run.meta?.classes).toHaveLength(26);
  expect(run.meta?.tags.map(({ name, value_type }) => [name, value_type])).toEqual([
    ['pose', 'any_string'],
    ['truncated', 'none'],
    ['reading', 'none'],
    ['difficult', 'none'],
    ['colour', 'any_string'],
    ['seen', 'date'],
  ]);
  expect(said(run)).toEqual([
    'warning VOCdevkit/VOC2012/JPEGImages/2012_000003.jpg: expected an annotation or a mask for this picture, got none; it is imported without labels',
  ]);
  expect(run.used.map(({ file, as }) => [file.split('/').slice(-2).join('/'), as]).sort()).toEqual([
    ['Annotations/2012_000001.xml', 'annotations'],
    ['Annotations/2012_000002.xml', 'annotations'],
    ['Main/dog_train.txt', 'pictures of one class'],
    ['Main/train.txt', 'list of pictures'],
    ['Main/trainval.txt', 'list of pictures'],
    ['Main/val.txt', 'list of pictures'],
    ['Segmentation/train.txt', 'list of pictures'],
    ['SegmentationClass/2012_000001.png', 'class mask'],
    ['SegmentationObject/2012_000001.png', 'object mask'],
  ]);
});

test('the border can be background, parts left out, pixels counted from 1', async () => {
  const run = await runPlugin({
    action: 'import',
    plugin: 'voc',
    folder: FIXTURES,
    options: { neutral: false, parts: false, one_based: true, datasets: 'folder' },
  });
  expect(run.items.map(({ dataset }) => dataset)).toEqual(new Array(3).fill('VOCdevkit/VOC2012'));
  expect(labelsOf(run.items[0]).map((label) => label.classTitle)).toEqual([
    'person',
    'person_bbox',
    'person_point',
    'dog',
    'dog_bbox',
  ]);
  expect(brief(labelsOf(run.items[0])[1]!)).toEqual(['person_bbox', [2, 3], [11, 19]]);
  expect(brief(labelsOf(run.items[1])[0]!)).toEqual(['car_bbox', [0, 0], [39, 29]]);
});

test('without threads the masks are read all the same', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'voc', folder: FIXTURES, noThreads: true });
  expect(run.failure).toBeUndefined();
  expect(labelsOf(run.items[0])).toHaveLength(7);
});

test('is told from other formats', async () => {
  const detect = async (files: Record<string, string | Uint8Array>) => {
    const { confidence, because } = await detectFiles(files);
    return [confidence, because];
  };
  expect(await detect({ 'x/a.xml': xml(object('car', box(1, 1, 2, 2))), 'x/a.png': picture() })).toEqual([
    0.95,
    'x/a.xml has the root <annotation> with <bndbox>',
  ]);
  expect(
    await detect({ 'x/a.xml': '<annotations><image id="0"/></annotations>', 'x/a.png': picture() }),
  ).toEqual([0, 'x/a.xml has the root <annotations>']);
  expect(
    await detect({
      'a.xml': '<annotation><object><polygon><pt/></polygon></object></annotation>',
      'a.png': picture(),
    }),
  ).toEqual([0, 'a.xml has the root <annotation> without boxes']);
  expect(await detect({ 'a.png': picture() })).toEqual([0, 'there is no XML file']);
  const rows = ['........', '.11.....'];
  const masks = { 'x/JPEGImages/a.png': picture(), 'x/SegmentationClass/a.png': indexed(rows) };
  expect((await detect(masks))[0]).toBe(0.85);
  const loose = { 'x/images/a.png': picture(), 'x/masks/a.png': rgb(rows) };
  expect((await detect(loose))[0]).toBe(0.4);
  expect((await detect({ ...loose, 'x/colors.txt': 'car 1 2 3' }))[0]).toBe(0.75);
  expect((await detect({ ...loose, 'obj_class_to_machine_color.json': '{}' }))[0]).toBe(0);
  expect((await detect({ ...loose, 'x/masks/a.png': picture() }))[0]).toBe(0);
});
