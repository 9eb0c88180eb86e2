/**
 * Logs of attempts: `<folder>/<task id>/<attempt>.ndjson`, appended by byte offset.
 * Invariants: the file is a prefix of the agent's own log; a piece that leaves a gap is not written; a piece
 * that is there already is not written twice. Past `maxBytes` lines are counted as received and dropped, and
 * the last line says so. Appends are synchronous: two connections of one agent cannot mix their pieces.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { readLinesAt } from '../../lib/read-lines-at.ts';
import type { LogSlice } from '../ports/tasks.ts';

export interface LogStore {
  /** The byte wanted next. */
  size(taskId: number, attempt: number): number;
  /** `wanted`: the byte wanted next. `added`: what is new in the file, or null. */
  append(
    taskId: number,
    attempt: number,
    piece: { offset: number; text: string },
  ): { wanted: number; added: { offset: number; text: string } | null };
  has(taskId: number, attempt: number): boolean;
  /** Whole lines from `offset`, at most `maxBytes` (more only when one line is longer). */
  read(taskId: number, attempt: number, range: { offset: number; maxBytes: number }): LogSlice;
}

export function createLogStore(options: { folder: string; maxBytes: number }): LogStore {
  /** Sizes of files this process has looked at; the first look repairs what a crash cut off. */
  const sizes = new Map<string, number>();
  const fileOf = (taskId: number, attempt: number): string =>
    path.join(options.folder, String(taskId), `${attempt}.ndjson`);

  function sizeOf(file: string): number {
    const known = sizes.get(file);
    if (known !== undefined) return known;
    const size = existsSync(file) ? repair(file) : 0;
    remember(file, size);
    return size;
  }

  function remember(file: string, size: number): void {
    sizes.delete(file);
    sizes.set(file, size);
    const oldest = sizes.size > 1000 ? sizes.keys().next().value : undefined;
    if (oldest !== undefined) sizes.delete(oldest);
  }

  function write(file: string, at: number, bytes: Uint8Array): void {
    mkdirSync(path.dirname(file), { recursive: true });
    const fd = openSync(file, 'a');
    try {
      writeSync(fd, bytes);
    } catch (error) {
      // A disk that got full in the middle of a piece: what is there would be a gap later.
      ftruncateSync(fd, at);
      throw error;
    } finally {
      closeSync(fd);
    }
    remember(file, at + bytes.length);
  }

  return {
    size: (taskId, attempt) => sizeOf(fileOf(taskId, attempt)),
    append(taskId, attempt, { offset, text }) {
      const file = fileOf(taskId, attempt);
      const size = sizeOf(file);
      const bytes = Buffer.from(text);
      const end = offset + bytes.length;
      if (size >= options.maxBytes) return { wanted: Math.max(end, size), added: null };
      if (offset > size || end <= size) return { wanted: size, added: null };
      const fresh = bytes.subarray(size - offset);
      if (size + fresh.length > options.maxBytes) {
        const message = `the rest was dropped: the log is full (${options.maxBytes} bytes)`;
        const line = `${JSON.stringify({ level: 'warn', from: 'platform', message })}\n`;
        // Padded past the cap, so that after a restart the size alone says that the log is full.
        const pad = line.padStart(options.maxBytes - size + 1, ' ');
        write(file, size, Buffer.from(pad));
        return { wanted: end, added: { offset: size, text: pad } };
      }
      write(file, size, fresh);
      return { wanted: end, added: { offset: size, text: fresh.toString('utf8') } };
    },
    has: (taskId, attempt) => existsSync(fileOf(taskId, attempt)),
    read(taskId, attempt, { offset, maxBytes }) {
      const file = fileOf(taskId, attempt);
      const size = sizeOf(file);
      const text = offset < size ? readLinesAt(file, offset, maxBytes) : '';
      return { attempt, offset, text, nextOffset: offset + Buffer.byteLength(text), size };
    },
  };
}

/** Cuts a half line at the end: the agent sends it again from there. */
function repair(file: string): number {
  const { size } = statSync(file);
  const fd = openSync(file, 'r+');
  try {
    const step = 1 << 16;
    for (let end = size; end > 0; end -= step) {
      const start = Math.max(0, end - step);
      const buffer = Buffer.allocUnsafe(end - start);
      readSync(fd, buffer, 0, buffer.length, start);
      const newline = buffer.lastIndexOf(10);
      if (newline < 0) continue;
      if (start + newline + 1 < size) ftruncateSync(fd, start + newline + 1);
      return start + newline + 1;
    }
    if (fstatSync(fd).size > 0) ftruncateSync(fd, 0);
    return 0;
  } finally {
    closeSync(fd);
  }
}
