/**
 * Reads a JSON file whose root is an object, element by element: of `{"images": [ {...}, ... ], ...}` every
 * image is parsed on its own, so a file of gigabytes needs the memory of one element. Values nobody asked
 * for are skipped.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { SlyError } from '../lib/errors.ts';
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
}

export type JsonHandler = (element: unknown, at: JsonPlace) => void | Promise<void>;
export type JsonHandlers = Readonly<Record<string, JsonHandler>>;
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
}

const CHUNK_BYTES = 1 << 20;

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
  const { signal, onBytes, chunkBytes = CHUNK_BYTES } = options;
  const handle = await open(file, 'r');
  try {
    return {
      keys: await scanRoot(createJsonReader(handle, { signal, onBytes, chunkBytes }), handlers, options),
    };
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
  await reader.expect(OPEN_OBJECT, "an object, '{'");
  let done = (await reader.peek()) === CLOSE_OBJECT;
  if (done) await reader.expect(CLOSE_OBJECT, "'}'");
  while (!done) {
    if ((await reader.peek()) !== QUOTE) throw reader.unexpected('a key in double quotes');
    const key = String(reader.parse(await reader.valueEnd(), () => 'a key'));
    keys.push(key);
    await reader.expect(COLON, "':'");
    const first = await reader.peek();
    const kind = first === OPEN_ARRAY ? 'array' : first === OPEN_OBJECT ? 'object' : 'other';
    options.onKey?.(key, kind);
    const handler = Object.hasOwn(handlers, key) ? handlers[key] : undefined;
    if (handler === undefined) await reader.skipValue();
    else if (kind === 'array') await scanArray(reader, key, handler);
    else {
      const offset = reader.offset();
      await handler(
        reader.parse(await reader.valueEnd(), () => key),
        { index: 0, offset },
      );
    }
    done = await reader.commaOrEnd(CLOSE_OBJECT, "',' or '}'");
  }
  if ((await reader.peek()) !== undefined) throw reader.unexpected('the end of the file');
  return keys;
}

async function scanArray(reader: JsonReader, key: string, handler: JsonHandler): Promise<void> {
  await reader.expect(OPEN_ARRAY, "'['");
  let done = (await reader.peek()) === CLOSE_ARRAY;
  if (done) await reader.expect(CLOSE_ARRAY, "']'");
  for (let index = 0; !done; index++) {
    // The common case, element and comma whole in memory, goes through without a single await.
    if (reader.peekNow() === undefined) await reader.peek();
    const end = reader.valueEndNow() ?? (await reader.valueEnd());
    const offset = reader.offset();
    const waiting = handler(
      reader.parse(end, () => `${key}[${index}]`),
      { index, offset },
    );
    if (waiting !== undefined) await waiting;
    done = reader.commaOrEndNow(CLOSE_ARRAY) ?? (await reader.commaOrEnd(CLOSE_ARRAY, "',' or ']'"));
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
