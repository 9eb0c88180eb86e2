import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SlyError } from '../../../src/lib/errors.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { annotationOf, brief, coco, image, importFiles, importLists, labels, png, said } from './cases.ts';
import { importInProcess } from './in-process.ts';

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

describe('odd annotations', () => {
  const car = (segmentation: unknown) => ({ segmentation });

  test('numbers as text, flat lists, closed rings, odd counts', async () => {
    const run = await importLists([
      car([['1', '1', '5.5', '1', '5', '5']]),
      car([1, 1, 6, 1, 6, 6]),
      car([[1, 1, 7, 1, 7, 7, 1, 1]]),
      car([[1, 1, 8, 1, 8, 8, 3]]),
      { bbox: ['1', '2', '3', '4'], image_id: '1', category_id: '1' },
    ]);
    expect(labels(run).map(brief)).toEqual([
      [
        'car',
        [
          [1, 1],
          [5, 1],
          [5, 5],
        ],
      ],
      [
        'car',
        [
          [1, 1],
          [6, 1],
          [6, 6],
        ],
      ],
      [
        'car',
        [
          [1, 1],
          [7, 1],
          [7, 7],
        ],
      ],
      [
        'car',
        [
          [1, 1],
          [8, 1],
          [8, 8],
        ],
      ],
      [
        'car_bbox',
        [
          [1, 2],
          [3, 5],
        ],
      ],
    ]);
    expect(said(run)).toEqual([
      'warning c.json annotations[3].segmentation[0]: expected pairs, got 7 numbers; the last one is left out',
    ]);
  });

  test('a bad outline costs itself alone', async () => {
    const text = coco([
      { segmentation: [[1, 1, 5, 1, 5, 5], [1, null, 5, 1, 5, 5], [3, 3], 'x'], bbox: [1, 1, 4, 4] },
    ]);
    const run = await importFiles({ 'c.json': text, 'a.png': png() });
    expect(labels(run).map(({ classTitle }) => classTitle)).toEqual(['car', 'car_bbox']);
    expect(said(run).map((line) => line.replace(/;.*/, ''))).toEqual([
      'warning c.json annotations[0].segmentation[1]: expected numbers, got null at 1',
      'warning c.json annotations[0].segmentation[2]: expected at least 3 points, got 1',
      'warning c.json annotations[0].segmentation[3]: expected [x1, y1, x2, y2, ...], got "x"',
    ]);
  });

  test("Python's NaN and Infinity are no numbers, and no reason to refuse the file", async () => {
    const text = coco([{ bbox: [1, 1, 3, 3], note: 'NaN "Infinity"' }, { bbox: [5, 5, 2, 2] }]).replace(
      '[5,5,2,2]',
      '[NaN, -Infinity, 2, 2]',
    );
    const run = await importFiles({ 'c.json': text, 'a.png': png() });
    expect(labels(run).map(brief)).toEqual([
      [
        'car_bbox',
        [
          [1, 1],
          [3, 3],
        ],
      ],
    ]);
    expect(said(run)).toEqual([
      'warning c.json annotations[1].bbox: expected [x, y, width, height], got [null,null,2,2]; the box is left out',
    ]);
  });

  test('masks that cannot be', async () => {
    const run = await importLists([
      car({ size: [10, 20], counts: [0, 500] }),
      car({ size: [10, 20], counts: '!' }),
      car({ size: [10], counts: [1] }),
      car({ size: [10, 20], counts: [200] }),
      car({ size: [5, 5], counts: [0, 25] }),
      car([{ size: [10, 20], counts: [0, 2, 198] }]),
    ]);
    expect(labels(run).map(brief)).toEqual([
      ['car', 0, 0, 5, 5],
      ['car', 0, 0, 1, 2],
    ]);
    expect(said(run).map((line) => line.slice(0, 45))).toEqual([
      'warning c.json annotations[0].segmentation.co',
      'warning c.json annotations[1].segmentation.co',
      'warning c.json annotations[2].segmentation: e',
      'warning c.json annotations[3].segmentation: e',
      'warning c.json annotations[4].segmentation.si',
    ]);
  });

  test('keypoints: too few, hidden, outside, and of a category that names none', async () => {
    const categories = [
      { id: 1, name: 'car' },
      {
        id: 2,
        name: 'man',
        keypoints: ['a', 'b', 'b'],
        skeleton: [
          [1, 2],
          [2, 9],
        ],
      },
    ];
    const run = await importLists(
      [
        { category_id: 2, keypoints: [1, 1, 2, 2, 2, 1] },
        { category_id: 2, keypoints: [25, 5, 2, 0, 0, 0, 3, 3, 2] },
        { category_id: 2, keypoints: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
        { category_id: 1, keypoints: [1, 1, 2] },
      ],
      { categories },
    );
    expect(labels(run).map(brief)).toEqual([
      ['man', { a: { loc: [1, 1] } }],
      ['man', { a: { loc: [19, 5] }, b_2: { loc: [3, 3] } }],
    ]);
    expect(said(run)).toHaveLength(4);
    expect(run.meta?.classes.find(({ title }) => title === 'man')?.geometry_config).toMatchObject({
      edges: [{ src: 'a', dst: 'b' }],
    });
  });

  test('iscrowd and attributes are tags', async () => {
    const run = await importLists([
      {
        bbox: [1, 1, 3, 3],
        iscrowd: 1,
        attributes: { dirty: true, rusty: false, doors: 4, maker: 'X', parts: [1] },
      },
    ]);
    expect(labels(run)[0]?.tags).toEqual([
      { name: 'iscrowd' },
      { name: 'dirty' },
      { name: 'doors', value: 4 },
      { name: 'maker', value: 'X' },
      { name: 'parts', value: '[1]' },
    ]);
    expect(run.meta?.tags.map(({ name, value_type }) => [name, value_type])).toEqual([
      ['iscrowd', 'none'],
      ['dirty', 'none'],
      ['doors', 'any_number'],
      ['maker', 'any_string'],
      ['parts', 'any_string'],
    ]);
  });

  test('unknown images and categories are named a few times and counted', async () => {
    const lost = Array.from({ length: 30 }, (_, i) => ({ image_id: 100 + i, bbox: [1, 1, 2, 2] }));
    const run = await importLists([...lost, { category_id: 77, bbox: [1, 1, 2, 2] }, { image_id: null }]);
    const lines = said(run);
    expect(lines.filter((line) => line.includes('.image_id'))).toHaveLength(10);
    expect(lines[0]).toBe(
      'warning c.json annotations[0].image_id: expected the id of an image, got 100; the annotation is left out',
    );
    expect(lines).toContain('warning c.json : 21 more: annotations of an image the file does not have');
    expect(lines).toContain(
      'warning c.json annotations[30].category_id: expected the id of a category, got 77; the annotation is left out',
    );
    expect(run.items).toHaveLength(1);
  });

  test('entries that are no objects are counted and shift no index', async () => {
    const text = coco([]).replace(
      '"annotations":[]',
      '"annotations":[null,5,"x",[1],{"id":1,"image_id":1,"category_id":9}]',
    );
    const run = await importFiles({ 'c.json': text, 'a.png': png() });
    expect(said(run)[0]).toMatch(/annotations\[0\]: expected an object.*4 such entries/);
    expect(said(run)[1]).toMatch(/annotations\[4\]\.category_id/);
  });
});

describe('pictures', () => {
  test('missing ones are named with their place, the others go on', async () => {
    const images = [image(1, 'a.png'), image(2, 'gone.png'), image(3, null), image(4, 'no.png')];
    const text = coco([{ image_id: 2, bbox: [1, 1, 2, 2] }, { bbox: [1, 1, 2, 2] }], { images });
    const run = await importFiles({
      'c.json': text,
      'a.png': png(),
      'no.png': 'this is text, not a picture',
    });
    expect(run.items.map((item) => item.name)).toEqual(['a.png']);
    expect(said(run)).toEqual([
      'failed c.json images[1].file_name: expected a picture "gone.png" among the files, got none',
      'failed c.json images[2].file_name: expected the name of a picture, got nothing',
      'warning c.json : 1 annotations belong to images that are not among the files; they are left out',
      expect.stringMatching(/^failed no\.png : expected one of JPEG.*got text/),
    ]);
    expect(run.reports.at(-1)?.code).toBe('SLY_IMAGE_UNREADABLE');
  });

  test('none at all ends the task, unless they are links', async () => {
    const images = [
      image(1, 'a.png', { coco_url: 'https://e.example/a.png', width: undefined }),
      image(2, 'b.png'),
    ];
    const text = coco([{ bbox: [1, 1, 30, 2] }], { images });
    const refused = await importFiles({ 'c.json': text });
    expect(refused.failure?.code).toBe('SLY_PUBLISH_NOTHING');
    expect(refused.failure?.hint).toMatch(/links: true/);
    expect(refused.reports).toHaveLength(3);
    const linked = await importFiles({ 'c.json': text }, { links: true });
    expect(linked.items).toMatchObject([
      { link: 'https://e.example/a.png', name: 'a.png', width: 31, height: 10 },
    ]);
    expect(said(linked)).toEqual([
      'failed c.json images[1].file_name: expected a picture "b.png" or an address of it, got neither',
    ]);
  });

  test('of equal names the one in the folder of file_name is meant, then the one nearby', async () => {
    const named = coco([{ bbox: [1, 1, 2, 2] }], { images: [image(1, 'cam2/a.png')] });
    const bare = coco([{ bbox: [3, 3, 2, 2] }], { images: [image(1, 'a.png')] });
    const run = await importFiles(
      { 'x.json': named, 'cam1/y.json': bare, 'cam1/a.png': png(), 'cam2/a.png': png() },
      { datasets: 'folder' },
    );
    expect(run.items.map(({ dataset, file }) => [dataset, file])).toEqual([
      ['cam1', 'data/cam1/a.png'],
      ['cam2', 'data/cam2/a.png'],
    ]);
    expect(said(run)).toEqual([]);
  });

  test('names in another case, with percent signs, from Windows', async () => {
    const images = [image(1, 'x\\A.PNG'), image(2, 'b%20c.png')];
    const run = await importFiles({ 'c.json': coco([], { images }), 'a.png': png(), 'b c.png': png() });
    expect(run.items.map((item) => item.file)).toEqual(['data/a.png', 'data/b c.png']);
  });

  test('one described twice in a file has the labels of both', async () => {
    const images = [image(1, 'a.png'), image(2, 'a.png')];
    const run = await importLists([{ bbox: [1, 1, 2, 2] }, { image_id: 2, bbox: [3, 3, 2, 2] }], { images });
    expect(run.items).toHaveLength(1);
    expect(labels(run)).toHaveLength(2);
    expect(said(run)[0]).toMatch(/images\[1\]\.file_name: expected a name of its own/);
  });

  test('those no file describes come without labels, beside their neighbours', async () => {
    const run = await importFiles({
      'train.json': coco([{ bbox: [1, 1, 2, 2] }]),
      'a.png': png(),
      'new.png': png(),
    });
    expect(run.items.map(({ dataset, name }) => [dataset, name])).toEqual([
      ['train', 'a.png'],
      ['train', 'new.png'],
    ]);
    expect(said(run)).toEqual([expect.stringMatching(/^warning new\.png : .*imported without labels/)]);
  });

  test('another size than the file says is told, the picture counts', async () => {
    const run = await importFiles({ 'c.json': coco([{ bbox: [0, 0, 20, 10] }]), 'a.png': png(16, 10) });
    expect(labels(run).map(brief)).toEqual([
      [
        'car_bbox',
        [
          [0, 0],
          [15, 9],
        ],
      ],
    ]);
    expect(said(run)[0]).toMatch(/images\[0\]: expected 20 x 10, got 16 x 10 in a\.png/);
  });
});

describe('broken files', () => {
  const good = coco([{ bbox: [1, 1, 2, 2] }]);
  const broken = `{"images": [\n  {"id": 1, "file_name": "b.png"},\n  {"id": 2,, "file_name": "c.png"}]}`;

  test('alone, they end the task and say where', async () => {
    const run = await importFiles({ 'instances.json': broken, 'b.png': png() });
    expect(run.failure).toMatchObject({ code: 'SLY_FORMAT_JSON' });
    expect(said(run)).toEqual([
      'failed instances.json : line 3, column 12 (byte 59): expected a key in double quotes, got ","',
    ]);
    expect(run.items).toEqual([]);
  });

  test('beside a good one, what it may have described is not imported bare, unless asked for', async () => {
    const files = { 'good.json': good, 'instances_bad.json': broken, 'a.png': png(), 'b.png': png() };
    const strict = await importFiles(files);
    expect(strict.failure).toBeUndefined();
    expect(strict.items.map((item) => item.name)).toEqual(['a.png']);
    expect(said(strict)[1]).toMatch(/^skipped b\.png : its labels may be in instances_bad\.json/);
    const lax = await importFiles(files, { bad_annotation_file: 'skip' });
    expect(lax.items.map((item) => item.name)).toEqual(['a.png', 'b.png']);
  });

  test.each([
    ['cut off', '{"images": [{"id": 1, "file_name": "a.png"', /end of the file/],
    ['empty', '', /expected a JSON object, got the end of the file/],
    ['a list at the root', '[{"images": []}]', /expected an object/],
    ['a word', '{"images": [], "annotations": nul}', /expected "null"/],
    ['text after the end', '{"images": []} x', /expected the end of the file, got "x"/],
    ['a number', '{"images": [], "x": 1.}', /expected a digit/],
    ['a control character', '{"images": [], "x": "a\u0001"}', /rest of a string/],
    ['no list', '{"images": {}, "annotations": []}', /images: expected a list, got an object/],
    ['too deep', `{"images": [${'['.repeat(400)}`, /256 levels/],
  ])('%s', async (_name, text, message) => {
    const run = await importFiles({ 'instances.json': text, 'a.png': png() });
    expect(run.failure?.detail).toMatch(message);
  });

  test('no COCO at all says what was looked for', async () => {
    const run = await importFiles({ 'package.json': '{"name": "x"}', 'a.png': png() });
    expect(run.failure?.detail).toMatch(/expected a JSON file with images, annotations and categories/);
  });

  test('other JSON files beside COCO are left alone', async () => {
    const run = await importFiles({ 'c.json': good, 'package.json': '{"name": "x"', 'a.png': png() });
    expect(run.used.map((one) => one.file)).toEqual(['data/c.json']);
    expect(run.reports).toEqual([]);
  });

  test('panoptic segments are told, not guessed', async () => {
    const text = coco([{ segments_info: [{ id: 1 }], file_name: 'a.png', category_id: undefined }]);
    const run = await importFiles({ 'panoptic.json': text, 'a.png': png() });
    expect(said(run)[0]).toMatch(/panoptic segments/);
  });
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
  const run = await importInProcess({
    files: { 'c.json': coco([], { images }) },
    options: { links: true },
    folder: tempFolder('coco'),
    signal: stop.signal,
    onProgress: (subtask, done) => {
      if (subtask === 'Converting' && done > 1000)
        stop.abort(new SlyError('SLY_ABORTED', { detail: 'enough' }));
    },
  });
  expect(run.failure?.code).toBe('SLY_ABORTED');
  expect(run.items.length).toBeLessThan(3000);
});
