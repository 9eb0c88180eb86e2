import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { Label, Points } from '../../../src/format/model.ts';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import {
  annotationOf,
  detectHere,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { maskRows, PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const TASKS = path.resolve(import.meta.dirname, '../fixtures/tasks');
const shapeOf = (label: Label): unknown => {
  if (label.geometryType === 'bitmap') return maskRows(label.bitmap);
  if (label.geometryType === 'oriented_bbox') return [label.points, label.angle];
  return (label.points as Points).exterior;
};

test('every region, answer and relation, through the host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'label-studio', folder: TASKS });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual(['upload/street a.png', 'upload/b.png', 'upload/lonely.png']);
  const [a, b] = run.items;
  expect(a?.meta).toEqual({ camera: 'left' });
  expect(annotationOf(a).tags).toEqual([
    { name: 'weather', value: 'rain' },
    { name: 'trees' },
    { name: 'dogs' },
    { name: 'count', value: 3 },
  ]);
  const labels = labelsOf(a);
  const [wheel] = labels.splice(5, 1);
  expect(labels.map((one) => [one.classTitle, one.geometryType, shapeOf(one)])).toEqual([
    [
      'car',
      'rectangle',
      [
        [1, 1],
        [19, 5],
      ],
    ],
    // 4 x 3 pixels, turned about 10, 2: the box lies left of it and below.
    [
      'car_rbox',
      'oriented_bbox',
      [
        [
          [7, 3],
          [10, 5],
        ],
        Math.PI / 2,
      ],
    ],
    [
      'road',
      'polygon',
      [
        [2, 1],
        [8, 1],
        [2, 6],
      ],
    ],
    [
      'car_mask',
      'bitmap',
      [
        3,
        2,
        '11000000000000000',
        '01000000000000000',
        ...Array.from({ length: 5 }, () => '0'.repeat(17)),
        '00000000000000001',
      ],
    ],
    ['spot', 'point', [[19, 0]]],
    [
      'sign',
      'rectangle',
      [
        [0, 0],
        [1, 0],
      ],
    ],
    ['spot', 'point', [[10, 5]]],
  ]);
  expect(labels[0]!.tags).toEqual([{ name: 'parked' }, { name: 'red' }, { name: 'plate', value: 'AB 1' }]);
  expect(labels[0]!.instance).toBe(labels[3]!.instance);
  expect(labels.filter(({ instance }) => instance !== undefined)).toHaveLength(2);
  const ring = shapeOf(wheel!) as [number, number][];
  expect([Math.min(...ring.map(([x]) => x)), Math.max(...ring.map(([x]) => x))]).toEqual([6, 14]);
  expect([Math.min(...ring.map(([, y]) => y)), Math.max(...ring.map(([, y]) => y))]).toEqual([3, 7]);
  expect(labelsOf(b)).toEqual([]);
  expect(run.meta?.classes[0]).toMatchObject({ title: 'car', color: '#FF8800' });
  expect(run.meta?.tags.find(({ name }) => name === 'weather')).toMatchObject({
    value_type: 'oneof_string',
    values: ['sun', 'rain'],
  });
  expect(told(run)).toEqual([
    'warning data/project.json [1].annotations[0].result[3]: expected a region or an answer about a picture, got "videorectangle"; it is left out',
    'warning data/project.json [1].annotations[0].result[5]: expected an object, got none; it is left out',
    'warning data/project.json [1].annotations[0].result[0]: rectangle: value.x: expected a number, got "?"; it is left out',
    'warning data/project.json [1].annotations[0].result[1]: expected a part inside of 20 x 10, got a rectangle that has none; it is left out',
    'warning data/project.json [1].annotations[0].result[2]: brush: expected the 800 bytes of 20 x 10 RGBA, got 9; it is left out',
    'warning data/project.json [1].annotations[0].result[4]: expected two regions of this annotation, got "x1" and "nobody"; the relation is left out',
    'warning data/project.json [2].data: expected the picture "s3://bucket/gone.png", got no file of that name; the labels are left out',
    'warning data/project.json [3]: expected an object "data" that names the picture, got none; the task is left out',
    'warning data/upload/lonely.png: expected a task for this picture, got none; it is imported without labels',
  ]);
  expect(run.used.map(({ file }) => file)).toEqual(['data/project.json', 'data/label_config.xml']);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
});

const POINT = {
  id: 'k',
  type: 'keypointlabels',
  from_name: 'k',
  value: { x: 50, y: 50, keypointlabels: ['spot'] },
};
const task = (more: object): string =>
  JSON.stringify([{ id: 1, data: { image: 'a.png' }, annotations: [{ result: [POINT] }], ...more }]);
const run = (
  json: string,
  options: Record<string, unknown> = {},
  more: Record<string, string | Uint8Array> = {},
) => importHere({ plugin: 'label-studio', files: { 't.json': json, 'a.png': PICTURE, ...more }, options });

test('options: annotations, predictions, choices, turned boxes', async () => {
  const two = task({ annotations: [{ result: [POINT] }, { result: [POINT] }] });
  expect(labelsOf((await run(two)).items[0])).toHaveLength(2);
  expect(labelsOf((await run(two, { annotations: 'first' })).items[0])).toHaveLength(1);
  const guessed = task({ annotations: [], predictions: [{ result: [{ ...POINT, score: 0.5 }] }] });
  expect(labelsOf((await run(guessed)).items[0])).toMatchObject([
    { nnCreated: true, nnUpdated: true, tags: [{ name: 'score', value: 0.5 }] },
  ]);
  expect(labelsOf((await run(guessed, { predictions: 'never' })).items[0])).toEqual([]);
  const choice = task({
    annotations: [
      { result: [{ id: 'c', type: 'choices', from_name: 'weather', value: { choices: ['rain'] } }] },
    ],
  });
  expect(annotationOf((await run(choice)).items[0]).tags).toEqual([{ name: 'rain' }]);
  expect(annotationOf((await run(choice, { choices_as: 'value' })).items[0]).tags).toEqual([
    { name: 'weather', value: 'rain' },
  ]);
  const turned = task({
    annotations: [
      {
        result: [
          {
            id: 'r',
            type: 'rectanglelabels',
            value: { x: 50, y: 0, width: 20, height: 20, rotation: 90, rectanglelabels: ['c'] },
          },
        ],
      },
    ],
  });
  expect(labelsOf((await run(turned, { rotated_boxes_as: 'polygon' })).items[0])).toMatchObject([
    { geometryType: 'polygon' },
  ]);
});

test('a single task, an annotation that carries its task, a picture inside, a bitmask', async () => {
  const one = JSON.stringify((JSON.parse(task({})) as unknown[])[0]);
  expect(labelsOf((await run(one)).items[0])).toHaveLength(1);
  const carried = JSON.stringify({ id: 9, result: [POINT], task: { id: 1, data: { image: 'a.png' } } });
  expect(labelsOf((await run(carried)).items[0])).toHaveLength(1);
  const url = `data:image/png;base64,${Buffer.from(PICTURE).toString('base64')}`;
  const inside = await importHere({
    plugin: 'label-studio',
    files: { 't.json': task({ data: { image: url } }) },
  });
  expect(inside.items).toMatchObject([{ name: 'task_1.png', width: 37, height: 23 }]);
  expect(inside.items[0]!.file).toMatch(/^results\//);
  const mask = task({
    annotations: [
      { result: [{ id: 'm', type: 'bitmasklabels', value: { imageDataURL: url, bitmasklabels: ['m'] } }] },
    ],
  });
  expect(labelsOf((await run(mask)).items[0])).toMatchObject([
    { geometryType: 'bitmap', bitmap: { origin: [0, 0] } },
  ]);
});

test('a list that breaks off gives the tasks before; the options say what becomes of the rest', async () => {
  const broken = task({}).slice(0, -1);
  const more = { 'b.png': PICTURE };
  const bare = await run(broken, {}, more);
  expect(bare.items.map((item) => [item.name, labelsOf(item).length])).toEqual([
    ['a.png', 1],
    ['b.png', 0],
  ]);
  expect(bare.reports[0]).toMatchObject({ status: 'failed', file: 'data/t.json', code: 'SLY_FORMAT_JSON' });
  expect(namesOf(await run(broken, { bad_annotation: 'skip-item' }, more))).toEqual(['ds0/a.png']);
  expect((await run(broken, { bad_annotation: 'stop' }, more)).failure?.code).toBe('SLY_FORMAT_JSON');
  expect((await run('[{"x": 1}]')).failure?.code).toBe('SLY_FORMAT_INVALID');
});

test('detection goes by the beginning of the list and by pictures', async () => {
  const confidence = async (files: Record<string, string | Uint8Array>): Promise<number> =>
    (await detectHere('label-studio', files)).confidence;
  expect(await confidence({ 't.json': task({}), 'a.png': PICTURE })).toBe(0.95);
  expect(await confidence({ 't.json': task({}), 'b.png': PICTURE })).toBe(0.8);
  expect(await confidence({ 't.json': task({}) })).toBe(0.6);
  expect(
    await confidence({ 't.json': '{"images": [], "annotations": [], "categories": []}', 'a.png': PICTURE }),
  ).toBe(0);
  expect(
    await confidence({ 't.json': '[{"image": "a.png", "annotations": [{"label": "x"}]}]', 'a.png': PICTURE }),
  ).toBe(0);
  expect(
    await confidence({ 't.json': '[{"annotations": [{"result": [{"type": "hypertextlabels"}]}]}]' }),
  ).toBe(0.3);
});

test('any damage gives sound items or an error that says where', async () => {
  const { failed, reported } = await fuzzImport({
    plugin: 'label-studio',
    files: folderFiles(TASKS),
    damage: /\.(?:json|xml)$/,
    tokens: JSON_TOKENS,
    cases: 10_000,
  });
  expect(failed).toBeGreaterThan(0);
  expect(reported).toBeGreaterThan(9_900);
}, 180_000);
