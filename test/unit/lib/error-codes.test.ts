import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { OPTIONS } from '../../../src/lib/config/options.ts';
import { ERROR_CODES } from '../../../src/lib/error-codes.ts';
import { packageRoot } from '../../../src/lib/version.ts';

/** Environment variables that are no settings. */
const OTHER_NAMES = [
  'SLY_TASK_DIR',
  'SLY_RUN',
  'SLY_SCRIPT',
  'SLY_GATEWAY',
  'SLY_CONFIG',
  'SLY_TEST_PLUGINS',
  'SLY_TEST_SAMPLES',
  'SLY_REQUIRE_DOCKER',
  'SLY_FOLDER',
];

function usedNames(): Map<string, string> {
  const used = new Map<string, string>();
  for (const folder of ['src', 'plugins']) {
    const root = path.join(packageRoot(), folder);
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name === 'error-codes.ts') continue;
      const file = path.join(entry.parentPath, entry.name);
      for (const [name] of readFileSync(file, 'utf8').matchAll(/\bSLY_[A-Z][A-Z_]*[A-Z]\b/g))
        used.set(name, file);
    }
  }
  return used;
}

test('every code that is used is in the table, and every one in the table is used', () => {
  const used = usedNames();
  const settings = new Set<string>(Object.values(OPTIONS).map((option) => option.env));
  const unknown = [...used.keys()].filter(
    (name) => !(name in ERROR_CODES) && !settings.has(name) && !OTHER_NAMES.includes(name),
  );
  expect(unknown).toEqual([]);
  expect(Object.keys(ERROR_CODES).filter((code) => !used.has(code))).toEqual([]);
});

test('a title is one sentence without an end, and no two codes say the same', () => {
  const titles = Object.values(ERROR_CODES).map((entry) => entry.title);
  for (const title of titles) expect(title).toMatch(/^[A-Z].*[^.!]$/);
  expect(new Set(titles).size).toBe(titles.length);
});
