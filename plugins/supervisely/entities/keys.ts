/** Keys of objects and figures: texts, written with and without dashes for the same thing. */
import { createHash } from 'node:crypto';
import { isRecord } from '../../../src/format/problem.ts';

const LONGEST = 100;

export const isKey = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST;

/** How two spellings of a key are compared; also the name of a geometry's file. */
export const plainKey = (key: string): string => key.replaceAll('-', '').toLowerCase();

/** For what came without one: the same for the same place of the same file, so that a second run changes nothing. */
export const madeKey = (file: string, place: string): string =>
  createHash('sha256').update(`${file}\n${place}`).digest('hex').slice(0, 32);

/** `objects` of key_id_map.json turned around: the server's number -> key. */
export function keysById(json: unknown): Map<number, string> {
  const keys = new Map<number, string>();
  const objects = isRecord(json) ? json.objects : undefined;
  if (isRecord(objects))
    for (const [key, id] of Object.entries(objects)) if (typeof id === 'number') keys.set(id, key);
  return keys;
}
