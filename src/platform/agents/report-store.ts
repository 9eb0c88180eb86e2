/** Per-file reports of attempts, beside their logs: `<folder>/<task id>/<attempt>.report.ndjson`, whole or not at all. */
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fsyncFolder } from '../../lib/atomic-file.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';

export interface ReportStore {
  /** Replaces an earlier one. SLY_TOO_LARGE past the cap; then the earlier one stays. */
  put(taskId: number, attempt: number, body: Readable): Promise<void>;
  /** The report of the highest attempt that has one. */
  openNewest(taskId: number, attempt: number): Promise<Readable | undefined>;
}

export function createReportStore(options: { folder: string; maxBytes: number }): ReportStore {
  const fileOf = (taskId: number, attempt: number): string =>
    path.join(options.folder, String(taskId), `${attempt}.report.ndjson`);

  async function fill(temp: string, body: Readable): Promise<void> {
    const handle = await open(temp, 'wx');
    try {
      let size = 0;
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > options.maxBytes) {
          throw new SlyError('SLY_TOO_LARGE', {
            detail: `expected a report of at most ${options.maxBytes} bytes, got more`,
          });
        }
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  return {
    async put(taskId, attempt, body) {
      const file = fileOf(taskId, attempt);
      await mkdir(path.dirname(file), { recursive: true });
      const temp = `${file}.${newKey()}.tmp`;
      try {
        await fill(temp, body);
        await rename(temp, file);
        await fsyncFolder(path.dirname(file));
      } catch (error) {
        await rm(temp, { force: true });
        throw error;
      }
    },
    async openNewest(taskId, attempt) {
      for (let at = attempt; at >= 1; at--) {
        try {
          const handle = await open(fileOf(taskId, at), 'r');
          return createReadStream('', { fd: handle });
        } catch (error) {
          if (errnoOf(error) !== 'ENOENT') throw error;
        }
      }
      return undefined;
    },
  };
}
