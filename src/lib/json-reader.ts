/**
 * A window that moves over the bytes of a JSON file and finds where values end. It holds the value it stands
 * at and nothing else, so its memory is one read or one value, whichever is larger. What is asked with `Now`
 * answers from memory or not at all; the async twin reads on.
 */
import type { FileHandle } from 'node:fs/promises';

/** Where and what; the caller knows the file and turns it into a SlyError with line and column. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly offset: number;
  readonly hint: string | undefined;

  constructor(offset: number, message: string, hint?: string) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

/** A longer single value is refused; a JavaScript string could not hold much more. */
const MAX_VALUE_BYTES = 256 << 20;

const BACKSLASH = 0x5c;
const COMMA = 0x2c;
export const QUOTE = 0x22;
export const COLON = 0x3a;
export const OPEN_ARRAY = 0x5b;
export const CLOSE_ARRAY = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

export interface JsonReader {
  /** Byte of the file the reader stands at. */
  offset(): number;
  /** Next byte that is no white space, not taken; undefined at the end of the file. */
  peek(): Promise<number | undefined>;
  peekNow(): number | undefined;
  expect(byte: number, what: string): Promise<void>;
  /** Takes `,` (false) or `close` (true). */
  commaOrEnd(close: number, what: string): Promise<boolean>;
  commaOrEndNow(close: number): boolean | undefined;
  /** Where the value that begins here ends, as a position for `parse`; all of it is in memory then. */
  valueEnd(): Promise<number>;
  valueEndNow(): number | undefined;
  /** Parses and takes the value up to `end`; `describe` names it in an error. */
  parse(end: number, describe: () => string): unknown;
  /** Takes the value that begins here without keeping it; of arrays and objects only the brackets are counted. */
  skipValue(): Promise<void>;
  skipByteOrderMark(): Promise<void>;
  unexpected(expected: string): JsonFault;
}

export interface JsonReaderOptions {
  signal: AbortSignal;
  onBytes?: ((bytes: number) => void) | undefined;
  chunkBytes: number;
}

export function createJsonReader(handle: FileHandle, options: JsonReaderOptions): JsonReader {
  let buffer = Buffer.allocUnsafe(options.chunkBytes);
  /** Offset in the file of buffer[0]. */
  let base = 0;
  let at = 0;
  let filled = 0;
  let ended = false;
  // The scan of one value, which goes on after more was read. `cursor` may stand one past `filled`: behind a
  // backslash whose other half is not there yet.
  let scanning = false;
  let scalar = false;
  let cursor = 0;
  let depth = 0;
  let inString = false;

  /** Reads more behind what is kept from `at` on; false at the end of the file. */
  async function more(): Promise<boolean> {
    options.signal.throwIfAborted();
    if (ended) return false;
    if (at > 0) {
      buffer.copyWithin(0, at, filled);
      base += at;
      filled -= at;
      cursor -= at;
      at = 0;
    }
    if (filled === buffer.length) {
      if (filled >= MAX_VALUE_BYTES)
        throw new JsonFault(base, `expected values of at most ${MAX_VALUE_BYTES} bytes, got a longer one`);
      const larger = Buffer.allocUnsafe(buffer.length * 2);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
    }
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, base + filled);
    if (bytesRead === 0) ended = true;
    else options.onBytes?.(bytesRead);
    filled += bytesRead;
    return bytesRead > 0;
  }

  function peekNow(): number | undefined {
    for (; at < filled; at++) {
      const byte = buffer[at] as number;
      if (!isSpace(byte)) return byte;
    }
    return undefined;
  }

  async function peek(): Promise<number | undefined> {
    for (;;) {
      const byte = peekNow();
      if (byte !== undefined || !(await more())) return byte;
    }
  }

  function unexpected(expected: string): JsonFault {
    const got = at < filled ? shownBytes(buffer.subarray(at, filled)) : 'the end of the file';
    return new JsonFault(base + at, `expected ${expected}, got ${got}`);
  }

  /** Starts to scan the value at `at`, or goes on with it. */
  function scan(): number | undefined {
    if (!scanning) {
      const first = buffer[at];
      scanning = true;
      scalar = first !== QUOTE && first !== OPEN_OBJECT && first !== OPEN_ARRAY;
      cursor = at;
      depth = 0;
      inString = false;
    }
    const end = scalar ? scanScalar() : scanNested();
    if (end !== undefined) scanning = false;
    return end;
  }

  function scanScalar(): number | undefined {
    while (cursor < filled && !endsScalar(buffer[cursor] as number)) cursor++;
    return cursor < filled || ended ? cursor : undefined;
  }

  /** The hot loop of a large import: local copies, no calls. */
  function scanNested(): number | undefined {
    const bytes = buffer;
    const limit = filled;
    let i = cursor;
    while (i < limit) {
      let byte = bytes[i] as number;
      if (!inString) {
        i++;
        if (byte === QUOTE) inString = true;
        else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
        else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return i;
        continue;
      }
      while (byte !== QUOTE && byte !== BACKSLASH && ++i < limit) byte = bytes[i] as number;
      if (i >= limit) break;
      if (byte === BACKSLASH) i += 2;
      else {
        i++;
        inString = false;
        if (depth === 0) return i;
      }
    }
    cursor = i;
    return undefined;
  }

  async function valueEnd(): Promise<number> {
    for (;;) {
      const end = scan();
      if (end !== undefined) return end;
      if (!(await more()) && !scalar)
        throw new JsonFault(base + at, 'expected the end of this value, got the end of the file');
    }
  }

  function parse(end: number, describe: () => string): unknown {
    if (end === at) throw unexpected('a value');
    const text = buffer.toString('utf8', at, end);
    try {
      const value: unknown = JSON.parse(text);
      at = end;
      return value;
    } catch (error) {
      throw faultIn(text, base + at, describe(), error);
    }
  }

  async function skipValue(): Promise<void> {
    const start = base + at;
    for (;;) {
      const end = scan();
      if (end !== undefined) {
        // Scalars are short: they are checked even when nobody wants them.
        if (scalar) parse(end, () => 'a value');
        else at = end;
        return;
      }
      if (!scalar) at = Math.min(cursor, filled);
      if (!(await more()) && !scalar)
        throw new JsonFault(start, 'expected the end of this value, got the end of the file');
    }
  }

  return {
    offset: () => base + at,
    peek,
    peekNow,
    valueEnd,
    valueEndNow: scan,
    parse,
    skipValue,
    unexpected,

    async expect(byte, what) {
      if ((await peek()) !== byte) throw unexpected(what);
      at++;
    },

    commaOrEndNow(close) {
      const byte = peekNow();
      if (byte !== COMMA && byte !== close) return undefined;
      at++;
      return byte === close;
    },

    async commaOrEnd(close, what) {
      const byte = await peek();
      if (byte !== COMMA && byte !== close) throw unexpected(what);
      at++;
      return byte === close;
    },

    async skipByteOrderMark() {
      while (filled < 3 && (await more()));
      const [a, b, c] = buffer.subarray(0, filled);
      if (a === 0xef && b === 0xbb && c === 0xbf) at = 3;
      else if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
        throw new JsonFault(0, 'expected UTF-8 text, got UTF-16', 'Save the file as UTF-8.');
    },
  };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endsScalar(byte: number): boolean {
  return (
    isSpace(byte) ||
    byte === COMMA ||
    byte === CLOSE_ARRAY ||
    byte === CLOSE_OBJECT ||
    byte === QUOTE ||
    byte === OPEN_ARRAY ||
    byte === OPEN_OBJECT
  );
}

/** What stands there, as a person recognises it. */
function shownBytes(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 24).toString('utf8').split(/\s/)[0]);
}

/** JSON.parse names the position in some of its messages; without one the value's own beginning must do. */
function faultIn(text: string, offset: number, what: string, error: unknown): JsonFault {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  const before = position === undefined ? 0 : Buffer.byteLength(text.slice(0, Number(position)));
  const said = message.replace(/ in JSON at position.*$/s, '').slice(0, 200);
  const constant = /(?<!["\w])-?(?:NaN|Infinity)(?!["\w])/.exec(text)?.[0];
  if (constant === undefined) return new JsonFault(offset + before, `${what}: ${said}`);
  return new JsonFault(
    offset + before,
    `${what}: expected a number, got ${constant}`,
    'JSON has no such number; write null, or leave the key out.',
  );
}
