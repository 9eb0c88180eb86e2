/** Tag entries of images and objects: bare names of old files, and values that fit their tag or nearly so. */
import type { FormatProblem, Tag, TagMeta } from './model.ts';
import { isRecord, problem } from './problem.ts';

/** `tags` undefined: nothing is known about them, values stay as they are. */
export function readTags(
  list: unknown,
  place: string,
  tags: ReadonlyMap<string, TagMeta> | undefined,
  problems: FormatProblem[],
): Tag[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    problems.push(problem('dropped', place, 'a list of tags', list));
    return [];
  }
  const read: Tag[] = [];
  for (const [i, entry] of list.entries()) {
    const tag = readTag(entry, `${place}[${i}]`, tags, problems);
    if (tag !== undefined) read.push(tag);
  }
  return read;
}

function readTag(
  entry: unknown,
  place: string,
  tags: ReadonlyMap<string, TagMeta> | undefined,
  problems: FormatProblem[],
): Tag | undefined {
  if (typeof entry === 'string' && entry !== '') return withValue({ name: entry }, place, tags, problems);
  if (!isRecord(entry) || typeof entry.name !== 'string' || entry.name === '') {
    problems.push(problem('dropped', place, 'a tag with a name', entry));
    return undefined;
  }
  const { value } = entry;
  if (value !== undefined && value !== null && typeof value !== 'string' && !Number.isFinite(value)) {
    problems.push(problem('dropped', `${place}.value`, 'a text or a number', value));
    return undefined;
  }
  return withValue(entry as Tag, place, tags, problems);
}

function withValue(
  tag: Tag,
  place: string,
  tags: ReadonlyMap<string, TagMeta> | undefined,
  problems: FormatProblem[],
): Tag | undefined {
  if (tags === undefined) return tag;
  const meta = tags.get(tag.name);
  if (meta === undefined) {
    problems.push(problem('warning', `${place}.name`, 'a tag of meta.json', tag.name));
    return tag;
  }
  const expected = expectedValue(meta, tag.value);
  if (expected === undefined) return tag;
  const mended = mendValue(meta, tag.value);
  problems.push(problem(mended === undefined ? 'dropped' : 'warning', `${place}.value`, expected, tag.value));
  return mended === undefined ? undefined : { ...tag, value: mended };
}

/** What the value should have been; undefined when it is right. */
export function expectedValue(meta: TagMeta, value: Tag['value']): string | undefined {
  switch (meta.value_type) {
    case 'none':
      return value === undefined || value === null ? undefined : `no value for "${meta.name}"`;
    case 'any_number':
      return typeof value === 'number' ? undefined : `a number for "${meta.name}"`;
    case 'any_string':
      return typeof value === 'string' ? undefined : `a text for "${meta.name}"`;
    case 'oneof_string':
      return typeof value === 'string' && meta.values?.includes(value)
        ? undefined
        : `one of ${(meta.values ?? []).join(', ')} for "${meta.name}"`;
    case 'date':
      return isDate(value) ? undefined : `an ISO 8601 date for "${meta.name}"`;
  }
}

/** The same thing in the right type, undefined when there is none. */
function mendValue(meta: TagMeta, value: Tag['value']): Tag['value'] | undefined {
  switch (meta.value_type) {
    case 'none':
      return null;
    case 'any_number':
      return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : undefined;
    case 'any_string':
      return typeof value === 'number' ? String(value) : undefined;
    case 'oneof_string':
      return typeof value === 'number' && meta.values?.includes(String(value)) ? String(value) : undefined;
    case 'date':
      return undefined;
  }
}

/** `2024-01-31`, with or without a time. */
export function isDate(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value.replace(' ', 'T')))
  );
}
