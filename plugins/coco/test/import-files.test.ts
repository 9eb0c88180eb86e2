import { describe, expect, test } from 'vitest';
import { brief, coco, image, importFiles, importLists, labels, png, said } from './cases.ts';

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
});
