/**
 * One look at a source: how much it is, a signature that changes when any of its files does, and what says
 * that somebody is still writing it. Keeps no list of files.
 */
import { createHash } from 'node:crypto';
import { nameKind, printable } from './file-names.ts';
import { lookAtFile, type WalkEntry, walkFolder } from './walk-folder.ts';

export interface SourceScan {
  /** Over path, size, mtime and inode of every file that counts. */
  signature: string;
  files: number;
  bytes: number;
  /** Entries that will not be imported: links, devices, bad names. */
  refused: number;
  /** The file that changed last, as it may be shown. */
  newest: string | undefined;
  /** Why it cannot be complete yet, in words; undefined = nothing in the names says so. */
  holding: string | undefined;
  tookMs: number;
}

/** A dot file of unknown meaning holds a source back for so long after its last change, then it is a leftover. */
const DOT_PATIENCE_MS = 600_000;

/** Throws ENOENT when the source is gone, and whatever keeps its top folder from being read. */
export async function scanSource(
  source: string,
  options: { now: number; signal: AbortSignal },
): Promise<SourceScan> {
  const startedAt = performance.now();
  const hash = createHash('sha256');
  const scan: SourceScan = {
    signature: '',
    files: 0,
    bytes: 0,
    refused: 0,
    newest: undefined,
    holding: undefined,
    tookMs: 0,
  };
  let newest: { path: string; mtimeNs: bigint } | undefined;
  for await (const batch of walkSource(source, options)) {
    let text = '';
    for (const entry of batch) {
      if (entry.kind === 'unreadable') scan.holding ??= `${printable(entry.path)}: ${entry.reason}`;
      scan.holding ??= holdingOf(entry, options.now);
      if (entry.kind === 'folder') continue;
      if (entry.kind !== 'file') scan.refused++;
      else if (isContent(entry)) {
        scan.files++;
        scan.bytes += entry.size;
        if (newest === undefined || entry.mtimeNs > newest.mtimeNs) newest = entry;
        text += `${entry.path}\0${entry.size}\0${entry.mtimeNs}\0${entry.inode}\0`;
      }
    }
    hash.update(text);
  }
  if (newest !== undefined && newest.path !== '') scan.newest = printable(newest.path);
  scan.signature = hash.digest('hex');
  scan.tookMs = performance.now() - startedAt;
  return scan;
}

/** The files of a source without what lies in junk folders; a source that is one file is an entry with the path ''. */
export async function* walkSource(
  source: string,
  options: { signal: AbortSignal },
): AsyncGenerator<WalkEntry[]> {
  const top = lookAtFile(source);
  if (top === undefined) throw Object.assign(new Error(`${source} is not there`), { code: 'ENOENT' });
  if (top.kind !== 'folder') {
    yield [{ ...top, path: '' }];
    return;
  }
  yield* walkFolder(source, { signal: options.signal, enter: (entry) => nameKind(entry.name) !== 'junk' });
}

/** Counts for the signature: the dataset and its task file, not what a desktop leaves behind. */
export function isContent(entry: WalkEntry): boolean {
  if (entry.kind !== 'file') return false;
  const kind = nameKind(entry.name);
  return kind === 'plain' || kind === 'task-file';
}

function holdingOf(entry: WalkEntry, now: number): string | undefined {
  const shown = printable(entry.path === '' ? entry.name : entry.path);
  switch (nameKind(entry.name)) {
    case 'marker':
      return `the marker ${shown} says that the upload goes on`;
    case 'temp':
      return `${shown} looks like an unfinished file`;
    case 'dot':
      return now - entry.changedAt < DOT_PATIENCE_MS ? `${shown} may be an unfinished file` : undefined;
    default:
      return undefined;
  }
}
