import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Label } from '../../../src/format/model.ts';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import {
  detectHere,
  detectIn,
  type Files,
  importHere,
  labelsOf,
  namesOf,
  told,
} from '../../../test/support/import-here.ts';
import { PICTURE } from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/harbour', import.meta.url));

const brief = (label: Label): unknown[] => {
  const tags = label.tags.map(({ name }) => name);
  if (label.geometryType === 'polygon') return [label.classTitle, label.points.exterior, tags];
  if (label.geometryType === 'oriented_bbox')
    return [label.classTitle, label.points, Number(label.angle.toFixed(4)), tags];
  return [label.classTitle, label.geometryType];
};
/** A picture of 37 x 23. */
const importText = (text: string, options = {}, more: Files = {}) =>
  importHere({
    plugin: 'dota',
    files: { 'images/a.png': PICTURE, 'labelTxt/a.txt': text, ...more },
    options,
  });

test('corners, difficulty, headers, splits, through the host', async () => {
  const run = await runPlugin({ action: 'import', plugin: 'dota', folder: FIXTURE });
  expect(run.failure).toBeUndefined();
  expect(run.meta?.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['plane', 'polygon'],
    ['small-vehicle', 'polygon'],
  ]);
  expect(run.meta?.tags.map(({ name, value_type }) => [name, value_type])).toEqual([['difficult', 'none']]);
  expect(namesOf(run)).toEqual(['train/P0001.png', 'train/P0002.png', 'val/P0003.jpg']);
  expect(run.items.map((item) => labelsOf(item).map(brief))).toEqual([
    [
      [
        'plane',
        [
          [10, 10],
          [20, 10],
          [20, 15],
          [10, 15],
        ],
        [],
      ],
      [
        'small-vehicle',
        [
          [30, 5],
          [40, 15],
          [35, 20],
          [25, 10],
        ],
        ['difficult'],
      ],
    ],
    [
      [
        'plane',
        [
          [50, 30],
          [59, 30],
          [59, 39],
          [50, 39],
        ],
        [],
      ],
    ],
    [],
  ]);
  expect(run.items.map(({ meta }) => meta)).toEqual([
    { imagesource: 'GoogleEarth', gsd: 0.146 },
    { imagesource: 'GoogleEarth' },
    undefined,
  ]);
  expect(run.reports).toEqual([]);
  expect(run.used).toHaveLength(3);
});

test('turned boxes: of rectangles themselves, of others the smallest around', async () => {
  const run = await importHere({ plugin: 'dota', folder: FIXTURE, options: { obb: 'oriented_bbox' } });
  const side = Math.hypot(10, 10);
  const [cx, cy] = [32.5, 12.5];
  const short = Math.hypot(5, 5);
  expect(labelsOf(run.items[0]).map(brief)).toEqual([
    [
      'plane',
      [
        [10, 10],
        [20, 15],
      ],
      0,
      [],
    ],
    [
      'small-vehicle',
      [
        [Math.round(cx - side / 2), Math.round(cy - short / 2)],
        [Math.round(cx + side / 2), Math.round(cy + short / 2)],
      ],
      0.7854,
      ['difficult'],
    ],
  ]);
  const odd = await importText('0 0 20 0 20 10 0 2 plane 0\n', { obb: 'oriented_bbox' });
  expect(labelsOf(odd.items[0]).map(brief)).toEqual([
    [
      'plane',
      [
        [0, 0],
        [20, 10],
      ],
      0,
      [],
    ],
  ]);
});

test('lines made by hand: no mark, spaces in a class, no header, corners beyond the picture', async () => {
  const run = await importText(
    '1 1 5 1 5 5 1 5 plane\n1 1 5 1 5 5 1 5 big ship 1\n30 -5 45 -5 45 5 30 5 plane 2\n',
  );
  expect(labelsOf(run.items[0]).map(brief)).toEqual([
    [
      'plane',
      [
        [1, 1],
        [5, 1],
        [5, 5],
        [1, 5],
      ],
      [],
    ],
    [
      'big ship',
      [
        [1, 1],
        [5, 1],
        [5, 5],
        [1, 5],
      ],
      ['difficult'],
    ],
    ['plane', expect.anything(), ['difficult']],
  ]);
  const cut = labelsOf(run.items[0])[2];
  const xs = cut?.geometryType === 'polygon' ? cut.points.exterior.map(([x]) => x) : [];
  expect([Math.min(...xs), Math.max(...xs)]).toEqual([30, 36]);
  expect(told(run)).toEqual([
    expect.stringMatching(/^warning data\/labelTxt\/a\.txt line 3: .*cut at the border$/),
  ]);
});

test('bad lines are named, text without a picture too', async () => {
  const more = { 'labelTxt/gone.txt': '1 1 5 1 5 5 1 5 plane 0\n', 'images/b.png': PICTURE };
  const run = await importText(
    '1 1 5 1 5 5 1 plane 0\n1 2 3\n90 90 95 90 95 95 90 95 plane 0\n1 1 5 1 5 5 1 5 plane 0',
    {},
    more,
  );
  expect(labelsOf(run.items[0])).toHaveLength(1);
  expect(told(run)).toEqual([
    'warning data/labelTxt/a.txt line 1: expected eight numbers in front, got "plane"',
    'warning data/labelTxt/a.txt line 2: expected eight numbers, a class and 0 or 1, got 3 words',
    expect.stringMatching(/line 3: expected corners around a place in the picture of 37 x 23/),
    expect.stringMatching(/^warning data\/images\/b\.png: expected a label file/),
    'skipped data/labelTxt/gone.txt: expected a picture of the same name, got none',
  ]);
});

test('all in one dataset', async () => {
  const run = await importHere({ plugin: 'dota', folder: FIXTURE, options: { datasets: 'one' } });
  expect(namesOf(run)).toEqual(['ds0/P0001.png', 'ds0/P0002.png', 'ds0/P0003.jpg']);
});

test('detection looks at the lines', async () => {
  expect(await detectIn('dota', FIXTURE)).toMatchObject({
    confidence: 0.95,
    because: expect.stringContaining('train/labelTxt/P0001.txt'),
  });
  const detect = (text: string) => detectHere('dota', { 'images/a.png': PICTURE, 'labelTxt/a.txt': text });
  expect((await detect('0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2\n')).confidence).toBe(0);
  expect((await detect('0 0.5 0.5 1 1\n')).confidence).toBe(0);
  expect((await detect('377,117,463,117,465,130,378,130,Genaxis\n')).confidence).toBe(0);
  expect((await detect('hello\n')).confidence).toBe(0);
  expect((await detect('')).confidence).toBe(0);
  expect((await detectHere('dota', { 'labelTxt/a.txt': '1 1 5 1 5 5 1 5 plane 0\n' })).confidence).toBe(0.5);
});

test('damage gives sound items, or says where', async () => {
  const cases = 10_000;
  const sound = Object.fromEntries(
    Object.entries(folderFiles(FIXTURE)).filter(([file]) => file.includes('P0001')),
  );
  const { failed, reported } = await fuzzImport({
    plugin: 'dota',
    files: sound,
    damage: /\.txt$/,
    tokens: [...TEXT_TOKENS, 'gsd:', 'imagesource:', 'plane 0\n', '1e9', '-5.0 '],
    cases,
  });
  expect(reported).toBeGreaterThan(cases / 20);
  expect(failed).toBe(0);
}, 240_000);
