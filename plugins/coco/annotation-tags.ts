/** `iscrowd` and `attributes` of an annotation as tags of its labels; definitions are asked for once each. */
import type { Tag, TagValueType } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

export interface AnnotationTags {
  of(annotation: Readonly<Record<string, unknown>>): Tag[];
  caption(text: string): Tag;
}

const NO_TAGS: Tag[] = [];

/** `true` is a tag without a value, `false` and null are none, lists and objects are kept as JSON text. */
export function createAnnotationTags(project: Pick<ProjectWriter, 'defineTag'>): AnnotationTags {
  const names = new Map<string, string>();

  function nameOf(name: string, type: TagValueType, on: 'objectsOnly' | 'all'): string {
    const key = `${type} ${name}`;
    let known = names.get(key);
    if (known === undefined) {
      known = project.defineTag({ name, value_type: type, applicable_type: on });
      names.set(key, known);
    }
    return known;
  }

  function attribute(name: string, value: unknown): Tag | undefined {
    if (value === null || value === undefined || value === false || name === '') return undefined;
    if (value === true) return { name: nameOf(name, 'none', 'objectsOnly') };
    if (typeof value === 'number') return { name: nameOf(name, 'any_number', 'objectsOnly'), value };
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // An attribute may be called as the tag of the images is: then it is one tag for both.
    return { name: nameOf(name, 'any_string', name === 'caption' ? 'all' : 'objectsOnly'), value: text };
  }

  return {
    of(annotation) {
      const { iscrowd, attributes } = annotation;
      const crowd = iscrowd === 1 || iscrowd === true || iscrowd === '1';
      if (!crowd && !isRecord(attributes)) return NO_TAGS;
      const tags: Tag[] = crowd ? [{ name: nameOf('iscrowd', 'none', 'objectsOnly') }] : [];
      for (const [name, value] of isRecord(attributes) ? Object.entries(attributes) : []) {
        const tag = attribute(name, value);
        if (tag !== undefined) tags.push(tag);
      }
      return tags;
    },
    caption: (text) => ({ name: nameOf('caption', 'any_string', 'all'), value: text }),
  };
}
