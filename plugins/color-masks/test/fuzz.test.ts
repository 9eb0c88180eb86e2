/** Damaged masks of every kind. In this thread, as where threads are forbidden: a thread a case costs too much. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';

beforeAll(() => {
  Object.defineProperty(process, 'permission', { configurable: true, value: { has: () => false } });
});
afterAll(() => {
  delete (process as { permission?: unknown }).permission;
});

const SETS = path.resolve(import.meta.dirname, '../fixtures/sets');
/** Of each of eight sets. */
const CASES = 1250;
const BINARY = ['IDAT', '\u0000\u0000', '\u00ff\u00ff\u00ff\u00ff', '\u000e\u0000\u0000\u0000'];

test.each<[string, RegExp, readonly string[]]>([
  ['camvid', /_L\.png$/, BINARY],
  ['pennfudan', /_mask\.png$/, BINARY],
  ['parisart', /\.txt$/, TEXT_TOKENS],
  ['freiburg', /\.mat$/, BINARY],
  ['pascal-part', /\.mat$/, BINARY],
  ['ade20k-instances', /\.txt$|annotations/, TEXT_TOKENS],
  ['davis2016', /ImageSets/, TEXT_TOKENS],
  ['custom', /colors\.txt$|_mask\.png$/, [...TEXT_TOKENS, ...BINARY]],
])(
  '%s',
  async (name, damage, tokens) => {
    const counts = await fuzzImport({
      plugin: 'color-masks',
      files: folderFiles(path.join(SETS, name)),
      damage,
      tokens,
      cases: CASES,
      options: { set: name },
    });
    // Lists that are torn only leave pictures out of them.
    if (name !== 'davis2016') expect(counts.reported).toBeGreaterThan(CASES / 4);
    expect(counts.failed).toBeLessThan(CASES);
  },
  300_000,
);
