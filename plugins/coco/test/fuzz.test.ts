/** Damaged COCO files and masks: items that are sound, or an error that says where. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { png } from './cases.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');
const CASES = 3400;

test.each([
  ['instances_train.json', 'bitmap'],
  ['instances_train.json', 'polygon'],
  ['person_keypoints_train.json', 'bitmap'],
  ['captions_train.json', 'bitmap'],
])(
  '%s, masks as %s: any damage gives sound items or an error that says where',
  async (name, rle_as) => {
    const cases = CASES / (name === 'instances_train.json' ? 2 : 1);
    const { failed } = await fuzzImport({
      plugin: 'coco',
      files: {
        [name]: readFileSync(path.join(FIXTURES, 'people/annotations', name)),
        'beach.png': png(),
        'street.png': png(),
      },
      damage: /json$/,
      tokens: JSON_TOKENS,
      cases,
      options: { hidden_keypoints: true, rle_as },
    });
    // Both outcomes must have been met, else the damage was of no use.
    expect(failed).toBeGreaterThan(cases / 20);
    expect(failed).toBeLessThan(cases * 0.95);
  },
  300_000,
);

test('so does any damage to a panoptic file or to its mask', async () => {
  const files = {
    'panoptic_val.json': readFileSync(path.join(FIXTURES, 'panoptic/annotations/panoptic_val.json')),
    'panoptic_val/street.png': readFileSync(
      path.join(FIXTURES, 'panoptic/annotations/panoptic_val/street.png'),
    ),
    'val/street.png': png(12, 8),
  };
  const { failed, reported } = await fuzzImport({
    plugin: 'coco',
    files,
    damage: /^panoptic/,
    tokens: JSON_TOKENS,
    cases: 2000,
  });
  expect(failed + reported).toBeGreaterThan(200);
  expect(failed).toBeLessThan(1900);
}, 300_000);
