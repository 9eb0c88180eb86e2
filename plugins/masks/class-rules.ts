/**
 * Which numbers or colours of a mask mean which class: from `obj_class_to_machine_color.json`, from
 * `obj_class_to_semantic_color.json`, or from the text of the option `classes_mapping`.
 */
import { readColor } from '../../src/format/colors.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { SlyError } from '../../src/lib/errors.ts';

/** What a class looks like in a mask: some numbers, some colours (`0xRRGGBB`), or whatever is not background. */
export type Look =
  | { kind: 'values'; values: readonly number[] }
  | { kind: 'colours'; colours: readonly number[] }
  | { kind: 'all' };

export interface ClassRule {
  title: string;
  look: Look;
}

export const EVERYTHING = '__all__';
const MOST_CLASSES = 65_535;

/** The object of a JSON file: `{class: 1 | [1, 1, 1] | [1, 5] | "__all__" | "#RRGGBB"}`. Throws SLY_FORMAT_INVALID. */
export function readClassRules(json: unknown, meaning: 'values' | 'colours'): ClassRule[] {
  if (!isRecord(json)) throw wrong('an object of classes and their values', json);
  const entries = Object.entries(json);
  if (entries.length === 0) throw wrong('at least one class', json);
  if (entries.length > MOST_CLASSES)
    throw wrong(`at most ${MOST_CLASSES} classes`, `${entries.length} classes`);
  return entries.map(([title, value]) => {
    if (title.trim() === '') throw wrong('a title for every class', title);
    return { title, look: readLook(value, title, meaning) };
  });
}

function readLook(value: unknown, title: string, meaning: 'values' | 'colours'): Look {
  if (value === EVERYTHING) return { kind: 'all' };
  const colour = readColor(value);
  if (colour !== undefined) return { kind: 'colours', colours: [Number.parseInt(colour.slice(1), 16)] };
  const numbers = (Array.isArray(value) ? value : [value]).map(Number);
  if (numbers.length === 0 || numbers.some((one) => !Number.isInteger(one) || one < 0 || one > 65_535))
    throw wrong(`numbers from 0 to 65535, "${EVERYTHING}" or a colour #RRGGBB for class "${title}"`, value);
  if (meaning === 'values') return { kind: 'values', values: [...new Set(numbers)] };
  const [r = 0, g = r, b = r] = numbers;
  if (numbers.length !== 3 || numbers.some((one) => one > 255))
    throw wrong(`three numbers from 0 to 255 for class "${title}"`, value);
  return { kind: 'colours', colours: [(r << 16) | (g << 8) | b] };
}

/**
 * The option: JSON as above, or a line a class: `car = 1`, `road: 2, 3`, `person = #DC143C`, `any = __all__`.
 * Empty lines and lines that begin with `//` are passed over. Undefined for an empty text.
 */
export function parseClassRules(text: string): ClassRule[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  try {
    return readClassRules(trimmed.startsWith('{') ? JSON.parse(trimmed) : linesAsObject(trimmed), 'values');
  } catch (error) {
    const why = error instanceof SlyError ? error.detail : (error as Error).message;
    throw new SlyError('SLY_PLUGIN_OPTIONS', {
      detail: `classes_mapping: ${why}`,
      hint: 'Write {"car": 1, "road": [2, 3]} or a line for each class: car = 1',
      cause: error,
    });
  }
}

function linesAsObject(text: string): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [i, raw] of text.split(/\r?\n|;/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('//')) continue;
    const at = line.includes('=') ? line.lastIndexOf('=') : line.lastIndexOf(':');
    if (at <= 0) throw wrong(`"class = value" in line ${i + 1}`, line);
    const title = line.slice(0, at).trim();
    const value = line.slice(at + 1).trim();
    if (entries.some(([other]) => other === title)) throw wrong('each class once', title);
    const numbers = value.replace(/^\[|\]$/g, '').split(/[\s,]+/);
    entries.push([title, value === EVERYTHING || value.startsWith('#') ? value : numbers.map(Number)]);
  }
  // No prototype: a class may be called __proto__.
  return Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<string, unknown>;
}

function wrong(expected: string, got: unknown): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `expected ${expected}, got ${shown(got)}` });
}
