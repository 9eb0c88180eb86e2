/**
 * Pieces of annotation files by their place: an import that has to bring together what lies all over a file keeps
 * the places (20 bytes each) and not the annotations.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { SlyError } from '../lib/errors.ts';
import type { SourceTree } from './plugin.ts';

export interface FilePlace {
  /** Path in the tree. */
  file: string;
  /** Byte where it begins, and how many there are. */
  offset: number;
  bytes: number;
}

export interface RangeReader {
  /** Throws SLY_SOURCE_CHANGED when the file has become shorter. */
  text(place: FilePlace): string;
  close(): void;
}

/** Files that stay open; the one that was opened first is closed for the next. */
const OPEN = 16;

export function createRangeReader(tree: Pick<SourceTree, 'locate'>): RangeReader {
  const handles = new Map<string, number>();

  function handleOf(file: string): number {
    const known = handles.get(file);
    if (known !== undefined) return known;
    for (const [oldest, handle] of handles) {
      if (handles.size < OPEN) break;
      handles.delete(oldest);
      closeSync(handle);
    }
    const handle = openSync(tree.locate(file), 'r');
    handles.set(file, handle);
    return handle;
  }

  return {
    text({ file, offset, bytes }) {
      const buffer = Buffer.allocUnsafe(bytes);
      const handle = handleOf(file);
      for (let got = 0; got < bytes; ) {
        const more = readSync(handle, buffer, got, bytes - got, offset + got);
        if (more === 0)
          throw new SlyError('SLY_SOURCE_CHANGED', {
            detail: `expected ${bytes} bytes at byte ${offset}, got ${got}`,
            file,
          });
        got += more;
      }
      return buffer.toString('utf8');
    },
    close() {
      for (const handle of handles.values()) closeSync(handle);
      handles.clear();
    },
  };
}
