/** What a browser loads before it shows anything stays small; parts that are loaded when needed do not count. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.ts';

const MOST_BYTES = 300_000;

test('the page is below 300 KB compressed', () => {
  const folder = tempFolder('bundle');
  execFileSync(process.execPath, ['web/build.mjs', '--out', folder], { stdio: 'inherit' });
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (!file.endsWith('.js')) return;
    const text = readFileSync(path.join(folder, file), 'utf8');
    // `import"./x.js"` and `from"./x.js"`; `import("./x.js")` is loaded later.
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) visit(name as string);
  };
  for (const file of ['index.html', 'style.css', 'page.js']) visit(file);
  const bytes = [...seen].reduce(
    (sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length,
    0,
  );
  // What draws in space is loaded with the first point cloud.
  const isInside = (file: string): boolean =>
    readFileSync(path.join(folder, file), 'utf8').includes('WebGLRenderer');
  expect([...seen].filter(isInside)).toEqual([]);
  expect(readdirSync(folder).filter(isInside)).toHaveLength(1);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(MOST_BYTES);
});
