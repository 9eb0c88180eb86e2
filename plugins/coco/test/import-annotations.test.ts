import { describe, expect, test } from 'vitest';
import { brief, coco, importFiles, importLists, labels, png, said } from './cases.ts';

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
