import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import { annotationOf, importHere } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { brief, coco, image, importFiles, importLists, labels, png } from './cases.ts';

const PEOPLE = fileURLToPath(new URL('../fixtures/people', import.meta.url));

describe('the files of one dataset', () => {
  test('instances, keypoints and captions of one image become one item', async () => {
    const run = await runPlugin({ action: 'import', plugin: 'coco', folder: PEOPLE });
    expect(run.failure).toBeUndefined();
    expect(run.reports).toEqual([]);
    expect(run.used.map((one) => one.file)).toHaveLength(4);
    expect(run.items.map(({ dataset, name, file }) => [dataset, name, file])).toEqual([
      ['train', 'beach.png', 'data/train/beach.png'],
      ['train', 'street.png', 'data/train/street.png'],
      ['val', 'beach.png', 'data/val/beach.png'],
    ]);
    expect(run.meta?.classes.map(({ title, shape }) => [title, shape])).toEqual([
      ['person', 'graph'],
      ['person_polygon', 'polygon'],
      ['person_bbox', 'rectangle'],
      ['dog', 'polygon'],
      ['dog_mask', 'bitmap'],
      ['dog_bbox', 'rectangle'],
      ['traffic light', 'polygon'],
      ['traffic light bbox', 'rectangle'],
    ]);
    const [beach] = run.items;
    expect(annotationOf(beach).tags.map((tag) => tag.value)).toEqual([
      'Somebody stands on the beach.',
      'A person with a dog "Rex" in the sun.',
    ]);
    expect(annotationOf(beach).objects.map((label) => brief(label as never))).toEqual([
      [
        'person_polygon',
        [
          [1, 1],
          [8, 1],
          [8, 8],
          [1, 8],
        ],
        [
          [3, 3],
          [5, 3],
          [5, 5],
          [3, 5],
        ],
      ],
      ['person', { head: { loc: [4, 2] }, foot: { loc: [7, 7] } }],
      [
        'person_bbox',
        [
          [1, 1],
          [7, 7],
        ],
      ],
      ['dog_mask', 0, 2, 2, 3],
      [
        'dog_bbox',
        [
          [0, 2],
          [1, 4],
        ],
      ],
    ]);
    const keys = annotationOf(beach).objects.map((label) => label.instance);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(new Set(keys).size).toBe(2);
    expect(beach?.meta).toEqual({
      coco_id: 7,
      coco_url: 'http://images.example/beach.png',
      date_captured: '2013-11-14 17:02:52',
      license: { name: 'Attribution', url: 'http://licence.example/by' },
    });
  });

  test('options change datasets, hidden keypoints and masks', async () => {
    const run = await runPlugin({
      action: 'import',
      plugin: 'coco',
      folder: PEOPLE,
      options: { datasets: 'one', hidden_keypoints: true, rle_as: 'polygon' },
    });
    expect(run.items.map(({ dataset, name }) => [dataset, name])).toEqual([
      ['ds0', 'beach.png'],
      ['ds0', 'street.png'],
      ['ds0', 'beach_01.png'],
    ]);
    const graph = labels(run).find((label) => label.classTitle === 'person');
    expect(graph).toMatchObject({ nodes: { hip: { loc: [4, 5], disabled: true } } });
    expect(run.meta?.classes.some(({ shape }) => shape === 'bitmap')).toBe(false);
    expect(
      labels(run)
        .filter((label) => label.classTitle === 'dog')
        .map(brief),
    ).toContainEqual([
      'dog',
      [
        [0, 2],
        [0, 4],
        [1, 4],
        [1, 2],
      ],
    ]);
  });

  test('the same source gives the same result twice', async () => {
    const [a, b] = await Promise.all(
      [1, 2].map(() => runPlugin({ action: 'import', plugin: 'coco', folder: PEOPLE })),
    );
    expect(a?.segments).toEqual(b?.segments);
  });
});

describe('classes', () => {
  const titles = async (annotations: object[], more: object = {}, options: object = {}) => {
    const { meta } = await importLists(annotations, { ...more }, { ...options });
    return meta?.classes.map(({ title, shape }) => `${title} ${shape}`);
  };
  const ring = [1, 1, 5, 1, 5, 5];

  test('boxes alone, a name that ends so, a name with a space, a category without annotations', async () => {
    const categories = ['car', 'my bbox', 'red car', 'unused'].map((name, i) => ({ id: i + 1, name }));
    const annotations = [1, 2, 3].map((category_id) => ({ category_id, bbox: [1, 1, 3, 3] }));
    expect(await titles(annotations, { categories })).toEqual([
      'car_bbox rectangle',
      'my bbox rectangle',
      'red car bbox rectangle',
      'unused_bbox rectangle',
    ]);
  });

  test('nothing at all still keeps the class', async () => {
    expect(await titles([])).toEqual(['car any']);
  });

  test('polygons and masks of one category', async () => {
    const rle = { segmentation: { size: [10, 20], counts: [0, 3, 197] } };
    expect(await titles([rle])).toEqual(['car bitmap']);
    expect(await titles([rle, { segmentation: [ring] }])).toEqual(['car polygon', 'car_mask bitmap']);
    expect(await titles([rle], {}, { rle_as: 'polygon' })).toEqual(['car polygon']);
  });

  test('one name in two files is one class', async () => {
    const one = coco([{ segmentation: [ring] }]);
    const two = coco([{ segmentation: [ring], category_id: 9 }], {
      images: [image(1, 'b.png')],
      categories: [{ id: 9, name: 'car' }],
    });
    const run = await importFiles({ 'one.json': one, 'two.json': two, 'a.png': png(), 'b.png': png() });
    expect(run.meta?.classes.map(({ title }) => title)).toEqual(['car']);
    expect(labels(run)).toHaveLength(2);
    expect(run.items.map((item) => item.dataset)).toEqual(['one', 'two']);
  });
});

test('one id in two files is one object only where they agree', async () => {
  const one = coco([{ segmentation: [[1, 1, 5, 1, 5, 5]] }, { segmentation: [[1, 1, 5, 1, 5, 5]] }]);
  const two = coco([{ segmentation: [[2, 2, 6, 2, 6, 6]] }, { segmentation: [], bbox: [1, 1, 4, 4] }]);
  const run = await importFiles({ 'one.json': one, 'two.json': two, 'a.png': png() });
  expect(run.items).toHaveLength(1);
  expect(labels(run).map(({ classTitle, instance }) => [classTitle, instance === undefined])).toEqual([
    ['car', true],
    ['car', false],
    ['car_bbox', false],
    ['car', true],
  ]);
});

test('a byte order mark, no spaces, any order of the lists', async () => {
  const text = `\uFEFF{"categories":[{"id":1,"name":"car"}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,1,2,2]}],"images":[{"id":1,"file_name":"a.png"}]}`;
  const run = await importFiles({ 'c.json': text, 'a.png': png() });
  expect(labels(run)).toHaveLength(1);
});

test('stops when it is told to', async () => {
  const images = Array.from({ length: 3000 }, (_, i) =>
    image(i, `${i}.png`, { coco_url: `http://e.example/${i}` }),
  );
  const stop = new AbortController();
  const run = await importHere({
    plugin: 'coco',
    files: { 'c.json': coco([], { images }) },
    options: { links: true },
    signal: stop.signal,
    onProgress: (subtask, done) => {
      if (subtask === 'Converting' && done > 1000)
        stop.abort(new SlyError('SLY_ABORTED', { detail: 'enough' }));
    },
  });
  expect(run.failure?.code).toBe('SLY_ABORTED');
  expect(run.items.length).toBeLessThan(3000);
});
