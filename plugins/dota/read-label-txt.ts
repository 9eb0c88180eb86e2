/** A label file of DOTA: headers `imagesource:`, `gsd:`, then `x1 y1 x2 y2 x3 y3 x4 y4 class difficult`. */
import { shown } from '../../src/format/problem.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';

export interface DotaLine {
  /** From 1. */
  line: number;
  /** Eight of them, in pixels. */
  numbers: number[];
  className: string;
  difficult: boolean;
}

export interface DotaText {
  /** What the headers say, but for those that say nothing (null, None). */
  meta: Record<string, string | number>;
  lines: DotaLine[];
  /** What was expected, and what is there. */
  faults: { line: number; message: string }[];
}

const HEADER = /^([A-Za-z][A-Za-z _-]{0,40}):\s*(.*)$/;
const NOTHING = /^(?:none|null|nan|unknown)?$/i;
const MAX_HEADERS = 10;

export function readLabelTxt(text: string): DotaText {
  const found: DotaText = { meta: {}, lines: [], faults: [] };
  let line = 0;
  let headers = 0;
  for (const raw of text.split('\n')) {
    line++;
    const words = raw.trim();
    if (words === '') continue;
    const [, key = '', value = ''] = found.lines.length === 0 ? (HEADER.exec(words) ?? []) : [];
    if (key !== '' && headers < MAX_HEADERS) {
      headers++;
      if (!NOTHING.test(value)) found.meta[key.toLowerCase()] = toNumber(value) ?? value;
      continue;
    }
    const read = readLine(words, line);
    if (typeof read === 'string') found.faults.push({ line, message: read });
    else found.lines.push(read);
  }
  return found;
}

function readLine(text: string, line: number): DotaLine | string {
  const words = text.split(/\s+/);
  const numbers: number[] = [];
  for (const word of words.slice(0, 8)) {
    const number = toNumber(word);
    if (number === undefined) return `expected eight numbers in front, got ${shown(word)}`;
    numbers.push(number);
  }
  const rest = words.slice(8);
  if (numbers.length < 8 || rest.length === 0)
    return `expected eight numbers, a class and 0 or 1, got ${words.length} words`;
  // Lists made by hand leave it out; a class may have spaces.
  const last = rest.length > 1 ? rest.at(-1) : undefined;
  const hasMark = last !== undefined && /^\d$/.test(last);
  return {
    line,
    numbers,
    className: (hasMark ? rest.slice(0, -1) : rest).join(' '),
    difficult: hasMark && last !== '0',
  };
}
