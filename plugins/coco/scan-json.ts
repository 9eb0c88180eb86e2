/**
 * One pass over the bytes of a COCO file of any size: checks the whole syntax, hands out the bytes of each image,
 * category and license, and of each annotation only where it lies, whose it is and what it has. Nothing of
 * an annotation is parsed here: they are most of the file, come in no order, and are parsed once, when
 * their image is written. Memory is one read, or one element where that is larger.
 */
import type { FileHandle } from 'node:fs/promises';
import { type FoundAnnotation, fieldOf, HAS, readField } from './annotation-fields.ts';
import type { IdCodes } from './id-code.ts';
import * as json from './json-states.ts';
import { EVENT, STEP } from './json-states.ts';

export interface CocoSink {
  /** `bytes` are valid during the call only. */
  element(key: string, index: number, bytes: Buffer, offset: number): void;
  annotation(found: FoundAnnotation): void;
  /** An entry of a list that is no object. */
  notObject(key: string, index: number): void;
}

/** At a byte of the file; the caller knows its name and counts the lines. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

export type RootKind = 'list' | 'object' | 'other';

const READ_BYTES = 1 << 20;
/** A call of its own for each: one call that lasts is never seen to end, and is compiled for that again and again. */
const SLICE_BYTES = 32 << 10;
const MAX_ELEMENT_BYTES = 512 << 20;
const MAX_DEPTH = 256;
/** Always kept of what was read, so that a key or a word is never cut in two. */
const LOOK_BACK = 1024;
const WORDS = ['true', 'false', 'null', 'NaN', 'Infinity'].map((word) => Buffer.from(word));

export interface ScanOptions {
  idOf: IdCodes;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** Resolves to the kind of value at each key of the root. Throws JsonFault. */
export async function scanCoco(
  handle: FileHandle,
  sink: CocoSink,
  options: ScanOptions,
): Promise<Map<string, RootKind>> {
  const scanner = createScanner(sink, options.idOf);
  let buffer = Buffer.allocUnsafe(READ_BYTES);
  let kept = 0;
  let position = 0;
  for (;;) {
    options.signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, kept, buffer.length - kept, position);
    const end = kept + bytesRead;
    const base = position - kept;
    position += bytesRead;
    if (bytesRead === 0) return scanner.finish(position);
    options.onBytes?.(bytesRead);
    const from = base === 0 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf ? 3 : kept;
    let keepFrom = kept;
    for (let start = from; start < end; start += SLICE_BYTES)
      keepFrom = scanner.push(buffer, start, Math.min(start + SLICE_BYTES, end), base);
    kept = end - keepFrom;
    if (kept > buffer.length / 2) {
      if (kept > MAX_ELEMENT_BYTES)
        throw new JsonFault(base + keepFrom, `expected an entry of at most ${MAX_ELEMENT_BYTES} bytes`);
      const larger = Buffer.allocUnsafe(buffer.length * 2);
      buffer.copy(larger, 0, keepFrom, end);
      buffer = larger;
    } else buffer.copy(buffer, 0, keepFrom, end);
    scanner.shift(keepFrom);
  }
}

function createScanner(sink: CocoSink, idOf: IdCodes) {
  const kinds = new Map<string, RootKind>();
  const stack = new Uint8Array(MAX_DEPTH + 1);
  const found: FoundAnnotation = {
    index: 0,
    offset: 0,
    length: 0,
    image: 0,
    category: 0,
    has: 0,
    fileName: undefined,
  };
  let state: number = json.ROOT;
  let depth = 0;
  /** Key of the root whose value is being read. */
  let rootKey = '';
  let isAnnotations = false;
  let index = 0;
  /** Buffer position of the element's first byte, -1 outside. */
  let elementAt = -1;
  let sawElement = false;
  let sawNan = false;
  /** Member of an annotation whose value is being read, and where its key ended. */
  let field = 0;
  let fieldAt = 0;
  /** Word that is being read, how much of it was, and the state after it. */
  let word: Buffer | undefined;
  let wordAt = 0;
  let afterWord = 0;

  function fault(at: number, what: string): JsonFault {
    return new JsonFault(at, what);
  }

  function push(buffer: Buffer, from: number, end: number, base: number): number {
    let now = state;
    for (let i = from; ; i++) {
      if (word !== undefined) {
        i = restOfWord(word, buffer, i, end, base);
        if (word !== undefined) break;
        now = afterWord;
      }
      // Nearly all of the time goes into these three lines: one look into the table a byte.
      let before = now;
      for (; i < end; i++) {
        before = now;
        now = STEP[(now << 8) | (buffer[i] as number)] as number;
        if (now >= EVENT) break;
      }
      if (now < EVENT) break;
      now = onEvent(now, before, buffer, i, base);
    }
    state = now;
    if (elementAt >= 0) return Math.min(elementAt, Math.max(0, end - LOOK_BACK));
    return Math.max(0, end - LOOK_BACK);
  }

  /**
   * The state after the event whose byte is at `i`. Not a part of the loop, which would be compiled anew whenever this
   * meets something new.
   */
  function onEvent(event: number, before: number, buffer: Buffer, i: number, base: number): number {
    switch (event) {
      case json.OPEN_OBJECT:
        if (depth === 2 && stack[2] === json.IN_ELEMENTS) beginElement(i);
        deeper(json.IN_OBJECT, base + i);
        return json.firstKey;
      case json.OPEN_LIST: {
        const kind = depth === 1 && isElements(rootKey) ? json.IN_ELEMENTS : json.IN_LIST;
        if (kind === json.IN_ELEMENTS) index = 0;
        deeper(kind, base + i);
        return json.firstValue(kind);
      }
      case json.CLOSE_LIST:
        if (depth === 2 && stack[2] === json.IN_ELEMENTS)
          endElement(before === json.firstValue(json.IN_ELEMENTS));
        depth--;
        return json.afterValue(stack[depth] ?? 0);
      case json.CLOSE_OBJECT:
        if (elementAt >= 0 && depth === 3) {
          if (field !== 0) endField(buffer, i);
          giveElement(buffer, i + 1, base);
        }
        depth--;
        return depth === 0 ? json.END : json.afterValue(stack[depth] ?? 0);
      case json.KEY_END:
        if (depth === 1) rootKey = keyText(buffer, i);
        else if (isAnnotations && depth === 3 && elementAt >= 0) {
          field = fieldOf(buffer, i);
          fieldAt = i + 1;
        }
        return json.afterKey;
      case json.MEMBER_END:
        if (depth === 1) kinds.set(rootKey, kinds.get(rootKey) ?? 'other');
        if (field !== 0 && depth === 3) endField(buffer, i);
        return json.nextKey;
      case json.ELEMENT_END:
        endElement(false);
        return json.nextValue(json.IN_ELEMENTS);
      case json.ERROR:
        throw fault(base + i, `expected ${json.expectedIn(before)}, got ${shownByte(buffer[i])}`);
      default:
        return beginWord(buffer[i], before);
    }
  }

  function beginWord(byte: number | undefined, before: number): number {
    word = json.isMinus(before) ? WORDS[4] : WORDS.find((one) => one[0] === byte);
    wordAt = 1;
    afterWord = json.afterValue(stack[depth] ?? 0);
    if (byte === 0x4e || byte === 0x49) sawNan = true;
    return afterWord;
  }

  /** The place behind the word, or the end of what was read. */
  function restOfWord(wanted: Buffer, buffer: Buffer, from: number, end: number, base: number): number {
    let i = from;
    for (; i < end && wordAt < wanted.length; i++, wordAt++) {
      if (buffer[i] !== wanted[wordAt])
        throw fault(base + i, `expected "${wanted.toString()}", got ${shownByte(buffer[i])}`);
    }
    if (wordAt === wanted.length) word = undefined;
    return i;
  }

  function deeper(kind: number, at: number): void {
    if (depth === 1) kinds.set(rootKey, kind === json.IN_OBJECT ? 'object' : 'list');
    if (depth === 1) isAnnotations = rootKey === 'annotations';
    if (++depth > MAX_DEPTH) throw fault(at, `expected at most ${MAX_DEPTH} levels, got more`);
    stack[depth] = kind;
  }

  function beginElement(at: number): void {
    elementAt = at;
    sawElement = true;
    sawNan = false;
    found.image = Number.NaN;
    found.category = Number.NaN;
    found.has = 0;
    found.fileName = undefined;
    field = 0;
  }

  function giveElement(buffer: Buffer, end: number, base: number): void {
    if (isAnnotations) {
      found.index = index;
      found.offset = base + elementAt;
      found.length = end - elementAt;
      if (sawNan) found.has |= HAS.nan;
      sink.annotation(found);
    } else sink.element(rootKey, index, buffer.subarray(elementAt, end), base + elementAt);
    elementAt = -1;
  }

  function endElement(empty: boolean): void {
    if (!sawElement && !empty) sink.notObject(rootKey, index);
    sawElement = false;
    index++;
  }

  function endField(buffer: Buffer, end: number): void {
    readField(field, found, buffer, fieldAt, end, idOf);
    field = 0;
  }

  return {
    push,
    /** The first `by` bytes of the buffer are gone. */
    shift(by: number): void {
      if (elementAt >= 0) elementAt -= by;
      fieldAt -= by;
    },
    finish(size: number): Map<string, RootKind> {
      if (state === json.END) return kinds;
      const expected = size === 0 ? 'a JSON object' : json.expectedIn(state);
      throw fault(size, `expected ${expected}, got the end of the file`);
    },
  };
}

function isElements(key: string): boolean {
  return key === 'images' || key === 'annotations' || key === 'categories' || key === 'licenses';
}

function keyText(buffer: Buffer, end: number): string {
  return buffer.toString('utf8', buffer.lastIndexOf('"', end - 1) + 1, end);
}

function shownByte(byte: number | undefined): string {
  if (byte === undefined) return 'the end of the file';
  return byte > 0x20 && byte < 0x7f ? JSON.stringify(String.fromCharCode(byte)) : `byte ${byte}`;
}
