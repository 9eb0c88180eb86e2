/**
 * Owns `results/segments/`. Lines are held until 500 items, 4 MiB or one second are reached; then a segment
 * is written under a temporary name and renamed, so whoever sees `000001.ndjson` sees all of it. Numbers have
 * no gaps. Not synced to disk: after a crash of the machine the plugin starts again anyway.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { SegmentLine } from '../protocol/plugin.ts';

export interface SegmentWriter {
  /** Throws what an earlier, timed close ran into. */
  write(line: SegmentLine): void;
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

  function closeInTime(): void {
    try {
      close();
    } catch (error) {
      failure = { error };
    }
  }

  return {
    write(line) {
      if (failure !== undefined) throw failure.error;
      const text = `${JSON.stringify(line)}\n`;
      if (bytes + 3 * text.length > held.length) {
        const larger = Buffer.allocUnsafeSlow(2 * (bytes + 3 * text.length));
        held.copy(larger, 0, 0, bytes);
        held = larger;
      }
      bytes += held.write(text, bytes);
      lines++;
      if (line.kind === 'item') items++;
      // A line is text in UTF-16 here; its bytes are at least as many, which a soft bound forgives.
      if (items >= bounds.items || bytes >= bounds.bytes || lines >= bounds.items * 20) close();
      else timer ??= setTimeout(closeInTime, bounds.ms).unref();
    },
    close() {
      if (failure !== undefined) throw failure.error;
      close();
    },
  };
}
