/** Damaged masks of every kind. In this thread, as where threads are forbidden: a thread a case costs too much. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEXT_TOKENS } from '../../../test/support/damage.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import type { Files } from '../../../test/support/import-here.ts';

beforeAll(() => {
  Object.defineProperty(process, 'permission', { configurable: true, value: { has: () => false } });
});
afterAll(() => {
  delete (process as { permission?: unknown }).permission;
});

function fixture(name: string): Files {
  const root = fileURLToPath(new URL(`../fixtures/sets/${name}`, import.meta.url));
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(root, file), readFileSync(file)];
    }),
  );
}

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
      files: fixture(name),
      damage,
      tokens,
      cases: 600,
      options: { set: name },
    });
    // Lists that are torn only leave pictures out of them.
    if (name !== 'davis2016') expect(counts.reported).toBeGreaterThan(150);
    expect(counts.failed).toBeLessThan(600);
  },
  60_000,
);
