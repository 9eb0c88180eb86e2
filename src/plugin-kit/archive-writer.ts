/**
 * An export's results: entries of the archive as segment lines. Files of `data/` are named, not copied;
 * texts are put one behind another into few pack files, since a million label files would need a million
 * blocks of disk for a second archive of the same. The agent makes the archive when the plugin has ended.
 */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { SlyError } from '../lib/errors.ts';
import { createArchivePaths } from './archive-paths.ts';
import type { Breathe } from './breathe.ts';
import type { ArchiveWriter } from './plugin.ts';
import { createSegmentWriter, type SegmentBounds, type SegmentWriter } from './segment-writer.ts';

export interface ArchiveResults {
  readonly segments: SegmentWriter;
  readonly archive: ArchiveWriter;
  /** Writes what is held. Throws when an entry was opened and never ended. */
  finish(): void;
}

const FOLDER = 'archive';
const BUFFER_BYTES = 1 << 20;
const PACK_BYTES = 64 << 20;

export function createArchiveResults(
  results: string,
  options: { breathe: Breathe; bounds?: SegmentBounds },
): ArchiveResults {
  const { breathe, bounds } = options;
  const paths = createArchivePaths();
  const unended = new Set<string>();
  let files = 0;
  let pack: PieceFile | undefined;
  const segments = createSegmentWriter(results, {
    beforeClose: () => pack?.flush(),
    ...(bounds === undefined ? {} : { bounds }),
  });

  function newFile(): PieceFile {
    if (files === 0) mkdirSync(path.join(results, FOLDER), { recursive: true });
    const name = `${FOLDER}/${String(++files).padStart(6, '0')}`;
    return createPieceFile(path.join(results, name), `results/${name}`);
  }

  const archive: ArchiveWriter = {
    async addFile(wanted, file) {
      const free = paths.take(wanted);
      segments.write({ kind: 'entry', path: free, file: `data/${file}` });
      await breathe();
      return free;
    },

    async addText(wanted, text) {
      const free = paths.take(wanted);
      if (pack !== undefined && pack.size >= PACK_BYTES) {
        pack.close();
        pack = undefined;
      }
      pack ??= newFile();
      const start = pack.size;
      pack.write(text);
      segments.write({ kind: 'entry', path: free, file: pack.shownAs, range: [start, pack.size] });
      await breathe();
      return free;
    },

    async open(wanted) {
      const free = paths.take(wanted);
      const file = newFile();
      unended.add(free);
      return {
        path: free,
        async write(piece) {
          file.write(piece);
          await breathe();
        },
        async end() {
          if (!unended.delete(free)) return;
          file.close();
          segments.write({ kind: 'entry', path: free, file: file.shownAs });
        },
      };
    },

    async written({ dataset, name }) {
      segments.write({ kind: 'written', dataset, name });
      await breathe();
    },
  };

  return {
    segments,
    archive,
    finish() {
      pack?.flush();
      segments.close();
      const [open] = unended;
      if (open !== undefined)
        throw new SlyError('SLY_PLUGIN_OUTPUT', { detail: `the entry ${open} was opened and never ended` });
    },
  };
}

interface PieceFile {
  readonly shownAs: string;
  /** Bytes written and held. */
  readonly size: number;
  write(piece: string | Uint8Array): void;
  flush(): void;
  close(): void;
}

function createPieceFile(file: string, shownAs: string): PieceFile {
  const fd = openSync(file, 'wx');
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let size = 0;

  function flush(): void {
    const bytes = Buffer.concat(held, heldBytes);
    held = [];
    heldBytes = 0;
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  }

  return {
    shownAs,
    get size() {
      return size;
    },
    write(piece) {
      // Copied: the caller may use its buffer again before it is written.
      const bytes = Buffer.from(piece as string);
      held.push(bytes);
      heldBytes += bytes.length;
      size += bytes.length;
      if (heldBytes >= BUFFER_BYTES) flush();
    },
    flush,
    close() {
      flush();
      closeSync(fd);
    },
  };
}
