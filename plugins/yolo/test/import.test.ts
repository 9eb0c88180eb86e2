import { expect, test } from 'vitest';
import { importHere, labelsOf, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { briefs, fixture, importLines, png } from './cases.ts';

test('boxes of data.yaml through the host: classes, colours, splits, pixels', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'yolo', folder: fixture('detect') });
  expect(run.failure).toBeUndefined();
  expect(run.meta?.classes.map(({ title, shape, color }) => [title, shape, color])).toEqual([
    ['car', 'rectangle', '#DC3C32'],
    ['person', 'rectangle', '#285AC8'],
    ['traffic light', 'rectangle', '#1EA050'],
  ]);
  expect(namesOf(run)).toEqual(['train/corner.png', 'train/empty.png', 'val/lamp.png', 'val/alone.png']);
  expect(briefs(run)).toEqual([
    [
      ['car', [5, 6], [14, 15]],
      ['person', [0, 0], [39, 29]],
    ],
    [],
    [
      ['traffic light', [3, 3], [3, 9]],
      ['car', [10, 10], [19, 19]],
    ],
    [],
  ]);
  expect(told(run)).toEqual([
    'warning data/images/val/alone.png: expected a label file for this picture, got none; it is imported without labels',
  ]);
  expect(run.used.map(({ file }) => file).sort()).toEqual([
    'data/data.yaml',
    'data/labels/train/corner.txt',
    'data/labels/train/empty.txt',
    'data/labels/val/night/lamp.txt',
  ]);
});

test('outlines: the closing point goes, what is beyond the picture is cut', async () => {
  const run = await importHere({ plugin: 'yolo', folder: fixture('segment') });
  expect(run.failure).toBeUndefined();
  expect(run.meta.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['road', 'polygon'],
    ['roof', 'polygon'],
  ]);
  expect(namesOf(run)).toEqual(['train/a.jpg', 'val/b.jpg']);
  const [[road, roof], [cut]] = briefs(run) as [unknown[][], unknown[][]];
  expect(road).toEqual(['road', [1, 1], [15, 1], [15, 15], [1, 15], [8, 8]]);
  expect(roof).toEqual(['roof', [16, 16], [30, 16], [23, 30]]);
  // Cut where y is 32: the last row.
  expect(cut).toEqual(['roof', [13, 31], [3, 3], [28, 3], [18, 31]]);
  expect(told(run)).toEqual([
    'warning data/valid/labels/b.txt line 1: expected numbers from 0 to 1, got 1 0.1 0.1 0.9 0.1 0.5 1.2; it is cut at the border',
  ]);
});

test('a class of boxes and outlines has no shape of its own', async () => {
  const run = await importLines('0 0.5 0.5 1 1\n0 0 0 0.5 0 0.5 0.5\n1 0.1 0.1 0.4 0.1 0.4 0.4\n');
  expect(run.meta.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['car', 'any'],
    ['man', 'polygon'],
  ]);
  expect(briefs(run)).toEqual([
    [
      ['car', [0, 0], [19, 9]],
      ['car', [0, 0], [10, 0], [10, 5]],
      ['man', [2, 1], [8, 1], [8, 4]],
    ],
  ]);
});

test('keypoints keep their numbers; the box is one object with them, and alone where there are none', async () => {
  const run = await importHere({ plugin: 'yolo', folder: fixture('pose') });
  expect(run.failure).toBeUndefined();
  expect(run.meta.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['person', 'graph'],
    ['person_bbox', 'rectangle'],
  ]);
  expect(run.meta.classes[0]?.geometry_config).toMatchObject({
    nodes: { 0: { label: 'nose' }, 1: { label: 'left_hand' }, 2: { label: 'right_hand' } },
    flip_idx: [0, 2, 1],
  });
  expect(briefs(run)).toEqual([
    [
      ['person', { 0: { loc: [50, 10] }, 1: { loc: [35, 25], disabled: true } }],
      ['person_bbox', [20, 5], [79, 44]],
      ['person_bbox', [5, 2], [14, 7]],
    ],
  ]);
  const [graph, box, alone] = labelsOf(run.items[0]);
  expect(graph?.instance).toMatch(/^[0-9a-f]{32}$/);
  expect(box?.instance).toBe(graph?.instance);
  expect(alone?.instance).toBeUndefined();
});

test('keypoints without hidden ones, without boxes', async () => {
  const options = { hidden_keypoints: false, keypoint_boxes: false };
  const run = await importHere({ plugin: 'yolo', folder: fixture('pose'), options });
  expect(briefs(run)).toEqual([
    [
      ['person', { 0: { loc: [50, 10] } }],
      ['person_bbox', [5, 2], [14, 7]],
    ],
  ]);
  expect(labelsOf(run.items[0])[0]?.instance).toBeUndefined();
});

test('keypoints of two numbers; those at 0 0 are not there', async () => {
  const yaml = 'train: .\nval: .\nnames: [man]\nkpt_shape: [2, 2]\n';
  const run = await importLines(
    '0 0.5 0.5 1 1 0.25 0.5 0 0\n0 0.5 0.5 1 1\n',
    { keypoint_boxes: false },
    yaml,
  );
  expect(briefs(run)).toEqual([
    [
      ['man', { 0: { loc: [5, 5] } }],
      ['man_bbox', [0, 0], [19, 9]],
    ],
  ]);
});

test('keypoints nobody described are known by their visibility', async () => {
  const lines = '0 0.5 0.5 0.5 0.5 0.4 0.4 2 0.6 0.6 1\n0 0.5 0.5 0.5 0.5 0.3 0.3 0 0.6 0.6 2\n';
  const run = await importLines(lines, { keypoint_boxes: false });
  expect(briefs(run)[0]).toEqual([
    ['car', { 0: { loc: [8, 4] }, 1: { loc: [12, 6], disabled: true } }],
    ['car', { 1: { loc: [12, 6] } }],
  ]);
  // The same as outlines when it is said so: pairs and one more number that tells how sure somebody was.
  const outlines = await importLines(lines, { task: 'segment' });
  expect(outlines.meta.classes[0]?.shape).toBe('polygon');
});

test('oriented boxes: four corners, or a box and its angle', async () => {
  const polygons = await importHere({ plugin: 'yolo', folder: fixture('obb') });
  expect(briefs(polygons)).toEqual([
    [
      ['ship', [32, 16], [48, 32], [32, 48], [16, 32]],
      ['ship', [8, 8], [32, 8], [32, 16], [8, 16]],
    ],
  ]);
  const boxes = await importHere({
    plugin: 'yolo',
    folder: fixture('obb'),
    options: { obb: 'oriented_bbox' },
  });
  // 22.6 wide from 20.7 on: 23 pixels around the same centre.
  expect(briefs(boxes)).toEqual([
    [
      ['ship', [21, 21], [43, 43], 0.785398],
      ['ship', [8, 8], [31, 15], 0],
    ],
  ]);
  expect(boxes.meta.classes[0]?.shape).toBe('oriented_bbox');
});

test('the task may be said: outlines as boxes, four corners as an outline', async () => {
  const lines = '0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5\n';
  const detect = await importLines(lines, { task: 'detect' });
  expect(briefs(detect)).toEqual([[['car', [2, 1], [9, 4]]]]);
  const segment = await importLines(lines, { task: 'segment', obb: 'oriented_bbox' });
  expect(briefs(segment)).toEqual([[['car', [2, 1], [10, 1], [10, 5], [2, 5]]]]);
  const pose = await importLines(lines, { task: 'pose' });
  expect(pose.failure).toMatchObject({
    code: 'SLY_FORMAT_INVALID',
    detail: expect.stringContaining('kpt_shape'),
  });
});

test('how sure a model was becomes a tag', async () => {
  const run = await importLines('0 0.5 0.5 1 1 0.75\n1 0 0 0.5 0 0.5 0.5 0.25\n');
  expect(labelsOf(run.items[0]).map(({ tags }) => tags)).toEqual([
    [{ name: 'confidence', value: 0.75 }],
    [{ name: 'confidence', value: 0.25 }],
  ]);
});

test('a bad line is named, and the others are read', async () => {
  const lines = [
    '0 0.5 0.5 1 1',
    '',
    'car 0.5 0.5 1 1',
    '7 0.5 0.5 1 1',
    '0 0.5 0.5 1',
    '0 120 40 50 30',
    '0.5 0.5 0.5 1 1',
    '0 0.5 0.5 nan 1',
    '0 1.0 0.5 0.2 0.2',
    '1 0.25 0.5 0.5 1e-0',
  ].join('\r\n');
  const run = await importLines(lines);
  expect(briefs(run)).toEqual([
    [
      ['car', [0, 0], [19, 9]],
      ['car', [18, 4], [19, 5]],
      ['man', [0, 0], [9, 9]],
    ],
  ]);
  const pixels = run.reports.find(({ place }) => place === 'line 6');
  expect(pixels?.hint).toMatch(/not pixels/);
  expect(told(run)).toEqual([
    'warning data/a.txt line 3: expected numbers with spaces between, got "car"',
    'warning data/a.txt line 4: expected a class number below 2, got 7',
    'warning data/a.txt line 5: expected 5 numbers (class and box), or the class and three points or more, got 4',
    'warning data/a.txt line 6: expected a place inside the picture, got 0 120 40 50 30',
    'warning data/a.txt line 7: expected a class number below 2, got 0.5',
    'warning data/a.txt line 8: expected numbers with spaces between, got "nan"',
    'warning data/a.txt line 9: expected numbers from 0 to 1, got 0 1 0.5 0.2 0.2; it is cut at the border',
  ]);
});

test('a bad line may cost the picture, or the import', async () => {
  const skipped = await importLines('9 0.5 0.5 1 1', { bad_annotation: 'skip-item' });
  expect(skipped.items).toEqual([]);
  expect(skipped.failure?.code).toBe('SLY_PUBLISH_NOTHING');
  expect(told(skipped)[0]).toMatch(/^skipped data\/a\.png: a\.txt line 1: expected a class number below 2/);
  const stopped = await importLines('9 0.5 0.5 1 1', { bad_annotation: 'stop' });
  expect(stopped.failure).toMatchObject({ code: 'SLY_FORMAT_INVALID' });
});

test('without names they are those of COCO, or numbers where COCO has none', async () => {
  const coco = await importHere({
    plugin: 'yolo',
    files: { 'a.png': png(), 'a.txt': '2 0.5 0.5 1 1\n9 0.5 0.5 1 1' },
  });
  expect(coco.meta.classes.map(({ title }) => title)).toEqual(['car', 'traffic light']);
  expect(told(coco)).toEqual([
    'warning: expected names of classes (data.yaml, classes.txt, obj.names), got none; they are called as the 80 of COCO',
  ]);
  const numbers = await importHere({
    plugin: 'yolo',
    files: { 'a.png': png(), 'a.txt': '2 0.5 0.5 1 1\n90 0.5 0.5 1 1' },
  });
  expect(numbers.meta.classes.map(({ title }) => title)).toEqual(['class_2', 'class_90']);
});

test('text files that are no labels are told apart', async () => {
  const files = {
    'data.yaml': 'names: [car]\ntrain: images\nval: images\n',
    'images/a.png': png(),
    'images/empty.png': '',
    'labels/a.txt': '0 0.5 0.5 1 1',
    'labels/empty.txt': '0 0.5 0.5 1 1',
    'labels/gone.txt': '0 0.5 0.5 1 1',
    'splits/all.txt': 'images/a.png\n',
    'notes.txt': 'remember the milk',
    'broken.yaml': 'a: [1, 2',
    'model.yaml': 'nc: 80\nbackbone: []\n',
  };
  const run = await importHere({ plugin: 'yolo', files });
  expect(namesOf(run)).toEqual(['train/a.png']);
  expect(run.used.map(({ file }) => file)).toEqual([
    'data/data.yaml',
    'data/labels/a.txt',
    'data/labels/empty.txt',
    'data/splits/all.txt',
  ]);
  expect(told(run).map((text) => text.slice(0, 60))).toEqual([
    expect.stringMatching(/^failed data\/broken\.yaml: expected YAML/),
    expect.stringMatching(/^skipped data\/labels\/gone\.txt: expected a picture/),
    expect.stringMatching(/^skipped data\/notes\.txt: expected lines of numbers/),
    expect.stringMatching(/^failed data\/images\/empty\.png/),
  ]);
});
