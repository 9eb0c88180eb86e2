/**
 * A tar archive as a stream of bytes, straight from the files, the same bytes every time: sorted names,
 * fixed owner and time. The last entry, MANIFEST.sha256, has the hash of every other one in the format
 * `sha256sum -c` reads.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { SlyError } from '../../lib/errors.ts';
import { tarEnd, tarHead, tarPadding } from '../../lib/tar-blocks.ts';

export interface TarEntry {
  /** Path inside the archive, `/` separated. */
  path: string;
  /** Absolute path of the bytes. */
  file: string;
  /** Only these of them, `[start, end)`. */
  range?: readonly [start: number, end: number];
}

export const MANIFEST_NAME = 'MANIFEST.sha256';

export async function* tarStream(
  entries: readonly TarEntry[],
  mtime: Date,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const manifest: string[] = [];
  for (const entry of sorted(entries)) {
    signal.throwIfAborted();
    const size = await entrySize(entry);
    yield* tarHead({ path: entry.path, size, mtime });
    const hash = createHash('sha256');
    let got = 0;
    for await (const chunk of bytesOf(entry, signal)) {
      hash.update(chunk);
      got += chunk.length;
      yield chunk;
    }
    if (got !== size) {
      throw new SlyError('SLY_SOURCE_CHANGED', {
        detail: `expected ${size} bytes, got ${got}`,
        file: entry.path,
      });
    }
    yield* tarPadding(size);
    manifest.push(`${hash.digest('hex')}  ${entry.path}\n`);
  }
  const text = Buffer.from(manifest.join(''));
  yield* tarHead({ path: MANIFEST_NAME, size: text.length, mtime });
  yield text;
  yield* tarPadding(text.length);
  yield tarEnd();
}

export async function entrySize({ file, range }: TarEntry): Promise<number> {
  return range === undefined ? (await lstat(file)).size : range[1] - range[0];
}

function bytesOf({ file, range }: TarEntry, signal: AbortSignal): AsyncIterable<Uint8Array> | [] {
  if (range !== undefined && range[0] === range[1]) return [];
  const part = range === undefined ? {} : { start: range[0], end: range[1] - 1 };
  return createReadStream(file, { highWaterMark: 1 << 20, signal, ...part });
}

/** By bytes of the name, each name once; two files for one name is a plugin's fault and said so. */
function sorted(entries: readonly TarEntry[]): TarEntry[] {
  const order = [...entries].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const [index, entry] of order.entries()) {
    const parts = entry.path.split('/');
    const bad =
      entry.path.startsWith('/') ||
      entry.path.includes('\0') ||
      parts.some((part) => part === '' || part === '..' || part === '.');
    if (bad)
      throw new SlyError('SLY_PLUGIN_OUTPUT', {
        detail: `not a path inside an archive: ${JSON.stringify(entry.path)}`,
      });
    if (order[index - 1]?.path === entry.path) {
      throw new SlyError('SLY_PLUGIN_OUTPUT', { detail: `two files for one archive entry: ${entry.path}` });
    }
  }
  return order;
}
