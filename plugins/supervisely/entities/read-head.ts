/** The head of an annotation: tags and objects that the project has a place for, and what the figures are held against. */
import type { AnnotationHead } from '../../../src/format/annotation-file.ts';
import { inferValueType } from '../../../src/format/infer-meta.ts';
import type { ClassMeta, FormatProblem, Renames, Tag, TagMeta } from '../../../src/format/model.ts';
import { isRecord, problem } from '../../../src/format/problem.ts';
import { readTags } from '../../../src/format/read-tags.ts';
import type { EntityHead, EntityObject, ProjectWriter } from '../../../src/plugin-kit/plugin.ts';
import { isKey, madeKey, plainKey } from './keys.ts';

/** Objects by both names a figure may use. */
export interface KnownObjects {
  find(key: string): KnownObject | undefined;
  byId(id: number): KnownObject | undefined;
}

interface KnownObject {
  key: string;
  /** Shape of its class; `any` takes all. */
  shape: string;
}

export interface HeadContext {
  classes: ReadonlyMap<string, ClassMeta>;
  tags: ReadonlyMap<string, TagMeta>;
  renames: Renames;
  project: Pick<ProjectWriter, 'defineClass' | 'defineTag'>;
  /** Keys of objects by the server's numbers, from key_id_map.json. */
  keysById: ReadonlyMap<number, string>;
}

export interface ReadHead {
  head: EntityHead;
  objects: KnownObjects;
}

export function readHead(
  raw: AnnotationHead,
  file: string,
  ctx: HeadContext,
  problems: FormatProblem[],
): ReadHead {
  const frames = framesCountOf(raw);
  const tags = (list: unknown, place: string): Tag[] =>
    readTags(list, place, ctx.tags, problems).flatMap((tag, at) =>
      rangeFits(tag, `${place}[${at}]`, frames, problems) ? [fitTag(tag, ctx)] : [],
    );
  const objects: EntityObject[] = [];
  const known = new Map<string, KnownObject>();
  const ids = new Map<number, KnownObject>();
  for (const [at, entry] of raw.objects.entries()) {
    const place = `objects[${at}]`;
    if (!isRecord(entry)) {
      problems.push(problem('dropped', place, 'an object', entry));
      continue;
    }
    const { id, key: given, classTitle, tags: ownTags } = entry;
    if (typeof classTitle !== 'string' || classTitle === '') {
      problems.push(problem('dropped', `${place}.classTitle`, 'the title of a class', classTitle));
      continue;
    }
    const fromId = typeof id === 'number' ? ctx.keysById.get(id) : undefined;
    const key = isKey(given) ? given : (fromId ?? madeKey(file, place));
    if (!isKey(given) && given !== undefined && given !== null)
      problems.push(problem('warning', `${place}.key`, 'a text of at most 100 characters', given));
    if (known.has(plainKey(key))) {
      problems.push(problem('dropped', `${place}.key`, 'a key of its own', key));
      continue;
    }
    const { title, shape } = fitClass(classTitle, `${place}.classTitle`, ctx, problems);
    const { id: _id, classId: _class, objectId: _object, entityId: _entity, ...rest } = entry;
    objects.push({ ...rest, key, classTitle: title, tags: tags(ownTags, `${place}.tags`) });
    known.set(plainKey(key), { key, shape });
    if (typeof id === 'number') ids.set(id, { key, shape });
  }
  const { description } = raw.rest;
  return {
    head: {
      ...(typeof description === 'string' ? { description } : {}),
      tags: tags(raw.tags, 'tags'),
      objects,
    },
    objects: {
      find: (key) => known.get(plainKey(key)),
      byId: (id) => ids.get(id) ?? known.get(plainKey(ctx.keysById.get(id) ?? '')),
    },
  };
}

/** Undefined where it is not said. */
export function framesCountOf({ rest }: AnnotationHead): number | undefined {
  const { framesCount } = rest;
  return Number.isInteger(framesCount) && (framesCount as number) > 0 ? (framesCount as number) : undefined;
}

/** A title meta.json does not have gets a class that takes any geometry: objects come before their figures. */
function fitClass(
  title: string,
  place: string,
  { classes, renames, project }: HeadContext,
  problems: FormatProblem[],
): { title: string; shape: string } {
  const known = classes.get(title);
  if (known !== undefined) return { title: renames.classes.get(title) ?? title, shape: known.shape };
  problems.push(problem('warning', place, 'a class of meta.json', title));
  return { title: project.defineClass({ title, shape: 'any' }), shape: 'any' };
}

function fitTag(tag: Tag, { tags, renames, project }: HeadContext): Tag {
  const name = tags.has(tag.name)
    ? (renames.tags.get(tag.name) ?? tag.name)
    : project.defineTag({ name: tag.name, value_type: inferValueType(tag.value) });
  return name === tag.name ? tag : { ...tag, name };
}

/** `frameRange`: absent, null, or first and last frame, both of them included. */
function rangeFits(tag: Tag, place: string, frames: number | undefined, problems: FormatProblem[]): boolean {
  const { frameRange } = tag;
  if (frameRange === undefined || frameRange === null) return true;
  if (Array.isArray(frameRange) && frameRange.length === 2 && frameRange.every(Number.isInteger)) {
    const [first, last] = frameRange as [number, number];
    if (first >= 0 && first <= last && (frames === undefined || last < frames)) return true;
  }
  const limit = frames === undefined ? '' : ` below ${frames}`;
  problems.push(problem('dropped', `${place}.frameRange`, `a first and a last frame${limit}`, frameRange));
  return false;
}
