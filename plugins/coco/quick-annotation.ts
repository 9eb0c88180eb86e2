/**
 * Reads the usual annotation straight from its bytes: outlines and a box of plain numbers, nothing else. That is
 * most of every large file, and costs a fifth of JSON.parse. Whatever looks unusual is refused, and read by the
 * code that knows all cases; numbers come out as JSON.parse gives them. The syntax was checked before.
 */
import { toNumber } from '../../src/plugin-kit/to-number.ts';

export interface QuickAnnotation {
  category: number;
  /** x, y, x, y of all rings. */
  values: Float64Array;
  /** How many rings, and where in `values` each ends. */
  rings: number;
  ends: Int32Array;
  hasBox: boolean;
  /** x, y, width, height. */
  box: Float64Array;
  /** How many values are there; a working value. */
  count: number;
}

export function createQuickAnnotation(): QuickAnnotation {
  return {
    category: 0,
    values: new Float64Array(4096),
    rings: 0,
    ends: new Int32Array(64),
    hasBox: false,
    box: new Float64Array(4),
    count: 0,
  };
}

const [QUOTE, COMMA, MINUS, DOT, ZERO, NINE] = [0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39];
const [OPEN, BACKSLASH, CLOSE, BRACE, CLOSE_BRACE] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];
const [EXPONENT, CAPITAL_EXPONENT, PLUS] = [0x65, 0x45, 0x2b];
/** First letters of null, false and true. */
const [NULL, FALSE] = [0x6e, 0x66];

const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

const key = (name: string): Uint8Array => Uint8Array.from(Buffer.from(name));
const SEGMENTATION = key('segmentation');
const CATEGORY = key('category_id');
const BOX = key('bbox');
const CROWD = key('iscrowd');
const KEYPOINTS = key('keypoints');
const CAPTION = key('caption');
const ATTRIBUTES = key('attributes');
const [SAW_SEGMENTATION, SAW_CATEGORY, SAW_BOX] = [1, 2, 4];

/** The object that begins at `at`. False when it is unusual; then nothing of `into` means anything. */
export function readQuick(bytes: Uint8Array, from: number, into: QuickAnnotation): boolean {
  into.rings = 0;
  into.count = 0;
  into.hasBox = false;
  let saw = 0;
  let at = from + 1;
  for (;;) {
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_BRACE) return (saw & SAW_CATEGORY) !== 0;
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    const name = at + 1;
    at = name;
    for (let byte = bytes[at]; byte !== QUOTE; byte = bytes[++at]) if (byte === BACKSLASH) return false;
    const length = at - name;
    at = skipSpace(bytes, at + 1);
    at = skipSpace(bytes, at + 1);
    const first = bytes[at] as number;
    switch (length) {
      case 12:
        if (!isKey(bytes, name, SEGMENTATION)) break;
        if ((saw & SAW_SEGMENTATION) !== 0) return false;
        saw |= SAW_SEGMENTATION;
        if (first === NULL) break;
        if (first !== OPEN) return false;
        at = readRings(bytes, at + 1, into);
        if (at < 0) return false;
        continue;
      case 11:
        if (!isKey(bytes, name, CATEGORY)) break;
        if ((saw & SAW_CATEGORY) !== 0) return false;
        saw |= SAW_CATEGORY;
        at = readId(bytes, at, into);
        if (at < 0) return false;
        continue;
      case 4:
        if (!isKey(bytes, name, BOX)) break;
        if ((saw & SAW_BOX) !== 0) return false;
        saw |= SAW_BOX;
        if (first === NULL) break;
        if (first !== OPEN) return false;
        at = readBox(bytes, at + 1, into);
        if (at < 0) return false;
        continue;
      case 7:
        if (isKey(bytes, name, CROWD)) {
          const next = bytes[at + 1] as number;
          const isZero = first === ZERO && (next === COMMA || next === CLOSE_BRACE || next <= 0x20);
          if (!isZero && first !== FALSE && first !== NULL) return false;
        } else if (isKey(bytes, name, CAPTION) && first === QUOTE) return false;
        break;
      case 9:
        if (isKey(bytes, name, KEYPOINTS) && first === OPEN && bytes[skipSpace(bytes, at + 1)] !== CLOSE)
          return false;
        break;
      case 10:
        if (isKey(bytes, name, ATTRIBUTES) && first === BRACE) return false;
        break;
    }
    at = skipValue(bytes, at);
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] as number) <= 0x20) at++;
  return at;
}

function isKey(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

/** The place behind the value at `from`. */
function skipValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      for (at++; bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++;
    } else if (byte === OPEN || byte === BRACE) depth++;
    else if (byte === CLOSE || byte === CLOSE_BRACE) {
      if (depth === 0) return at;
      depth--;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
    if (depth === 0 && (byte === CLOSE || byte === CLOSE_BRACE || byte === QUOTE)) return at;
  }
}

function readId(bytes: Uint8Array, from: number, into: QuickAnnotation): number {
  let at = from;
  let value = 0;
  for (let byte = bytes[at] as number; byte >= ZERO && byte <= NINE; byte = bytes[++at] as number)
    value = 10 * value + byte - ZERO;
  const stop = bytes[at] as number;
  if (at === from || at - from > 15 || (stop !== COMMA && stop !== CLOSE_BRACE && stop > 0x20)) return -1;
  into.category = value;
  return at;
}

/** `[...], [...]]` or `1, 2, ...]`; -1 when something is no number. */
function readRings(bytes: Uint8Array, from: number, into: QuickAnnotation): number {
  let at = skipSpace(bytes, from);
  if (bytes[at] === CLOSE) return at + 1;
  if (bytes[at] !== OPEN) {
    at = readNumbers(bytes, at, into);
    endRing(into);
    return at;
  }
  for (;;) {
    at = skipSpace(bytes, at + 1);
    if (bytes[at] === CLOSE) return -1;
    at = readNumbers(bytes, at, into);
    if (at < 0) return -1;
    endRing(into);
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE) return at + 1;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] !== OPEN) return -1;
  }
}

function endRing(into: QuickAnnotation): void {
  if (into.rings === into.ends.length) {
    const larger = new Int32Array(2 * into.rings);
    larger.set(into.ends);
    into.ends = larger;
  }
  into.ends[into.rings++] = into.count;
}

function readBox(bytes: Uint8Array, from: number, into: QuickAnnotation): number {
  const first = skipSpace(bytes, from);
  if (bytes[first] === CLOSE) return first + 1;
  const before = into.count;
  const at = readNumbers(bytes, first, into);
  if (at < 0 || into.count - before < 4) return -1;
  for (let i = 0; i < 4; i++) into.box[i] = into.values[before + i] ?? 0;
  into.count = before;
  into.hasBox = true;
  return at;
}

/** Numbers to the closing bracket, appended to `into.values`; returns the place behind it, -1 for anything else. */
function readNumbers(bytes: Uint8Array, from: number, into: QuickAnnotation): number {
  let { values, count } = into;
  let at = from;
  for (;;) {
    let byte = bytes[at] as number;
    const start = at;
    if (byte === MINUS) byte = bytes[++at] as number;
    const whole = at;
    let value = 0;
    while (byte >= ZERO && byte <= NINE) {
      value = 10 * value + byte - ZERO;
      byte = bytes[++at] as number;
    }
    const digits = at - whole;
    if (digits === 0) return -1;
    let decimals = 0;
    if (byte === DOT) {
      const point = at;
      let part = 0;
      byte = bytes[++at] as number;
      while (byte >= ZERO && byte <= NINE) {
        part = 10 * part + byte - ZERO;
        byte = bytes[++at] as number;
      }
      decimals = at - point - 1;
      // Both are whole numbers a double holds exactly, so the quotient is the nearest double, as JSON.parse has it.
      if (digits + decimals <= 15) {
        const power = POWERS[decimals] as number;
        value = (value * power + part) / power;
      }
    }
    if (digits + decimals > 15 || byte === EXPONENT || byte === CAPITAL_EXPONENT) {
      while (
        (byte >= ZERO && byte <= NINE) ||
        byte === EXPONENT ||
        byte === CAPITAL_EXPONENT ||
        byte === PLUS ||
        byte === MINUS
      )
        byte = bytes[++at] as number;
      value = longNumber(bytes, whole, at);
    }
    if (value > 1e9) return -1;
    if (count === values.length) {
      const larger = new Float64Array(2 * count);
      larger.set(values);
      into.values = larger;
      values = larger;
    }
    values[count++] = start === whole ? value : -value;
    while (byte <= 0x20) byte = bytes[++at] as number;
    if (byte === COMMA) {
      do byte = bytes[++at] as number;
      while (byte <= 0x20);
      continue;
    }
    if (byte !== CLOSE) return -1;
    into.count = count;
    return at + 1;
  }
}

/** More digits than a quotient of two doubles is exact for. */
function longNumber(bytes: Uint8Array, from: number, to: number): number {
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(bytes[i] as number);
  return toNumber(Number(text)) ?? Number.POSITIVE_INFINITY;
}
