/**
 * Lines of numbers out of bytes, without making a text of them: a label file is read a hundred thousand times.
 * Numbers keep 17 digits, which is more than any picture has pixels; whatever is not plainly written
 * (exponents, words) takes the slow way through `Number`.
 */

export interface LineReader {
  /** The text is `bytes[from, to)`. */
  load(bytes: Buffer, from: number, to: number): void;
  /** Goes to the next line that is not blank; false at the end. */
  next(): boolean;
  /** From 1. */
  readonly line: number;
  readonly count: number;
  /** The first `count` are those of this line; overwritten by the next. */
  readonly values: Float64Array;
  /** The first word of the line that is no finite number. */
  readonly bad: string | undefined;
}

const [TAB, LF, CR, SPACE, PLUS, MINUS, DOT, ZERO, NINE] = [9, 10, 13, 32, 43, 45, 46, 48, 57];
const MAX_DIGITS = 17;
/** Longer ones are cut in messages. */
const SHOWN = 40;

const POWERS = Float64Array.from({ length: 400 }, (_, i) => Number(`1e${Math.min(i, 308)}`));

export function createLineReader(): LineReader {
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  let end = 0;
  let line = 0;
  let count = 0;
  let values = new Float64Array(64);
  let bad: string | undefined;

  /** The word that begins at `at`; leaves `at` behind it. */
  function readWord(): number {
    const start = at;
    let byte = bytes[at] ?? 0;
    const negative = byte === MINUS;
    if (negative || byte === PLUS) byte = bytes[++at] ?? 0;
    let mantissa = 0;
    let digits = 0;
    let scale = 0;
    let seen = 0;
    while (at < end && byte >= ZERO && byte <= NINE) {
      mantissa = mantissa * 10 + byte - ZERO;
      if (mantissa > 0) digits++;
      seen++;
      byte = bytes[++at] ?? 0;
    }
    if (at < end && byte === DOT) {
      byte = bytes[++at] ?? 0;
      while (at < end && byte >= ZERO && byte <= NINE) {
        if (digits < MAX_DIGITS) {
          mantissa = mantissa * 10 + byte - ZERO;
          if (mantissa > 0) digits++;
          scale++;
        }
        seen++;
        byte = bytes[++at] ?? 0;
      }
    }
    if (seen > 0 && digits <= MAX_DIGITS && scale < 300 && (at >= end || isSpace(byte))) {
      const value = mantissa / (POWERS[scale] ?? 1);
      return negative ? -value : value;
    }
    while (at < end && !isSpace(bytes[at] ?? 0)) at++;
    const word = bytes.toString('latin1', start, Math.min(at, start + 400));
    const value = /^[-+.\d][-+.\deE]*$/.test(word) ? Number(word) : Number.NaN;
    if (!Number.isFinite(value))
      bad ??= bytes.toString('utf8', start, Math.min(at, start + SHOWN)).replace(/\uFFFD+$/, '');
    return value;
  }

  return {
    load(text, from, to) {
      bytes = text;
      at = from;
      end = to;
      line = 0;
      // A byte order mark is no part of the first number.
      if (text[from] === 0xef && text[from + 1] === 0xbb && text[from + 2] === 0xbf)
        at = Math.min(to, from + 3);
    },
    next() {
      count = 0;
      bad = undefined;
      while (at < end) {
        const byte = bytes[at] ?? 0;
        if (byte === LF) {
          line++;
          at++;
          if (count > 0) return true;
        } else if (byte === SPACE || byte === TAB || byte === CR) at++;
        else {
          if (count === values.length) {
            const wider = new Float64Array(values.length * 2);
            wider.set(values);
            values = wider;
          }
          const value = readWord();
          values[count++] = value;
        }
      }
      if (count === 0) return false;
      line++;
      return true;
    },
    get line() {
      return line;
    },
    get count() {
      return count;
    },
    get values() {
      return values;
    },
    get bad() {
      return bad;
    },
  };
}

const isSpace = (byte: number): boolean => byte === SPACE || byte === LF || byte === CR || byte === TAB;
