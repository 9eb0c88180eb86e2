/** What an object says beside name and box, as tags of its label; definitions are asked for once each. */
import type { Tag, WantedTag } from '../../src/format/model.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { VocField } from './read-annotation.ts';
import { MAX_VALUES, type Survey } from './survey.ts';

export interface ObjectTags {
  of(fields: readonly VocField[]): Tag[];
}

export interface TagSources {
  survey: Pick<Survey, 'tags' | 'names'>;
  /** Title of the label's class for a name in the XML, where there is one. */
  titleOf(name: string): string | undefined;
}

/**
 * A flag that is 1 is a tag without a value, all other flags are none. An element called as a class is one of the
 * values that were seen; else a date where all values are, or a text. Empty elements are tags without a value.
 */
export function createObjectTags(
  project: Pick<ProjectWriter, 'defineTag'>,
  { survey, titleOf }: TagSources,
): ObjectTags {
  const defined = new Map<string, string>();

  function nameOf(wanted: WantedTag): string {
    const key = `${wanted.value_type} ${wanted.name}`;
    let name = defined.get(key);
    if (name === undefined) {
      name = project.defineTag({ ...wanted, applicable_type: 'objectsOnly' });
      defined.set(key, name);
    }
    return name;
  }

  function tagOf({ name, text, isFlag }: VocField): Tag | undefined {
    if (isFlag) {
      const yes = text !== undefined && (Number(text) === 1 || /^(?:true|yes)$/i.test(text));
      return yes ? { name: nameOf({ name, value_type: 'none' }) } : undefined;
    }
    // What the original VOC writes when nobody said anything.
    if (name === 'pose' && (text === undefined || /^unspecified$/i.test(text))) return undefined;
    const seen = survey.tags.get(name.slice(name.lastIndexOf('.') + 1));
    if (text === undefined && seen?.texts !== true) return { name: nameOf({ name, value_type: 'none' }) };
    const value = text ?? '';
    return { name: nameOf(typed(name, value, seen)), value };
  }

  function typed(name: string, value: string, seen: ReturnType<Survey['tags']['get']>): WantedTag {
    const title = survey.names.has(name) ? titleOf(name) : undefined;
    if (
      title !== undefined &&
      seen?.values.has(value) === true &&
      seen.values.size < MAX_VALUES &&
      !seen.empty
    )
      return { name, value_type: 'oneof_string', values: [...seen.values].sort(), classes: [title] };
    if (name !== 'pose' && seen?.onlyDates === true && !seen.empty) return { name, value_type: 'date' };
    return { name, value_type: 'any_string' };
  }

  return {
    of(fields) {
      if (fields.length === 0) return [];
      const tags: Tag[] = [];
      for (const field of fields) {
        const tag = tagOf(field);
        if (tag !== undefined && !tags.some((one) => one.name === tag.name && one.value === tag.value))
          tags.push(tag);
      }
      return tags;
    },
  };
}
