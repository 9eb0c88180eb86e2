/** Rows of a fixed number of bytes from a file, some thousand of them in memory at a time. */
import type { FileHandle } from 'node:fs/promises';

const AT_ONCE = 1 << 20;

/** Calls `row` with where each row begins in `view`. Fewer rows come where the file ends early. */
export async function readRows(
  handle: FileHandle,
  { start, step, count }: { start: number; step: number; count: number },
  row: (view: DataView, at: number) => void | Promise<void>,
): Promise<number> {
  const rows = Math.max(1, Math.min(count, Math.floor(AT_ONCE / step)));
  const bytes = Buffer.alloc(rows * step);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let done = 0;
  while (done < count) {
    const wanted = Math.min(rows, count - done) * step;
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await handle.read(bytes, filled, wanted - filled, start + done * step + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const whole = Math.floor(filled / step);
    for (let at = 0; at < whole; at++) {
      const waiting = row(view, at * step);
      if (waiting !== undefined) await waiting;
    }
    done += whole;
    if (filled < wanted) break;
  }
  return done;
}
