/**
 * `meta.json`: the classes and tags of a project. Reads every generation of the file; what cannot be used is
 * named and left out, what is not known is kept.
 */
import { PROJECT_TYPES, type ProjectType } from '../protocol/project-type.ts';
import { createColorPicker, readColor } from './colors.ts';
import {
  type ClassMeta,
  type FormatProblem,
  type ProjectMeta,
  TAG_VALUE_TYPES,
  type TagMeta,
  type TagValueType,
} from './model.ts';
import { isRecord, problem, shown } from './problem.ts';

export interface ReadMeta {
  /** Empty when a problem is fatal. */
  meta: ProjectMeta;
  problems: FormatProblem[];
}

export function emptyMeta(type: ProjectType = 'images'): ProjectMeta {
  return { classes: [], tags: [], projectType: type };
}

/** Never throws. Only `classes` is needed; a file without `projectType` is one of images. */
export function readMeta(json: unknown): ReadMeta {
  if (!isRecord(json)) return fatal('', 'an object with "classes"', json);
  if (!Array.isArray(json.classes)) return fatal('classes', 'a list of classes', json.classes);
  const problems: FormatProblem[] = [];
  const { tags_images: _images, tags_objects: _objects, ...rest } = json;
  const colors = createColorPicker(colorsOf(json.classes));
  const classes = readClasses(json.classes, colors.take, problems);
  const tags = readTags(json, problems);
  const meta: ProjectMeta = { ...rest, classes, tags };
  meta.projectType = readProjectType(json.projectType, problems);
  if (json.projectSettings !== undefined && !isRecord(json.projectSettings)) {
    delete meta.projectSettings;
    if (json.projectSettings !== null)
      problems.push(problem('dropped', 'projectSettings', 'an object', json.projectSettings));
  }
  return { meta, problems };
}

/** The form that is written: every default spelled out, colours in upper case. */
export function normalizeMeta(meta: ProjectMeta): ProjectMeta {
  const colors = createColorPicker([...meta.classes, ...meta.tags].map(({ color }) => color));
  return {
    ...meta,
    projectType: meta.projectType ?? 'images',
    classes: meta.classes.map((one) => ({
      ...one,
      color: readColor(one.color) ?? colors.take(),
      geometry_config: one.geometry_config ?? {},
    })),
    tags: meta.tags.map(({ values, ...one }) => ({
      ...one,
      ...(one.value_type === 'oneof_string' ? { values: values ?? [] } : {}),
      color: readColor(one.color) ?? colors.take(),
      applicable_type: one.applicable_type ?? 'all',
      classes: one.classes ?? [],
      target_type: one.target_type ?? 'all',
    })),
  };
}

function readClasses(list: unknown[], nextColor: () => string, problems: FormatProblem[]): ClassMeta[] {
  const classes = new Map<string, ClassMeta>();
  for (const [i, entry] of list.entries()) {
    const place = `classes[${i}]`;
    if (!isRecord(entry)) {
      problems.push(problem('dropped', place, 'an object', entry));
      continue;
    }
    const { title, shape } = entry;
    if (typeof title !== 'string' || title === '') {
      problems.push(problem('dropped', `${place}.title`, 'a title', title));
      continue;
    }
    if (typeof shape !== 'string' || shape === '') {
      problems.push(problem('dropped', `${place}.shape`, 'a shape such as "polygon"', shape));
      continue;
    }
    const known = classes.get(title);
    if (known !== undefined) {
      const same = known.shape === shape;
      const hint = same ? undefined : `The first one, a ${known.shape}, is used.`;
      problems.push(
        problem(same ? 'warning' : 'dropped', `${place}.title`, 'a title of its own', title, hint),
      );
      continue;
    }
    const color = colorOr(entry.color, `${place}.color`, nextColor, problems);
    const config = isRecord(entry.geometry_config) ? entry.geometry_config : {};
    classes.set(title, { ...entry, title, shape, color, geometry_config: config });
  }
  return [...classes.values()];
}

function readTags(json: Record<string, unknown>, problems: FormatProblem[]): TagMeta[] {
  const modern = listOf(json.tags, 'tags', problems);
  const legacy = [
    ...listOf(json.tags_images, 'tags_images', problems),
    ...listOf(json.tags_objects, 'tags_objects', problems),
  ];
  if (modern.length > 0 && legacy.length > 0)
    problems.push(problem('warning', 'tags', 'either "tags" or "tags_images" and "tags_objects"', 'both'));
  const entries = [...modern, ...legacy];
  const colors = createColorPicker(colorsOf(entries.map(({ value }) => value)));
  const tags = new Map<string, TagMeta>();
  for (const { place, value } of entries) {
    const tag = readTagMeta(value, place, colors.take, problems);
    if (tag === undefined) continue;
    const known = tags.get(tag.name);
    if (known === undefined) tags.set(tag.name, tag);
    // The old form lists a tag of images and objects twice.
    else if (!sameTag(known, tag))
      problems.push(problem('dropped', place, `the same definition of "${tag.name}" as before`, value));
  }
  return [...tags.values()];
}

/** Name, type and values say which tag it is; the rest is how it looks. */
export function sameTag(a: Pick<TagMeta, 'value_type' | 'values'>, b: typeof a): boolean {
  if (a.value_type !== b.value_type) return false;
  if (a.value_type !== 'oneof_string') return true;
  const [left, right] = [a.values ?? [], b.values ?? []];
  return left.length === right.length && left.every((value, i) => value === right[i]);
}

function readTagMeta(
  entry: unknown,
  place: string,
  nextColor: () => string,
  problems: FormatProblem[],
): TagMeta | undefined {
  if (typeof entry === 'string' && entry !== '')
    return { name: entry, value_type: 'none', color: nextColor() };
  if (!isRecord(entry) || typeof entry.name !== 'string' || entry.name === '') {
    problems.push(problem('dropped', place, 'a tag with a name', entry));
    return undefined;
  }
  const { name, values: given, ...rest } = entry;
  let type = entry.value_type ?? 'none';
  if (!isValueType(type)) {
    const hint = 'Its values are read as text.';
    problems.push(
      problem('warning', `${place}.value_type`, `one of ${TAG_VALUE_TYPES.join(', ')}`, type, hint),
    );
    type = 'any_string' satisfies TagValueType;
  }
  const color = colorOr(entry.color, `${place}.color`, nextColor, problems);
  const tag = { ...rest, name, value_type: type, color } as TagMeta;
  if (type === 'oneof_string') {
    const values = Array.isArray(given) ? given.filter((value) => typeof value === 'string') : [];
    if (!Array.isArray(given) || values.length !== given.length)
      problems.push(problem('warning', `${place}.values`, 'a list of texts', given));
    tag.values = values;
  }
  return tag;
}

function readProjectType(value: unknown, problems: FormatProblem[]): ProjectType {
  const known = PROJECT_TYPES.find((type) => type === value);
  if (known !== undefined) return known;
  if (value !== undefined && value !== null)
    problems.push(problem('warning', 'projectType', `one of ${PROJECT_TYPES.join(', ')}`, value));
  return 'images';
}

function colorOr(value: unknown, place: string, next: () => string, problems: FormatProblem[]): string {
  const color = readColor(value);
  if (color !== undefined) return color;
  if (value !== undefined) problems.push(problem('warning', place, 'a colour #RRGGBB', value));
  return next();
}

function colorsOf(list: unknown[]): string[] {
  return list.flatMap((entry) => (isRecord(entry) ? (readColor(entry.color) ?? []) : []));
}

function listOf(
  value: unknown,
  place: string,
  problems: FormatProblem[],
): { place: string; value: unknown }[] {
  if (Array.isArray(value)) return value.map((one: unknown, i) => ({ place: `${place}[${i}]`, value: one }));
  if (value !== undefined && value !== null) problems.push(problem('dropped', place, 'a list', value));
  return [];
}

const isValueType = (value: unknown): value is TagValueType => TAG_VALUE_TYPES.some((type) => type === value);

function fatal(place: string, expected: string, got: unknown): ReadMeta {
  const hint = `A smallest meta.json is {"classes": [], "tags": []}; this one has ${shown(got)}.`;
  return { meta: emptyMeta(), problems: [problem('fatal', place, expected, got, hint)] };
}
