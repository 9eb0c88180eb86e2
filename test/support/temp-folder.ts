import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';

/** A folder of the running test; removed when it passed, kept and named when it failed. */
export function tempFolder(name = 'test'): string {
  const folder = mkdtempSync(path.join(tmpdir(), `sly-${name}-`));
  let failed = false;
  onTestFailed(() => {
    failed = true;
    process.stderr.write(`kept for inspection: ${folder}\n`);
  });
  onTestFinished(() => {
    if (!failed) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
