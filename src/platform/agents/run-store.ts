/** What the runs of attempts were and used, beside their logs: `<folder>/<task id>/<attempt>.run.json`. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { errnoOf } from '../../lib/errors.ts';
import { createParser } from '../../lib/schema.ts';
import { type RunRecord, RunRecordSchema } from '../../protocol/run-record.ts';

export interface RunStore {
  /** Replaces an earlier one, unless that is of a later run or knows already how this one ended. */
  put(taskId: number, attempt: number, record: RunRecord): Promise<void>;
  /** Of all attempts that have one, by attempt; the latest ones when there are more than `most`. */
  list(taskId: number, most: number): Promise<{ attempt: number; run: RunRecord }[]>;
}

const records = createParser(RunRecordSchema);
const FILE = /^(\d+)\.run\.json$/;

export function createRunStore(folder: string): RunStore {
  const fileOf = (taskId: number, attempt: number): string =>
    path.join(folder, String(taskId), `${attempt}.run.json`);
  /** Two at once of one attempt would write one temporary file. */
  const writing = new Map<string, Promise<void>>();

  async function read(file: string): Promise<RunRecord | undefined> {
    try {
      return records.parse(JSON.parse(await readFile(file, 'utf8')), 'run.json');
    } catch {
      // Not there, or of another version: as good as none.
      return undefined;
    }
  }

  async function replace(file: string, record: RunRecord): Promise<void> {
    const known = await read(file);
    const isOlder =
      known !== undefined &&
      (known.run > record.run ||
        (known.run === record.run && known.endedAt !== undefined && record.endedAt === undefined));
    if (isOlder) return;
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, JSON.stringify(record));
  }

  return {
    async put(taskId, attempt, record) {
      const file = fileOf(taskId, attempt);
      const before = writing.get(file) ?? Promise.resolve();
      const work = before.catch(() => undefined).then(() => replace(file, record));
      writing.set(file, work);
      try {
        await work;
      } finally {
        if (writing.get(file) === work) writing.delete(file);
      }
    },
    async list(taskId, most) {
      const attempts = (await namesIn(path.join(folder, String(taskId))))
        .flatMap((name) => FILE.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b)
        .slice(-most);
      const found = [];
      for (const attempt of attempts) {
        const run = await read(fileOf(taskId, attempt));
        if (run !== undefined) found.push({ attempt, run });
      }
      return found;
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
