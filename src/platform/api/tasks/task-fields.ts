/**
 * Fields of a task's data: one JSON object, addressed by names joined with dots. Pure: what is changed is copied,
 * and any name is only a name (`__proto__` too).
 */
import { SlyError } from '../../../lib/errors.ts';

type Json = Record<string, unknown>;

export interface FieldChange {
  field: string;
  payload: unknown;
  /** Adds to what is there: the elements of an array, the keys of an object. Else it is replaced. */
  append?: boolean | null | undefined;
  /** With `append`: objects inside of objects are added to as well. */
  recursive?: boolean | null | undefined;
}

const MOST_PARTS = 64;

export function setField(data: Json, change: FieldChange): Json {
  return setIn(data, partsOf(change.field), change) as Json;
}

/** Null when there is no such field. */
export function getField(data: Json, field: string): unknown {
  let value: unknown = data;
  for (const part of partsOf(field)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return null;
    value = (value as Json)[part];
  }
  return value;
}

function partsOf(field: string): string[] {
  const parts = field.split('.');
  if (parts.length <= MOST_PARTS && parts.every((part) => part !== '')) return parts;
  throw new SlyError('SLY_USAGE', {
    detail: `field: expected names joined by dots, like "data.progress", got ${JSON.stringify(field.slice(0, 200))}`,
  });
}

function setIn(value: unknown, [part, ...rest]: readonly string[], change: FieldChange): unknown {
  if (part === undefined) return combined(value, change);
  if (Array.isArray(value)) {
    const at = /^\d{1,9}$/.test(part) ? Number(part) : -1;
    if (at < 0 || at > value.length) {
      throw new SlyError('SLY_USAGE', {
        detail: `field ${change.field}: expected an index of 0 to ${value.length}, got ${part}`,
      });
    }
    return Object.assign([...value], { [at]: setIn(value[at], rest, change) });
  }
  const object = isObject(value) ? value : {};
  const before = Object.hasOwn(object, part) ? object[part] : undefined;
  return { ...object, [part]: setIn(before, rest, change) };
}

function combined(value: unknown, { payload, append, recursive }: FieldChange): unknown {
  if (append !== true) return payload;
  if (Array.isArray(value)) return [...value, ...(Array.isArray(payload) ? payload : [payload])];
  if (!isObject(value) || !isObject(payload)) return payload;
  return recursive === true ? merged(value, payload) : { ...value, ...payload };
}

function merged(value: Json, more: Json): Json {
  // Entries become own keys whatever their name; an assignment to `__proto__` would not.
  const entries = Object.entries(more).map(([key, given]): [string, unknown] => {
    const before = Object.hasOwn(value, key) ? value[key] : undefined;
    return [key, isObject(before) && isObject(given) ? merged(before, given) : given];
  });
  return { ...value, ...Object.fromEntries(entries) };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
