/** A whole JSON file of a project; errors name it as the reader knows it. */
import { readFileSync } from 'node:fs';
import { errnoOf, SlyError } from '../lib/errors.ts';

export function readJsonFile(absolute: string, shownAs: string): unknown {
  try {
    return JSON.parse(readFileSync(absolute, 'utf8')) as unknown;
  } catch (error) {
    const what = errnoOf(error) === 'ENOENT' ? 'the file is not there' : (error as Error).message;
    throw new SlyError('SLY_FORMAT_JSON', { detail: what, file: shownAs, cause: error });
  }
}
