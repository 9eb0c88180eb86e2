/** Small JSON files of a project folder a plugin left behind. */
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isRecord } from '../../format/problem.ts';

const MAX_BYTES = 256 << 20;

/** `file`: below `results`. Throws when it is too large or no JSON. */
export async function readJsonFile(results: string, file: string): Promise<unknown> {
  const absolute = path.join(results, file);
  const { size } = await lstat(absolute);
  if (size > MAX_BYTES) throw new Error(`${file}: ${size} bytes are too many`);
  return JSON.parse(await readFile(absolute, 'utf8')) as unknown;
}

/** An object of the file's keys; of no file, or of one that holds something else, an empty one. */
export async function readRecordFile(
  results: string,
  file: string | undefined,
): Promise<Record<string, unknown>> {
  const json = file === undefined ? undefined : await readJsonFile(results, file);
  return isRecord(json) ? json : {};
}
