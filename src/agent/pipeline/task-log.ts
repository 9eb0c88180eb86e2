/**
 * The log of one attempt: NDJSON lines in a file, sent to the platform by offset. Bounded: past
 * `maxBytes` lines are dropped and the number dropped is said in the last line.
 */
import { appendFileSync, closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { readLinesAt } from '../../lib/read-lines-at.ts';

export type TaskLogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface TaskLog {
  write(
    level: TaskLogLevel,
    from: 'agent' | 'plugin',
    message: string,
    extra?: Record<string, unknown>,
  ): void;
  flush(): void;
  /** Lines of the plugin that are already here, for a re-attached run whose output repeats. */
  pluginLines(run: number): number;
}

export interface TaskLogOptions {
  file: string;
  now: () => number;
  onFlush?: () => void;
  maxBytes?: number;
}

const FLUSH_MS = 100;
const FLUSH_BYTES = 1 << 16;

export function createTaskLog({ file, now, onFlush, maxBytes = 64 << 20 }: TaskLogOptions): TaskLog {
  let held = '';
  let size = sizeOf(file);
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (held === '') return;
    appendFileSync(file, held);
    size += Buffer.byteLength(held);
    held = '';
    onFlush?.();
  }

  function append(line: string): void {
    held += line;
    if (held.length >= FLUSH_BYTES) flush();
    timer ??= setTimeout(flush, FLUSH_MS);
  }

  return {
    write(level, from, message, extra = {}) {
      const entry = { time: new Date(now()).toISOString(), level, from, message, ...extra };
      if (size + held.length > maxBytes && level !== 'error') {
        dropped++;
        return;
      }
      if (dropped > 0) {
        const text = `${dropped} lines were dropped here: the log is full (${maxBytes} bytes)`;
        append(`${JSON.stringify({ ...entry, level: 'warn', from: 'agent', message: text })}\n`);
        dropped = 0;
      }
      append(`${JSON.stringify(entry)}\n`);
    },
    flush() {
      if (dropped > 0) {
        const text = `${dropped} lines were dropped here: the log is full (${maxBytes} bytes)`;
        held += `${JSON.stringify({ time: new Date(now()).toISOString(), level: 'warn', from: 'agent', message: text })}\n`;
        dropped = 0;
      }
      flush();
    },
    pluginLines(run) {
      flush();
      try {
        let count = 0;
        for (const line of readFileSync(file, 'utf8').split('\n')) {
          if (line.includes('"from":"plugin"') && line.includes(`"run":${run}`)) count++;
        }
        return count;
      } catch {
        return 0;
      }
    },
  };
}

export interface LogFile {
  size(): number;
  /** Whole lines from a byte offset, at most `maxBytes` (more only when one line is longer). */
  read(offset: number, maxBytes: number): string;
}

export function openLogFile(file: string): LogFile {
  return {
    size: () => sizeOf(file),
    read: (offset, maxBytes) => readLinesAt(file, offset, maxBytes),
  };
}

function sizeOf(file: string): number {
  try {
    const fd = openSync(file, 'r');
    try {
      return fstatSync(fd).size;
    } finally {
      closeSync(fd);
    }
  } catch {
    return 0;
  }
}
