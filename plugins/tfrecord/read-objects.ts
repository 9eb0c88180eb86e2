/** The objects of one record: lists of the same length, one for each thing that is known of an object. */
import type { Problem } from '../../src/plugin-kit/plugin.ts';
import type { Example } from './example.ts';
import { DERIVED, FLAGS, isTagFeature, OBJECT, OBJECT_PREFIX } from './features.ts';
import type { Span } from './protobuf.ts';

export interface RecordObject {
  /** Shares of the picture: `[xmin, ymin, xmax, ymax]`; undefined where the record has none that can be used. */
  box: readonly [number, number, number, number] | undefined;
  /** Empty = there is none. */
  text: string;
  id: number | undefined;
  /** A PNG. */
  mask: Span | undefined;
  /** Names of the tags that are set. */
  flags: string[];
  values: Record<string, string | number>;
}

export interface RecordObjects {
  objects: RecordObject[];
  /** Features of objects that do not have one value an object. */
  unread: string[];
}

/** Nobody has drawn so many. */
const MAX_OBJECTS = 100_000;

type Fault = (kind: string, describe: () => Pick<Problem, 'place' | 'message'>) => void;

export function readObjects(example: Example, fault: Fault): RecordObjects {
  const sides = [OBJECT.xmin, OBJECT.ymin, OBJECT.xmax, OBJECT.ymax].map((key) => example.numbers(key));
  const texts = example.texts(OBJECT.text);
  const ids = example.numbers(OBJECT.label);
  const masks = example.spans(OBJECT.mask);
  const boxes = Math.min(...sides.map((side) => side.length));
  if (sides.some((side) => side.length !== boxes)) {
    const got = sides.map((side) => side.length).join(', ');
    fault('lists of boxes of different lengths', () => ({
      place: 'image/object/bbox',
      message: `expected as many of xmin, ymin, xmax and ymax, got ${got}; the first ${boxes} are read`,
    }));
  }
  // Masks alone are objects too; names alone are not.
  const count = Math.min(boxes > 0 ? boxes : masks.length, MAX_OBJECTS);
  const lists = { text: texts, label: ids, mask: masks };
  for (const [name, list] of Object.entries(lists)) {
    const key = OBJECT[name as keyof typeof lists];
    if (list.length === count || list.length === 0) continue;
    fault('lists that do not fit the boxes', () => ({
      place: key,
      message: `expected ${count} values, one for each object, got ${list.length}`,
    }));
  }
  const objects = Array.from({ length: count }, (_, i): RecordObject => {
    const box = sides.map((side) => side[i]);
    return {
      box: box.every((side) => side !== undefined) ? (box as [number, number, number, number]) : undefined,
      text: texts[i]?.trim() ?? '',
      id: ids[i],
      mask: masks[i],
      flags: [],
      values: {},
    };
  });
  return { objects, unread: readRest(example, objects) };
}

/** Every other list with one value an object becomes a tag. */
function readRest(example: Example, objects: RecordObject[]): string[] {
  const unread: string[] = [];
  for (const key of example.keys) {
    if (!key.startsWith(OBJECT_PREFIX) || DERIVED.has(key)) continue;
    const name = key.slice(OBJECT_PREFIX.length);
    const kind = example.kindOf(key);
    const list: (string | number)[] = kind === 'bytes' ? example.texts(key) : example.numbers(key);
    if (list.length === 0) continue;
    if (!isTagFeature(name) || list.length !== objects.length || list.some(isTooLong)) unread.push(key);
    else for (const [i, object] of objects.entries()) setValue(object, name, list[i]);
  }
  return unread;
}

function setValue(object: RecordObject, name: string, value: string | number | undefined): void {
  if (value === undefined || value === '' || Number.isNaN(value)) return;
  if (FLAGS.has(name)) {
    if (value !== 0) object.flags.push(name);
    // A text that only repeats its own name is how a tag without a value is written.
  } else if (value === name) object.flags.push(name);
  else object.values[name] = typeof value === 'number' ? shortest(value) : value;
}

/** 0.1 is stored as 0.10000000149...: the shortest number that is stored the same way is what was meant. */
export function shortest(value: number): number {
  if (Number.isInteger(value) || !Number.isFinite(value)) return value;
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const isTooLong = (value: string | number): boolean => typeof value === 'string' && value.length > 4096;
