/** How much an archive may become. What headers announce is checked early, what really comes out is what counts. */
import { SlyError } from '../../../lib/errors.ts';

export interface UnpackLimits {
  /** All files together, bytes. */
  totalBytes: number;
  /** One file, bytes. */
  fileBytes: number;
  entries: number;
  /** Unpacked bytes a byte of the archive... */
  ratio: number;
  /** ...once this much was unpacked. */
  ratioFloorBytes: number;
  /** Length of an entry's path, bytes. */
  pathBytes: number;
  /** Folders in a path. */
  depth: number;
}

const MiB = 1 << 20;

export const DEFAULT_LIMITS: UnpackLimits = {
  totalBytes: 16 * 1024 * 1024 * MiB,
  fileBytes: 4 * 1024 * 1024 * MiB,
  entries: 2_000_000,
  ratio: 200,
  ratioFloorBytes: 256 * MiB,
  pathBytes: 1024,
  depth: 64,
};

export interface Budget {
  /** Counts an entry of any kind. */
  entry(): void;
  /** Counts bytes written; `fileBytes` of them to this file so far. */
  bytes(count: number, fileBytes: number, entry: string): void;
  /** Counts bytes that came out of the decompressor, headers and padding included. */
  stream(count: number): void;
  /** Refuses an archive that announces too much. */
  announced(total: number): void;
  written(): number;
}

/** Bytes of tar structure an entry may need: header, padding, extended headers. */
const OVERHEAD = 2048;

export function createBudget(limits: UnpackLimits, archiveBytes: number): Budget {
  const byRatio = Math.max(limits.ratioFloorBytes, limits.ratio * archiveBytes);
  const most = Math.min(limits.totalBytes, byRatio);
  let written = 0;
  let entries = 0;
  let streamed = 0;

  const tooMuch = (): SlyError =>
    byRatio < limits.totalBytes
      ? limitError(`it unpacks to more than ${limits.ratio} times its own ${archiveBytes} bytes`)
      : limitError(`it unpacks to more than ${limits.totalBytes} bytes`);

  return {
    entry() {
      if (++entries > limits.entries) throw limitError(`it has more than ${limits.entries} entries`);
    },
    bytes(count, fileBytes, entry) {
      written += count;
      if (fileBytes > limits.fileBytes)
        throw limitError(`${JSON.stringify(entry)} is larger than ${limits.fileBytes} bytes`, entry);
      if (written > most) throw tooMuch();
    },
    stream(count) {
      streamed += count;
      if (streamed > most + OVERHEAD * (entries + 1) + MiB) throw tooMuch();
    },
    announced(total) {
      if (total > most) throw tooMuch();
    },
    written: () => written,
  };
}

export function limitError(detail: string, file?: string): SlyError {
  return new SlyError('SLY_ARCHIVE_LIMIT', {
    detail,
    hint: 'If you trust it, unpack it yourself and drop the folder.',
    ...(file === undefined ? {} : { file }),
  });
}

export function dangerError(entry: string, why: string): SlyError {
  return new SlyError('SLY_ARCHIVE_DANGER', {
    detail: `entry ${JSON.stringify(entry.slice(0, 300))} ${why}`,
    hint: 'Nothing of this archive was used. Make it again from inside the dataset folder.',
    file: entry.slice(0, 300),
  });
}

export function badArchive(detail: string, cause?: unknown): SlyError {
  return new SlyError('SLY_ARCHIVE_BAD', {
    detail,
    hint: 'Copy it again, and test it with unzip -t or tar -tf.',
    ...(cause === undefined ? {} : { cause }),
  });
}
