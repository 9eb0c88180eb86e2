import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Whole lines of a file from a byte offset, at most `maxBytes` of them; more only when one line is longer.
 * Empty when no line is complete there yet. Throws the system's error when there is no such file.
 */
export function readLinesAt(file: string, offset: number, maxBytes: number): string {
  const fd = openSync(file, 'r');
  try {
    for (let want = maxBytes; ; want *= 2) {
      const left = fstatSync(fd).size - offset;
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(want, left)));
      const got = readSync(fd, buffer, 0, buffer.length, offset);
      const end = buffer.subarray(0, got).lastIndexOf(10);
      if (end >= 0) return buffer.toString('utf8', 0, end + 1);
      if (got < want) return '';
    }
  } finally {
    closeSync(fd);
  }
}
