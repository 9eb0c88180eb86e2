/**
 * Legends as people write them, a class a line: `car #00008E`, `car 0 0 142`, `0,0,142 car`, `car:0,0,142::`, or with
 * the number of the class instead of a colour: `3: car`. Lines that begin with `//`, or with `#` and a space, are
 * comments.
 */
import { hexColour, type LegendClass, type NamesFile, one } from './data-set.ts';

export interface ReadLegend {
  numbers: 'colours' | 'values';
  classes: LegendClass[];
  faults: { line: number; message: string }[];
}

const HEX_BEHIND = /^(.+?)[\s,;:=]+#([0-9a-f]{6})\s*$/i;
const HEX_BEFORE = /^#([0-9a-f]{6})[\s,;:=]+(.+)$/i;
const BEHIND = /^(.+?)[\s,;:=]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,:;]*$/;
const BEFORE = /^(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,;:=]+(.+)$/;
const VALUE_BEFORE = /^(\d{1,5})\s*[\s,;:=]\s*(.+)$/;
const VALUE_BEHIND = /^(.+?)\s*[,;:=\t]\s*(\d{1,5})$/;
const MAX_CLASSES = 5000;

export function readLegend(text: string): ReadLegend {
  const classes: LegendClass[] = [];
  const faults: ReadLegend['faults'] = [];
  const seen = new Map<number, string>();
  let numbers: ReadLegend['numbers'] | undefined;
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (
      line === '' ||
      /^(?:\/\/|#(?:\s|$)|#.*:color_rgb)/.test(line) ||
      (i === 0 && /^names?\s*,\s*r/i.test(line))
    )
      continue;
    const fault = (message: string): unknown => faults.push({ line: i + 1, message });
    const read = readLine(line);
    if (read === undefined) {
      fault(`expected a name and a colour such as car #00008E, got ${JSON.stringify(line.slice(0, 60))}`);
      continue;
    }
    numbers ??= read.numbers;
    const taken = seen.get(read.one.from);
    if (read.numbers !== numbers)
      fault(`expected ${numbers} as in the lines before, got ${line.slice(0, 60)}`);
    else if (taken !== undefined) fault(`${line.slice(0, 60)}: ${taken} has this already`);
    else if (classes.length >= MAX_CLASSES) fault(`expected at most ${MAX_CLASSES} classes`);
    else {
      seen.set(read.one.from, read.one.title);
      classes.push(read.one);
    }
  }
  return { numbers: numbers ?? 'colours', classes, faults };
}

function readLine(line: string): { numbers: ReadLegend['numbers']; one: LegendClass } | undefined {
  const behind = HEX_BEHIND.exec(line);
  if (behind !== null) return colour(behind[1], Number.parseInt(behind[2] ?? '', 16));
  const before = HEX_BEFORE.exec(line);
  if (before !== null) return colour(before[2], Number.parseInt(before[1] ?? '', 16));
  const first = BEFORE.exec(line);
  if (first !== null) return colour(first[4], rgb(first[1], first[2], first[3]));
  const last = BEHIND.exec(line);
  if (last !== null) return colour(last[1], rgb(last[2], last[3], last[4]));
  const value = VALUE_BEFORE.exec(line);
  if (value !== null) return { numbers: 'values', one: one(clean(value[2]), Number(value[1])) };
  const named = VALUE_BEHIND.exec(line);
  if (named !== null) return { numbers: 'values', one: one(clean(named[1]), Number(named[2])) };
  return undefined;
}

function colour(
  name: string | undefined,
  number: number | undefined,
): { numbers: 'colours'; one: LegendClass } | undefined {
  const title = clean(name);
  if (title === '' || number === undefined) return undefined;
  return { numbers: 'colours', one: one(title, number, hexColour(number)) };
}

function rgb(...channels: (string | undefined)[]): number | undefined {
  const [r = 256, g = 256, b = 256] = channels.map(Number);
  return r > 255 || g > 255 || b > 255 ? undefined : r * 0x10000 + g * 0x100 + b;
}

const clean = (name: string | undefined): string =>
  (name ?? '')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .slice(0, 200);

/** The classes of a file of names that belongs to a data set; lines that are none are left out. */
export function readNames(text: string, lines: NamesFile['lines'], mapping?: string): LegendClass[] {
  if (lines !== 'object-info') {
    const less = lines === 'id-name-minus-one' ? 1 : 0;
    return readLegend(text)
      .classes.filter((entry) => entry.color === undefined && entry.from >= less)
      .map((entry) => one(entry.title, entry.from - less));
  }
  const names = new Map<number, string>();
  for (const line of text.split(/\r?\n/)) {
    const columns = line.split('\t');
    const title = columns[4]?.split(/[,;]/)[0]?.trim();
    if (/^\d+$/.test(columns[0]?.trim() ?? '') && title !== undefined && title !== '')
      names.set(Number(columns[0]), title);
  }
  if (mapping === undefined) return [...names].map(([number, title]) => one(title, number));
  const classes: LegendClass[] = [];
  for (const line of mapping.split(/\r?\n/)) {
    const [number, of] = line.trim().split(/\s+/);
    const title = names.get(Number(of));
    if (/^\d+$/.test(number ?? '') && title !== undefined) classes.push(one(title, Number(number)));
  }
  return classes;
}
