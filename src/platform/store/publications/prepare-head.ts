/** Tags and objects of an item that is no image, or of an episode, checked as far as that goes without the database. */
import { isRecord, shown } from '../../../format/problem.ts';

export interface PreparedTag {
  name: string;
  key: string | undefined;
  /** Value, range of frames and further keys, as JSON. */
  json: string;
}

export interface PreparedObject {
  classTitle: string;
  key: string | undefined;
  json: string;
  tags: PreparedTag[];
}

export interface PreparedHead {
  description: string;
  /** Of the annotation itself. */
  key: string | undefined;
  tags: PreparedTag[];
  objects: PreparedObject[];
}

export type Problem = { problem: string };

/** What other platforms know things by, and what has columns of its own. */
const IDS = ['id', 'key', 'tags', 'datasetId', 'projectId', 'entityId', 'objectId', 'classId', 'classTitle'];
const OF_OBJECT = new Set([...IDS, 'createdAt', 'updatedAt']);
const OF_TAG = new Set([...IDS, 'name', 'tagId', 'figureId', 'createdAt', 'updatedAt']);
const MOST_KEY_CHARS = 100;

export function prepareHead(ann: unknown): PreparedHead | Problem {
  const head = ann ?? {};
  if (!isRecord(head)) return { problem: `annotation: expected an object, got ${shown(ann)}` };
  try {
    const objects = listOf(head.objects, 'objects', objectOf);
    const keys = new Set<string>();
    for (const { key } of objects) {
      if (key === undefined) continue;
      if (keys.has(key)) throw new Wrong(`objects: expected every key once, got ${shown(key)} twice`);
      keys.add(key);
    }
    const description = typeof head.description === 'string' ? head.description : '';
    return { description, key: keyOf(head.key, 'key'), tags: tagsOf(head.tags, 'tags'), objects };
  } catch (error) {
    if (error instanceof Wrong) return { problem: `annotation: ${error.message}` };
    throw error;
  }
}

/** Tags where a figure has some. */
export function prepareTags(tags: unknown, place: string): PreparedTag[] | Problem {
  try {
    return tagsOf(tags, place);
  } catch (error) {
    if (error instanceof Wrong) return { problem: error.message };
    throw error;
  }
}

/** JSON of what is kept as it came: a null says nothing. */
export function restOf(source: Readonly<Record<string, unknown>>, notKept: ReadonlySet<string>): string {
  const kept = Object.entries(source).filter(([key, value]) => !notKept.has(key) && value != null);
  return JSON.stringify(Object.fromEntries(kept));
}

class Wrong extends Error {}

function objectOf(source: Record<string, unknown>, place: string): PreparedObject {
  const { classTitle } = source;
  if (typeof classTitle !== 'string' || classTitle === '')
    throw new Wrong(`${place}.classTitle: expected the title of a class, got ${shown(classTitle)}`);
  return {
    classTitle,
    key: keyOf(source.key, `${place}.key`),
    json: restOf(source, OF_OBJECT),
    tags: tagsOf(source.tags, `${place}.tags`),
  };
}

const tagsOf = (tags: unknown, place: string): PreparedTag[] => listOf(tags, place, tagOf);

function tagOf(source: Record<string, unknown>, place: string): PreparedTag {
  const { name, frameRange } = source;
  if (typeof name !== 'string' || name === '')
    throw new Wrong(`${place}.name: expected the name of a tag, got ${shown(name)}`);
  if (frameRange != null && !isRange(frameRange))
    throw new Wrong(`${place}.frameRange: expected [first, last], got ${shown(frameRange)}`);
  return { name, key: keyOf(source.key, `${place}.key`), json: restOf(source, OF_TAG) };
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value as unknown[];
  return isFrame(first) && isFrame(last) && first <= last;
}

const isFrame = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function keyOf(key: unknown, place: string): string | undefined {
  if (key === undefined || key === null) return undefined;
  if (typeof key === 'string' && key !== '' && key.length <= MOST_KEY_CHARS) return key;
  throw new Wrong(`${place}: expected a text of 1 to ${MOST_KEY_CHARS} characters, got ${shown(key)}`);
}

function listOf<T>(
  value: unknown,
  place: string,
  read: (one: Record<string, unknown>, place: string) => T,
): T[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Wrong(`${place}: expected a list, got ${shown(value)}`);
  return value.map((one: unknown, at) => {
    if (!isRecord(one)) throw new Wrong(`${place}[${at}]: expected an object, got ${shown(one)}`);
    return read(one, `${place}[${at}]`);
  });
}
