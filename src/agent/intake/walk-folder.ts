/**
 * Everything below a folder, in a fixed order, without following a link. Synchronous calls in slices of a few
 * milliseconds: four times cheaper than asynchronous ones for many small files, and the loop still turns.
 * Memory: one folder's names and the folders still to visit.
 */
import { type BigIntStats, lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errnoOf } from '../../lib/errors.ts';

export type WalkKind = 'file' | 'folder' | 'link' | 'special' | 'bad-name' | 'unreadable';

export interface WalkEntry {
  /** Relative to the root, `/` separated. */
  path: string;
  name: string;
  kind: WalkKind;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
  /** Milliseconds since 1970 of the last change of content or status. */
  changedAt: number;
  mode: number;
  uid: number;
  /** Words for a kind that cannot be imported. */
  reason: string;
}

export interface WalkOptions {
  /** False = the folder is named but not gone into. Default: every folder is. */
  enter?: (entry: WalkEntry) => boolean;
  signal?: AbortSignal;
}

const SLICE_MS = 8;
const BATCH = 512;

/** Batches of entries, folders before what they hold. Throws when the root itself cannot be read. */
export async function* walkFolder(root: string, options: WalkOptions = {}): AsyncGenerator<WalkEntry[]> {
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const below: string[] = [];
    let names: ListedName[];
    try {
      names = await readNames(path.join(root, folder));
    } catch (error) {
      if (folder === '') throw error;
      if (errnoOf(error) !== 'ENOENT')
        yield [emptyEntry(folder, 'unreadable', `it cannot be read (${errnoOf(error) ?? String(error)})`)];
      continue;
    }
    let batch: WalkEntry[] = [];
    let sliceStart = performance.now();
    for (const name of names) {
      const entry = lookAt(root, folder, name);
      if (entry === undefined) continue;
      batch.push(entry);
      if (entry.kind === 'folder' && (options.enter?.(entry) ?? true)) below.push(entry.path);
      const isLong = performance.now() - sliceStart > SLICE_MS;
      if (batch.length < BATCH && !isLong) continue;
      options.signal?.throwIfAborted();
      yield batch;
      batch = [];
      if (isLong) await turn();
      sliceStart = performance.now();
    }
    options.signal?.throwIfAborted();
    if (batch.length > 0) yield batch;
    folders.push(...below.reverse());
  }
}

/** One file as the walk of a folder would give it; undefined when it is not there. */
export function lookAtFile(file: string): WalkEntry | undefined {
  const stat = lstatSync(file, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const name = path.basename(file);
  const { kind, reason } = kindOf(stat);
  return {
    path: name,
    name,
    kind,
    size: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    inode: stat.ino,
    changedAt: Number(stat.ctimeMs),
    mode: Number(stat.mode),
    uid: Number(stat.uid),
    reason,
  };
}

function lookAt(root: string, folder: string, { name, isText }: ListedName): WalkEntry | undefined {
  const relative = folder === '' ? name : `${folder}/${name}`;
  if (!isText) return emptyEntry(relative, 'bad-name', 'its name is not valid UTF-8');
  try {
    const entry = lookAtFile(`${root}/${relative}`);
    if (entry !== undefined) entry.path = relative;
    return entry;
  } catch (error) {
    return emptyEntry(relative, 'unreadable', `it cannot be looked at (${errnoOf(error) ?? String(error)})`);
  }
}

export interface ListedName {
  /** Bytes that are no UTF-8 stand as %XX when `isText` is false. */
  name: string;
  isText: boolean;
}

/** Names of a folder, sorted. Decoding hides broken bytes behind U+FFFD; only then the bytes are read as well. */
export async function readNames(folder: string): Promise<ListedName[]> {
  const names = await readdir(folder);
  if (!names.some((name) => name.includes('\ufffd'))) {
    return names.sort().map((name) => ({ name, isText: true }));
  }
  const raw = await readdir(folder, { encoding: 'buffer' });
  return raw
    .map((bytes) => {
      const name = bytes.toString('utf8');
      const isText = Buffer.from(name, 'utf8').equals(bytes);
      return { name: isText ? name : showBytes(bytes), isText };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function showBytes(bytes: Buffer): string {
  return [...bytes]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

function kindOf(stat: BigIntStats): { kind: WalkKind; reason: string } {
  if (stat.isFile()) return { kind: 'file', reason: '' };
  if (stat.isDirectory()) return { kind: 'folder', reason: '' };
  if (stat.isSymbolicLink())
    return { kind: 'link', reason: 'it is a symbolic link, which is never followed' };
  const what = stat.isFIFO() ? 'a named pipe' : stat.isSocket() ? 'a socket' : 'a device';
  return { kind: 'special', reason: `it is ${what}, not a file` };
}

function emptyEntry(relative: string, kind: WalkKind, reason: string): WalkEntry {
  return {
    path: relative,
    name: path.posix.basename(relative),
    kind,
    size: 0,
    mtimeNs: 0n,
    inode: 0n,
    changedAt: 0,
    mode: 0,
    uid: 0,
    reason,
  };
}
