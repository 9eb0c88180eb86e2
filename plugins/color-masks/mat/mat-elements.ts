/**
 * The outer form of a MATLAB level 5 file: data elements, each a type, a length and bytes. Nothing is believed:
 * an element must lie inside the one it is part of, and what is inflated is counted.
 */
import { inflateSync } from 'node:zlib';
import { SlyError } from '../../../src/lib/errors.ts';
import type { MatNumbers } from './mat-values.ts';

export const MI_MATRIX = 14;
const MI_COMPRESSED = 15;

export interface Element {
  type: number;
  bytes: Buffer;
}

export interface Elements {
  readonly littleEndian: boolean;
  /** The next element of `bytes` at `at`, inflated when it is compressed, and where the one after it begins. */
  next(bytes: Buffer, at: number): { element: Element; end: number };
  numbers(element: Element): MatNumbers;
  /** Characters of a text element, without guessing: UTF-8, UTF-16, or one number a character. */
  text(element: Element): string;
}

const HEADER_BYTES = 128;

/** Where the first element begins, and how numbers are stored. Throws SLY_FORMAT_INVALID for other files. */
export function readHeader(file: Buffer): { littleEndian: boolean; at: number } {
  const mark = file.toString('latin1', 126, 128);
  const hdf5 = file.subarray(0, 4).equals(Buffer.from([0x89, 0x48, 0x44, 0x46]));
  if (hdf5 || file.subarray(512, 516).equals(Buffer.from([0x89, 0x48, 0x44, 0x46])))
    throw broken('it is one of version 7.3 (HDF5)', 'Save it in MATLAB with the option -v7.');
  if (file.length < HEADER_BYTES || (mark !== 'IM' && mark !== 'MI'))
    throw broken(`there is no such header in its ${file.length} bytes`);
  return { littleEndian: mark === 'IM', at: HEADER_BYTES };
}

export function createElements(littleEndian: boolean, maxInflated: number): Elements {
  let inflated = 0;
  const u32 = (bytes: Buffer, at: number): number =>
    littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

  function inflate(bytes: Buffer): Buffer {
    try {
      const whole = inflateSync(bytes, { maxOutputLength: Math.max(1, maxInflated - inflated) });
      inflated += whole.length;
      return whole;
    } catch (error) {
      throw broken(`a compressed element cannot be inflated (${(error as Error).message})`);
    }
  }

  function next(bytes: Buffer, at: number): { element: Element; end: number } {
    if (at + 8 > bytes.length) throw broken(`an element begins ${bytes.length - at} bytes before its end`);
    const word = u32(bytes, at);
    const short = word >>> 16;
    if (short !== 0) {
      if (short > 4) throw broken(`a short element says it has ${short} bytes of at most 4`);
      return { element: { type: word & 0xffff, bytes: bytes.subarray(at + 4, at + 4 + short) }, end: at + 8 };
    }
    const length = u32(bytes, at + 4);
    const from = at + 8;
    if (length > bytes.length - from)
      throw broken(`an element says it has ${length} bytes, ${bytes.length - from} are left`);
    const data = bytes.subarray(from, from + length);
    if (word === MI_COMPRESSED) {
      const { element } = next(inflate(data), 0);
      if (element.type === MI_COMPRESSED) throw broken('a compressed element holds a compressed element');
      return { element, end: from + length };
    }
    return {
      element: { type: word, bytes: data },
      end: Math.min(bytes.length, from + Math.ceil(length / 8) * 8),
    };
  }

  function numbers({ type, bytes }: Element): MatNumbers {
    const kind = NUMBERS[type];
    if (kind === undefined) throw broken(`numbers of the unknown type ${type}`);
    const size = kind.BYTES_PER_ELEMENT;
    if (bytes.length % size !== 0) throw broken(`${bytes.length} bytes of numbers with ${size} bytes each`);
    // A copy: the numbers must begin at a multiple of their size.
    const copy = Buffer.from(new ArrayBuffer(bytes.length));
    bytes.copy(copy);
    if (!littleEndian && size === 2) copy.swap16();
    if (!littleEndian && size === 4) copy.swap32();
    if (!littleEndian && size === 8) copy.swap64();
    return new kind(copy.buffer as ArrayBuffer);
  }

  function text(element: Element): string {
    if (element.type === UTF8) return element.bytes.toString('utf8');
    const { length } = element.bytes;
    if (element.type === UTF32 || length > MAX_TEXT) throw broken('text that is too long or in UTF-32');
    let characters = '';
    for (const code of numbers(element.type === UTF16 ? { ...element, type: 4 } : element))
      characters += String.fromCharCode(Number(code) & 0xffff);
    return characters;
  }

  return { littleEndian, next, numbers, text };
}

const UTF8 = 16;
const UTF16 = 17;
const UTF32 = 18;
const MAX_TEXT = 1 << 20;

const NUMBERS: Record<number, (new (buffer: ArrayBuffer) => MatNumbers) & { BYTES_PER_ELEMENT: number }> = {
  1: Int8Array,
  2: Uint8Array,
  3: Int16Array,
  4: Uint16Array,
  5: Int32Array,
  6: Uint32Array,
  7: Float32Array,
  9: Float64Array,
  12: BigInt64Array,
  13: BigUint64Array,
};

export function broken(got: string, hint?: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `expected a MATLAB file of level 5, got one where ${got}`,
    ...(hint === undefined ? {} : { hint }),
  });
}
