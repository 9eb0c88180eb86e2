import { expect, test } from 'vitest';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { polygons, scene, square } from './cases.ts';

const TOKENS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '0',
  '-1',
  '9e999',
  'null',
  'NaN',
  'true',
  '"polygon":',
  '[]',
  '-3',
  '1e7',
  '\u0000',
];

test('damaged files of labels and classes give sound items or an error that says where', async () => {
  const [outer, hole] = [square(0, 0, 9), square(2, 2, 3)];
  const told = await fuzzImport({
    plugin: 'cityscapes',
    files: {
      ...scene([
        {
          label: 'road',
          polygon: [
            [0, 5],
            [20, 5],
            [20, 10],
          ],
        },
        { label: 'out of roi', polygon: [...outer, outer[0], ...hole, hole[0]] },
      ]),
      'gtCoarse/val/ulm/a_gtCoarse_polygons.json': polygons([]),
      'class_to_id.json': '[{"name": "road", "id": 7, "color": [1, 2, 3]}]',
    },
    damage: /\.json$/,
    tokens: TOKENS,
    cases: 10_000,
  });
  expect(told.reported).toBeGreaterThan(1000);
}, 300_000);
