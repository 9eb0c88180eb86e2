/**
 * `<upload>/.sly/`: what a person with nothing but a file manager sees. Owns that folder's status and report
 * files. Everything in them can be made again from the journal, so they are renamed into place but not
 * synced, and nothing here ever stops an import: a folder that cannot be written is warned about once.
 */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Counts } from '../../protocol/task.ts';
import { statusName } from './status-name.ts';

export interface SourceStatus {
  source: string;
  /** settling | queued | fetching | converting | publishing | succeeded | failed | canceled | ignored */
  state: string;
  detail?: string;
  hint?: string;
  /** Settling: seconds without a change that are waited for. */
  seconds?: number;
  files?: number;
  bytes?: number;
  task?: string;
  version?: number;
  plugin?: string;
  because?: string;
  project?: string;
  projectId?: number;
  link?: string;
  counts?: Counts;
  /** What the plugin ran as and the most it used, in words. */
  ran?: string;
  code?: string;
  report?: string;
  /** ISO-8601 UTC. */
  takenAt?: string;
  endedAt?: string;
}

export interface StatusFiles {
  /** The latest status of a source wins; one that says nothing new is not written. */
  put(status: SourceStatus): void;
  /** Writes the report from text pieces; false when it could not be written. */
  writeReport(source: string, pieces: AsyncIterable<string>): Promise<boolean>;
  hasReport(source: string): Promise<boolean>;
  reportName(source: string): string;
  remove(source: string): void;
  /** Removes files of sources that are not known any more. */
  sweep(known: ReadonlySet<string>): Promise<void>;
  /** Resolves when everything put so far is written or given up. */
  flush(): Promise<void>;
}

export const SLY_FOLDER = '.sly';
const STATUS = '.status.json';
const REPORT = '.report.txt';

export function createStatusFiles(deps: { uploadFolder: string; log: Logger }): StatusFiles {
  const folder = path.join(deps.uploadFolder, SLY_FOLDER);
  const pending = new Map<string, SourceStatus | null>();
  /** What stands on disk, so that the same text is not written again. */
  const written = new Map<string, string>();
  /** Temporary files of this run; those of another one are leftovers. */
  const run = randomBytes(6).toString('hex');
  let temps = 0;
  let warned = false;
  let working: Promise<void> | undefined;

  const fileOf = (source: string, ending: string): string =>
    path.join(folder, `${statusName(source)}${ending}`);

  function warn(error: unknown): void {
    const level = warned ? 'debug' : 'warn';
    warned = true;
    deps.log[level]({ err: error, folder }, 'status files cannot be written; imports go on without them');
  }

  async function replace(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
    await ensureFolder(folder);
    const temp = path.join(folder, `.${run}-${++temps}.tmp`);
    const handle = await open(temp, 'wx', 0o644);
    try {
      for await (const piece of pieces) await handle.write(piece);
    } catch (error) {
      await rm(temp, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    await rename(temp, file);
    warned = false;
  }

  async function write(source: string, status: SourceStatus | null): Promise<void> {
    if (status === null) {
      written.delete(source);
      for (const ending of [STATUS, REPORT]) await rm(fileOf(source, ending), { force: true });
      return;
    }
    const text = `${JSON.stringify(status, null, 2)}\n`;
    const file = fileOf(source, STATUS);
    if (!written.has(source)) written.set(source, await readFile(file, 'utf8').catch(() => ''));
    if (written.get(source) === text) return;
    await replace(file, [text]);
    written.set(source, text);
  }

  async function work(): Promise<void> {
    for (let next = first(pending); next !== undefined; next = first(pending)) {
      pending.delete(next[0]);
      try {
        await write(...next);
      } catch (error) {
        written.delete(next[0]);
        warn(error);
      }
    }
    working = undefined;
  }

  function enqueue(source: string, status: SourceStatus | null): void {
    pending.set(source, status);
    working ??= Promise.resolve().then(work);
  }

  return {
    put: (status) => enqueue(status.source, status),
    remove: (source) => enqueue(source, null),
    async writeReport(source, pieces) {
      try {
        await replace(fileOf(source, REPORT), pieces);
        return true;
      } catch (error) {
        warn(error);
        return false;
      }
    },
    hasReport: async (source) => (await lstat(fileOf(source, REPORT)).catch(() => undefined)) !== undefined,
    reportName: (source) => `${statusName(source)}${REPORT}`,
    async sweep(known) {
      const keep = new Set(
        [...known].flatMap((name) => [STATUS, REPORT].map((end) => `${statusName(name)}${end}`)),
      );
      for (const name of await readdir(folder).catch(() => [])) {
        const isTemp = /^\.[0-9a-f]{12}-\d+\.tmp$/.test(name) && !name.startsWith(`.${run}-`);
        const isOurs = name.endsWith(STATUS) || name.endsWith(REPORT) || isTemp;
        if (isOurs && !keep.has(name))
          await rm(path.join(folder, name), { force: true }).catch(() => undefined);
      }
    },
    async flush() {
      while (working !== undefined) await working;
    },
  };
}

/** A planted link must not make us write elsewhere. */
export async function ensureFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o755 });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  if (!(await lstat(folder)).isDirectory()) throw new Error(`${folder} is not a folder`);
}

function first<K, V>(map: ReadonlyMap<K, V>): [K, V] | undefined {
  for (const entry of map) return entry;
  return undefined;
}
