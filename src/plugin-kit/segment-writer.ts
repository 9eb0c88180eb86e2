/**
 * Owns `results/segments/`. Lines are held until 500 items, 4 MiB or one second are reached; then a segment
 * is written under a temporary name and renamed, so whoever sees `000001.ndjson` sees all of it. Numbers have
 * no gaps. Not synced to disk: after a crash of the machine the plugin starts again anyway.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SegmentLine } from '../protocol/plugin.ts';
import type { ItemLines } from './plugin.ts';

export interface SegmentWriter {
  /** Throws what an earlier, timed close ran into. */
  write(line: SegmentLine): void;
  /** A line that is JSON already and no item; without its line feed. */
  writeText(line: string): void;
  /** The same for items that are text already; see ItemLines. */
  writeItems(lines: ItemLines): void;
  /** Writes what is held. The first call makes segment 1 even when nothing was ever said. */
  close(): void;
}

export interface SegmentBounds {
  items: number;
  bytes: number;
  /** Age of the oldest line held. */
  ms: number;
}

const BOUNDS: SegmentBounds = { items: 500, bytes: 4 << 20, ms: 1000 };

export function createSegmentWriter(
  results: string,
  { beforeClose = () => {}, bounds = BOUNDS }: { beforeClose?: () => void; bounds?: SegmentBounds } = {},
): SegmentWriter {
  const folder = path.join(results, 'segments');
  let number = 0;
  let held = Buffer.allocUnsafeSlow(bounds.bytes + (1 << 20));
  let lines = 0;
  let bytes = 0;
  let items = 0;
  let timer: NodeJS.Timeout | undefined;
  let failure: { error: unknown } | undefined;

  function close(): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines === 0 && number > 0) return;
    beforeClose();
    if (number === 0) mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${String(number + 1).padStart(6, '0')}.ndjson`);
    writeFileSync(`${file}.tmp`, held.subarray(0, bytes));
    renameSync(`${file}.tmp`, file);
    number++;
    lines = 0;
    bytes = 0;
    items = 0;
  }

  function room(more: number): void {
    if (bytes + more <= held.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * (bytes + more));
    held.copy(larger, 0, 0, bytes);
    held = larger;
  }

  function closeWhenFull(): void {
    if (items >= bounds.items || bytes >= bounds.bytes || lines >= bounds.items * 20) close();
    else timer ??= setTimeout(closeInTime, bounds.ms).unref();
  }

  function closeInTime(): void {
    try {
      close();
    } catch (error) {
      failure = { error };
    }
  }

  function writeText(line: string, isItem: boolean): void {
    if (failure !== undefined) throw failure.error;
    const text = `${line}\n`;
    // A UTF-16 unit of the text is three bytes at most.
    room(3 * text.length);
    bytes += held.write(text, bytes);
    lines++;
    if (isItem) items++;
    closeWhenFull();
  }

  return {
    write: (line) => writeText(JSON.stringify(line), line.kind === 'item'),
    writeText: (line) => writeText(line, false),
    writeItems({ bytes: from, ends }) {
      if (failure !== undefined) throw failure.error;
      for (let i = 0, start = 0; i < ends.length; ) {
        // As many whole lines at once as the segment still takes.
        const first = i;
        let end = start;
        while (i < ends.length && items + i - first < bounds.items && bytes + end - start < bounds.bytes)
          end = ends[i++] ?? end;
        room(end - start);
        held.set(from.subarray(start, end), bytes);
        bytes += end - start;
        lines += i - first;
        items += i - first;
        start = end;
        closeWhenFull();
      }
    },
    close() {
      if (failure !== undefined) throw failure.error;
      close();
    },
  };
}
