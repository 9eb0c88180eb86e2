import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFailed, onTestFinished } from 'vitest';

/** A folder of the running test; removed when it passed, kept and named when it failed. */
export function tempFolder(name = 'test'): string {
  return folderIn(tmpdir(), name);
}

/** The same in memory where the system has such a place: for a few small files that are written very often. */
export function memoryFolder(name: string): string {
  return folderIn(hasMemoryDisk() ? MEMORY_DISK : tmpdir(), name);
}

const MEMORY_DISK = '/dev/shm';
const ROOM = 16 << 20;

function hasMemoryDisk(): boolean {
  try {
    const { bsize, bavail } = statfsSync(MEMORY_DISK);
    return bsize * bavail > ROOM;
  } catch {
    return false;
  }
}

function folderIn(parent: string, name: string): string {
  const folder = mkdtempSync(path.join(parent, `sly-${name}-`));
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
