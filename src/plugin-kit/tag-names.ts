/** Tags as importers meet them, again and again: each is defined once, and values are made to fit their type. */
import type { Tag, TagValueType } from '../format/model.ts';
import type { ProjectWriter } from './plugin.ts';

export type TagPlace = 'imagesOnly' | 'objectsOnly';

export interface TagNames {
  none(name: string, on: TagPlace): Tag;
  text(name: string, value: string, on: TagPlace): Tag;
  number(name: string, value: number, on: TagPlace): Tag;
  /** A value that is not among `values` makes it a text. */
  oneOf(name: string, value: string, values: readonly string[], on: TagPlace): Tag;
}

export function createTagNames(project: Pick<ProjectWriter, 'defineTag'>): TagNames {
  const names = new Map<string, string>();

  function nameOf(name: string, type: TagValueType, on: TagPlace, values?: readonly string[]): string {
    const key = `${type} ${on} ${name}${values === undefined ? '' : `\n${values.join('\n')}`}`;
    let known = names.get(key);
    if (known === undefined) {
      known = project.defineTag({
        name,
        value_type: type,
        applicable_type: on,
        ...(values === undefined ? {} : { values: [...values] }),
      });
      names.set(key, known);
    }
    return known;
  }

  const tags: TagNames = {
    none: (name, on) => ({ name: nameOf(name, 'none', on) }),
    text: (name, value, on) => ({ name: nameOf(name, 'any_string', on), value }),
    number: (name, value, on) => ({ name: nameOf(name, 'any_number', on), value }),
    oneOf: (name, value, values, on) =>
      values.includes(value)
        ? { name: nameOf(name, 'oneof_string', on, values), value }
        : tags.text(name, value, on),
  };
  return tags;
}
