/**
 * Where an archive is unpacked to. Only plain folders (0755) and plain new files (0644) are ever made, so no
 * entry can be written through another one; bytes are counted as they are written. Names here are clean.
 */
import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../../lib/errors.ts';
import type { ReportLine } from '../../../protocol/task.ts';
import { failed, leftOutByName } from '../left-out.ts';
import { foldName } from './entry-name.ts';
import type { Budget } from './unpack-limits.ts';

export interface UnpackTarget {
  /** Entries that are not unpacked, for the report. */
  readonly refused: ReportLine[];
  /** False when the entry is left out; it is reported then. */
  admits(name: string): boolean;
  folder(name: string): void;
  file(name: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Up to this much a file is written in one go: asynchronous writes cost more than they give for small ones. */
const SMALL = 256 * 1024;

export function createUnpackTarget(root: string, budget: Budget, signal: AbortSignal): UnpackTarget {
  const refused: ReportLine[] = [];
  const folders = new Set(['']);
  const taken = new Map<string, string>();
  const leftOut = new Set<string>();

  function make(name: string): void {
    if (folders.has(name)) return;
    const parent = name.lastIndexOf('/');
    make(parent < 0 ? '' : name.slice(0, parent));
    const made = path.join(root, name);
    mkdirSync(made);
    // Not by the mode of mkdir, which the umask of the service cuts.
    chmodSync(made, 0o755);
    folders.add(name);
  }

  /** Makes the folder `name` for the entry `entry`; false when a file is in the way, which is reported. */
  function tryMake(name: string, entry: string): boolean {
    try {
      make(name);
      return true;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== 'EEXIST' && errno !== 'ENOTDIR') throw error;
      refused.push(failed(entry, 'SLY_FILE_COLLISION', 'a part of its path is a file in the same archive'));
      return false;
    }
  }

  async function write(file: string, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let held: Uint8Array[] = [];
    let size = 0;
    let handle: FileHandle | undefined;
    try {
      for await (const chunk of chunks) {
        signal.throwIfAborted();
        size += chunk.length;
        budget.bytes(chunk.length, size, name);
        held.push(chunk);
        if (size <= SMALL) continue;
        handle ??= await openNew(file);
        for (const piece of held) await handle.writeFile(piece);
        held = [];
      }
    } finally {
      await handle?.close();
    }
    if (handle === undefined) writeSmall(file, held);
  }

  return {
    refused,
    admits(name) {
      const parts = name.split('/');
      for (const [index, part] of parts.entries()) {
        const at = parts.slice(0, index + 1).join('/');
        const line = leftOutByName(at, part);
        if (line === undefined) continue;
        // A folder of junk is one line, not one a file.
        if (!leftOut.has(at)) refused.push(line);
        leftOut.add(at);
        return false;
      }
      return true;
    },
    folder(name) {
      tryMake(name, name);
    },
    async file(name, chunks) {
      const folded = foldName(name);
      const other = taken.get(folded) ?? (folders.has(name) ? name : undefined);
      if (other !== undefined) refused.push(collision(name, other));
      const parent = name.slice(0, Math.max(0, name.lastIndexOf('/')));
      if (other !== undefined || !tryMake(parent, name)) return drain(chunks, budget, name);
      taken.set(folded, name);
      await write(path.join(root, name), name, chunks);
    },
  };
}

function collision(name: string, other: string): ReportLine {
  const message =
    name === other
      ? 'the archive has another entry of this name'
      : `it differs from ${JSON.stringify(other)} only by case or Unicode form`;
  return failed(name, 'SLY_FILE_COLLISION', message, 'Rename one of the two.');
}

/** Bytes of a refused entry count as well: they cost time. */
async function drain(chunks: AsyncIterable<Uint8Array>, budget: Budget, name: string): Promise<void> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    budget.bytes(chunk.length, size, name);
  }
}

async function openNew(file: string): Promise<FileHandle> {
  const handle = await open(file, 'wx', 0o644);
  await handle.chmod(0o644);
  return handle;
}

function writeSmall(file: string, pieces: readonly Uint8Array[]): void {
  const fd = openSync(file, 'wx', 0o644);
  try {
    fchmodSync(fd, 0o644);
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
    }
  } finally {
    closeSync(fd);
  }
}
