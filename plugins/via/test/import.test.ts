import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { validateAnnotation } from '../../../src/format/annotation.ts';
import type { Label, Points } from '../../../src/format/model.ts';
import { damaged, JSON_TOKENS, randoms, TEXT_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import {
  annotationOf,
  detectHere,
  detectIn,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { createAttributeCensus } from '../attributes.ts';
import { kindOfHead } from '../via-file.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');
const ring = (label: Label): [number, number][] => (label.points as Points).exterior;
const extent = (label: Label): number[] => {
  const [xs, ys] = [ring(label).map(([x]) => x), ring(label).map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
};

test.each([
  ['project', 'via_project.json'],
  ['annotations', 'data.json'],
  ['table', 'data.csv'],
])('every shape and attribute of a %s, through the host', async (folder, file) => {
  const run = await runPlugin({ action: 'import', plugin: 'via', folder: path.join(FIXTURES, folder) });
  expect(run.failure).toBeUndefined();
  expect(namesOf(run)).toEqual(['ds0/a.png', 'ds0/b.png']);
  const [a, b] = run.items;
  const labels = labelsOf(a);
  expect(labels.map((one) => [one.classTitle, one.geometryType, extent(one)])).toEqual(
    [
      ['cup', 'rectangle', [1, 1, 8, 7]],
      ['cup_polygon', 'polygon', [1, 1, 19, 9]],
      ['plate', 'polygon', [6, 2, 14, 10]],
      ['plate', 'polygon', [8, 2, 12, 10]],
      ['edge', 'line', [0, 0, 19, 11]],
      ['spot', 'point', [19, 11, 19, 11]],
    ].map(([title, shape, box]) => [
      title,
      shape,
      shape === 'polygon' && title === 'plate' ? expect.any(Array) : box,
    ]),
  );
  for (const [i, box] of [
    [2, [6, 2, 14, 10]],
    [3, [8, 2, 12, 10]],
  ] as const)
    for (const [k, side] of box.entries())
      expect(Math.abs(extent(labels[i]!)[k]! - side)).toBeLessThanOrEqual(1);
  expect(labels[0]!.tags).toEqual([
    { name: 'note', value: 'mine, "best"' },
    { name: 'state', value: 'full' },
  ]);
  expect(labels[1]!.tags).toEqual([]);
  expect(annotationOf(a).tags).toEqual([
    { name: 'caption', value: 'a desk' },
    { name: 'place', value: 'home' },
  ]);
  const kinds = Object.fromEntries(run.meta!.tags.map((one) => [one.name, one.value_type]));
  const choice = folder === 'project' ? 'oneof_string' : 'any_string';
  expect(kinds).toEqual({ note: 'any_string', state: choice, caption: 'any_string', place: choice });
  expect(labelsOf(b).map((one) => [one.classTitle, extent(one), one.tags])).toEqual([
    ['unlabelled', [0, 0, 19, 11], [{ name: 'note', value: 'no label' }]],
  ]);
  const place = (i: number): string =>
    folder === 'table'
      ? `line ${8 + i}`
      : `${folder === 'project' ? '_via_img_metadata' : ''}["b.png100"].regions[${i}]`;
  const gone = folder === 'table' ? 'line 13' : place(0).replace(/b\.png100.*/, 'gone.png1"]');
  expect(told(run)).toEqual([
    `warning data/${file} ${place(0)}: expected the attribute "label", got nothing; the class is unlabelled`,
    `warning data/${file} ${place(1)}: x: expected a number, got "a"; it is left out`,
    `warning data/${file} ${place(2)}: expected a part inside of 20 x 12, got none; it is left out`,
    `warning data/${file} ${place(3)}: name: expected rect, circle, ellipse, point, polygon or polyline, got "star"; it is left out`,
    `warning data/${file} ${place(4)}: all_points_x, all_points_y: expected lists of one length, got 3 and 1; it is left out`,
    `warning data/${file} ${gone}: expected the picture "gone.png", got no file of that name; its regions are left out`,
  ]);
  expect(run.used).toMatchObject([{ file: `data/${file}`, as: 'VIA: 3 pictures, classes by "label"' }]);
  for (const item of run.items) expect(validateAnnotation(annotationOf(item), run.meta!)).toEqual([]);
  expect((await detectIn('via', path.join(FIXTURES, folder))).confidence).toBe(0.95);
});

test('the attribute that is the class', async () => {
  const chosen = (regions: object[], definitions: object = {}): string | undefined => {
    const census = createAttributeCensus();
    for (const one of regions) census.count(one);
    census.define({ region: definitions });
    return census.classAttribute();
  };
  expect(chosen([])).toBeUndefined();
  expect(chosen([{ note: 'x', Name: 'cup' }])).toBe('Name');
  expect(chosen([{ type: 'x' }, { kind: 'y' }, { kind: 'z' }])).toBe('kind');
  expect(chosen([{ free: 'x', fruit: 'y' }], { fruit: { type: 'dropdown', options: { y: '' } } })).toBe(
    'fruit',
  );
  expect(
    chosen([
      { id: '1', fruit: 'y' },
      { id: '2', fruit: 'y' },
    ]),
  ).toBe('fruit');
  expect(chosen([{ type: 'x', class: 'y' }])).toBe('class');
  const asked = await importHere({
    plugin: 'via',
    folder: path.join(FIXTURES, 'project'),
    options: { class_attribute: 'note', datasets: 'one' },
  });
  expect(labelsOf(asked.items[0])[0]).toMatchObject({
    classTitle: 'mine, "best"',
    tags: [
      { name: 'label', value: 'cup' },
      { name: 'state', value: 'full' },
    ],
  });
});

test('a file that breaks off, version 1, and what becomes of broken regions', async () => {
  const rect = {
    shape_attributes: { name: 'rect', x: 0, y: 0, width: 2, height: 2 },
    region_attributes: { label: 'c' },
  };
  const first = JSON.stringify({
    'a.png1': { filename: 'a.png', regions: { 0: rect }, file_attributes: {} },
  });
  const one = await importHere({ plugin: 'via', files: { 'v.json': first, 'a.png': PICTURE } });
  expect(labelsOf(one.items[0]).map(ring)).toEqual([
    [
      [0, 0],
      [1, 1],
    ],
  ]);
  const cut = await importHere({ plugin: 'via', files: { 'v.json': first.slice(0, -2), 'a.png': PICTURE } });
  expect(labelsOf(cut.items[0])).toEqual([]);
  expect(cut.reports[0]).toMatchObject({ status: 'failed', file: 'data/v.json', code: 'SLY_FORMAT_JSON' });
  const stop = { bad_annotation: 'stop' };
  expect(
    (
      await importHere({
        plugin: 'via',
        files: { 'v.json': first.slice(0, -2), 'a.png': PICTURE },
        options: stop,
      })
    ).failure?.code,
  ).toBe('SLY_FORMAT_JSON');
  const table = path.join(FIXTURES, 'table');
  expect((await importHere({ plugin: 'via', folder: table, options: stop })).failure?.detail).toContain(
    'x: expected a number',
  );
  expect(
    namesOf(await importHere({ plugin: 'via', folder: table, options: { bad_annotation: 'skip-item' } })),
  ).toEqual(['ds0/a.png']);
  const none = await importHere({ plugin: 'via', files: { 'v.json': '{}', 'a.png': PICTURE } });
  expect(none.failure?.code).toBe('SLY_FORMAT_INVALID');
});

test('detection does not take other formats', async () => {
  const confidence = async (files: Record<string, string | Uint8Array>): Promise<number> =>
    (await detectHere('via', { ...files, 'a.png': PICTURE })).confidence;
  expect(await confidence({ 'v.json': '{"images": [], "annotations": [], "categories": []}' })).toBe(0);
  expect(await confidence({ 'v.json': '{"shapes": [], "imagePath": "a.png"}' })).toBe(0);
  expect(
    await confidence({ 'v.csv': 'filename,width,height,class,xmin,ymin,xmax,ymax\na.png,1,1,c,0,0,1,1' }),
  ).toBe(0);
  expect(
    await confidence({ 'v.json': '{"x": {"filename": "other.png", "regions": [], "file_attributes": {}}}' }),
  ).toBe(0.7);
  expect(
    kindOfHead(
      '#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes',
      true,
    ),
  ).toBe('csv');
});

test.each([
  ['project', 4000, JSON_TOKENS],
  ['annotations', 3000, JSON_TOKENS],
  ['table', 3000, TEXT_TOKENS],
] as const)(
  'any damage of a %s gives sound items or an error that says where',
  async (folder, cases, tokens) => {
    const { reported } = await fuzzImport({
      plugin: 'via',
      files: folderFiles(path.join(FIXTURES, folder)),
      damage: /\.(?:json|csv)$/,
      tokens,
      cases,
    });
    expect(reported).toBeGreaterThan(cases / 2);
  },
  180_000,
);

test('the damage is of use: the beginning of a file is recognised most of the time, not always', () => {
  const bytes = readFileSync(path.join(FIXTURES, 'annotations/data.json'));
  const random = randoms(1);
  let known = 0;
  for (let i = 0; i < 300; i++)
    if (kindOfHead(damaged(bytes, random, JSON_TOKENS).toString(), false) !== undefined) known++;
  expect(known).toBeGreaterThan(200);
});
