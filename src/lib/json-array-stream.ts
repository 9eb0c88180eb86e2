/**
 * Reads a large JSON file element by element: of `{"images": [ {...}, ... ], ...}` every image is parsed on its
 * own, so a file of gigabytes needs the memory of one element; also where the root is a list (`onElement`), an
 * object of many members (`scanJsonMembers`), or where elements hold lists themselves (handlers in handlers).
 * Values nobody asked for are skipped.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { SlyError } from './errors.ts';
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  createJsonReader,
  JsonFault,
  type JsonReader,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
} from './json-reader.ts';

export interface JsonPlace {
  /** Of the element in its array; 0 for a value that is no array. */
  index: number;
  /** Byte in the file where the element begins. */
  offset: number;
  /** How many bytes it has. */
  bytes: number;
  /** Its key, for a member of an object. */
  key?: string;
  /** Indices of the elements it lies in, outermost first; empty below the root. */
  within: readonly number[];
}

export type JsonHandler = (element: unknown, at: JsonPlace) => void | Promise<void>;
/** Handlers in the place of one: the value is a list of objects (or null), and they are called for the keys of each. */
export interface JsonHandlers {
  readonly [key: string]: JsonHandler | JsonHandlers;
}
export type JsonValueKind = 'array' | 'object' | 'other';

export interface ScanJsonOptions {
  signal: AbortSignal;
  /** Called with the size of each piece that was read. */
  onBytes?(bytes: number): void;
  /** Called for every top-level key, before its value. */
  onKey?(key: string, kind: JsonValueKind): void;
  /** Bytes read at once. */
  chunkBytes?: number;
  /** Path an error names instead of the file's own. */
  shownAs?: string;
  /** Top-level keys whose value, where it is an object, is handed over member by member. */
  members?: readonly string[];
  /** Asked for every top-level key without a handler: who takes its whole value. Undefined: it is skipped. */
  rest?(key: string): ((value: unknown) => void) | undefined;
  /** Called for each element of a file whose root is an array; without it such a file is an error. */
  onElement?: JsonHandler;
}

const CHUNK_BYTES = 1 << 20;
/** Of `null`: no other value begins with it. */
const LETTER_N = 0x6e;

/**
 * Calls `handlers[key]` for every element of the array at that top-level key, or once with the whole value
 * where it is no array. A handler that returns a promise is waited for; one that returns nothing costs no
 * await. Resolves to the top-level keys in file order. Throws SLY_FORMAT_JSON with byte offset, line and
 * column; what a handler throws comes out unchanged.
 */
export async function scanJson(
  file: string,
  handlers: JsonHandlers,
  options: ScanJsonOptions,
): Promise<{ keys: string[] }> {
  return { keys: await withReader(file, options, (reader) => scanRoot(reader, handlers, options)) };
}

/** Calls `handler` for every member of the object that is the root, whatever their keys are. Errors as `scanJson`. */
export async function scanJsonMembers(
  file: string,
  handler: JsonHandler,
  options: ScanJsonOptions,
): Promise<void> {
  await withReader(file, options, async (reader) => {
    await reader.skipByteOrderMark();
    await scanMembers(reader, '', handler);
    if ((await reader.peek()) !== undefined) throw reader.unexpected('the end of the file');
  });
}

async function withReader<T>(
  file: string,
  options: ScanJsonOptions,
  work: (reader: JsonReader) => Promise<T>,
): Promise<T> {
  const { signal, onBytes, chunkBytes = CHUNK_BYTES } = options;
  const handle = await open(file, 'r');
  try {
    // One byte more than a small file, so that its end is seen without a larger buffer.
    const { size } = await handle.stat();
    const atOnce = Math.min(chunkBytes, Math.max(4096, size + 1));
    return await work(createJsonReader(handle, { signal, onBytes, chunkBytes: atOnce }));
  } catch (error) {
    throw error instanceof JsonFault ? await describeFault(file, options.shownAs, error) : error;
  } finally {
    await handle.close();
  }
}

async function scanRoot(
  reader: JsonReader,
  handlers: JsonHandlers,
  options: ScanJsonOptions,
): Promise<string[]> {
  const keys: string[] = [];
  await reader.skipByteOrderMark();
  if (options.onElement !== undefined && (await reader.peek()) === OPEN_ARRAY) {
    await scanArray(reader, ROOT, options.onElement);
    if ((await reader.peek()) !== undefined) throw reader.unexpected('the end of the file');
    return keys;
  }
  await scanObject(reader, handlers, ROOT, {
    onKey(key, kind) {
      keys.push(key);
      options.onKey?.(key, kind);
    },
    rest: options.rest,
    members: options.members ?? [],
  });
  if ((await reader.peek()) !== undefined) throw reader.unexpected('the end of the file');
  return keys;
}

/** Where an object lies: as a person reads it, and as JsonPlace has it. */
interface ObjectPlace {
  path: string;
  within: readonly number[];
}

const ROOT: ObjectPlace = { path: '', within: [] };

async function scanObject(
  reader: JsonReader,
  handlers: JsonHandlers,
  place: ObjectPlace,
  options: Pick<ScanJsonOptions, 'onKey'> & {
    rest?: ScanJsonOptions['rest'] | undefined;
    members: readonly string[];
  },
): Promise<void> {
  await reader.expect(OPEN_OBJECT, "an object, '{'");
  let done = (await reader.peek()) === CLOSE_OBJECT;
  if (done) await reader.expect(CLOSE_OBJECT, "'}'");
  while (!done) {
    if ((await reader.peek()) !== QUOTE) throw reader.unexpected('a key in double quotes');
    const key = String(reader.parse(await reader.valueEnd(), () => 'a key'));
    await reader.expect(COLON, "':'");
    const first = await reader.peek();
    const kind = first === OPEN_ARRAY ? 'array' : first === OPEN_OBJECT ? 'object' : 'other';
    options.onKey?.(key, kind);
    const handler = Object.hasOwn(handlers, key) ? handlers[key] : undefined;
    const path = place.path === '' ? key : `${place.path}.${key}`;
    if (handler === undefined) {
      const take = options.rest?.(key);
      if (take === undefined) await reader.skipValue();
      else take(reader.parse(await reader.valueEnd(), () => path));
    } else if (typeof handler === 'object') await scanObjects(reader, handler, { ...place, path });
    else if (kind === 'array') await scanArray(reader, { ...place, path }, handler);
    else if (kind === 'object' && options.members.includes(key)) await scanMembers(reader, path, handler);
    else {
      const end = await reader.valueEnd();
      const offset = reader.offset();
      const value = reader.parse(end, () => path);
      const { within } = place;
      await handler(value, { index: 0, offset, bytes: reader.offset() - offset, within });
    }
    done = await reader.commaOrEnd(CLOSE_OBJECT, "',' or '}'");
  }
}

/** A list of objects, key by key; null is a list of none. */
async function scanObjects(reader: JsonReader, handlers: JsonHandlers, place: ObjectPlace): Promise<void> {
  if ((await reader.peek()) === LETTER_N) return void reader.parse(await reader.valueEnd(), () => place.path);
  await reader.expect(OPEN_ARRAY, "a list, '['");
  let done = (await reader.peek()) === CLOSE_ARRAY;
  if (done) await reader.expect(CLOSE_ARRAY, "']'");
  for (let index = 0; !done; index++) {
    const path = `${place.path}[${index}]`;
    await scanObject(reader, handlers, { path, within: [...place.within, index] }, { members: [] });
    done = await reader.commaOrEnd(CLOSE_ARRAY, "',' or ']'");
  }
}

async function scanArray(
  reader: JsonReader,
  { path, within }: ObjectPlace,
  handler: JsonHandler,
): Promise<void> {
  await reader.expect(OPEN_ARRAY, "'['");
  let done = (await reader.peek()) === CLOSE_ARRAY;
  if (done) await reader.expect(CLOSE_ARRAY, "']'");
  for (let index = 0; !done; index++) {
    // The common case, element and comma whole in memory, goes through without a single await.
    if (reader.peekNow() === undefined) await reader.peek();
    const end = reader.valueEndNow() ?? (await reader.valueEnd());
    const offset = reader.offset();
    const value = reader.parse(end, () => `${path}[${index}]`);
    const waiting = handler(value, { index, offset, bytes: reader.offset() - offset, within });
    if (waiting !== undefined) await waiting;
    done = reader.commaOrEndNow(CLOSE_ARRAY) ?? (await reader.commaOrEnd(CLOSE_ARRAY, "',' or ']'"));
  }
}

async function scanMembers(reader: JsonReader, key: string, handler: JsonHandler): Promise<void> {
  await reader.expect(OPEN_OBJECT, "an object, '{'");
  let done = (await reader.peek()) === CLOSE_OBJECT;
  if (done) await reader.expect(CLOSE_OBJECT, "'}'");
  for (let index = 0; !done; index++) {
    if ((await reader.peek()) !== QUOTE) throw reader.unexpected('a key in double quotes');
    const name = String(reader.parse(await reader.valueEnd(), () => 'a key'));
    await reader.expect(COLON, "':'");
    await reader.peek();
    const end = await reader.valueEnd();
    const offset = reader.offset();
    const value = reader.parse(end, () => (key === '' ? name : `${key}.${name}`));
    const { within } = ROOT;
    const waiting = handler(value, { index, offset, bytes: reader.offset() - offset, key: name, within });
    if (waiting !== undefined) await waiting;
    done = await reader.commaOrEnd(CLOSE_OBJECT, "',' or '}'");
  }
}

/** Only now, when somebody has to look at the place, are the lines up to it counted. */
async function describeFault(file: string, shownAs: string | undefined, fault: JsonFault): Promise<SlyError> {
  let line = 1;
  let column = 1;
  if (fault.offset > 0) {
    for await (const chunk of createReadStream(file, { end: fault.offset - 1 }) as AsyncIterable<Buffer>) {
      for (const byte of chunk) {
        if (byte === 0x0a) {
          line++;
          column = 1;
        } else if ((byte & 0xc0) !== 0x80) column++;
      }
    }
  }
  return new SlyError('SLY_FORMAT_JSON', {
    detail: `line ${line}, column ${column} (byte ${fault.offset}): ${fault.message}`,
    file: shownAs ?? path.basename(file),
    ...(fault.hint === undefined ? {} : { hint: fault.hint }),
  });
}
