import { expect, test } from 'vitest';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { grey, picture } from './cases.ts';

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
  '1e9',
  'null',
  '"__all__"',
  '#FF0000',
  'IDAT',
  'PLTE',
  '\u0000',
];

test('damaged masks, pictures and lists give sound items or an error that says where', async () => {
  const told = await fuzzImport({
    plugin: 'masks',
    files: {
      'obj_class_to_machine_color.json': '{"car": [1, 1, 1], "road": [2, 3], "rest": "__all__"}',
      'ds/img/a.png': picture(5, 3),
      'ds/masks_machine/a.png': grey(['01230', '11000', '00022']),
      'ds/masks_instances/a/car.png': grey(['01000', '11000', '00000']),
      'ds/img/b.png': picture(5, 3),
      'ds/masks_machine/b.png': grey(['01230', '11000', '00022'], 16),
    },
    damage: /./,
    tokens: TOKENS,
    cases: 10_000,
  });
  expect(told.reported).toBeGreaterThan(1000);
}, 300_000);
