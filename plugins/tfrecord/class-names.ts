/** What the class of an object is called: by the record's text, else by the label map, else by its number. */
import type { LabelMapItem } from './label-map.ts';

export interface NamedClass {
  name: string;
  /** Why the name is a guess. */
  doubt?: string;
}

export interface ClassNames {
  of(text: string, id: number | undefined): NamedClass;
}

/** Longer ones are no names. */
const MAX_NAME = 200;

export function createClassNames(items: readonly LabelMapItem[]): ClassNames {
  const byId = new Map(items.map((item) => [item.id, item.title]));
  const byName = new Map(items.map((item) => [item.name, item.title]));
  return {
    of(text, id) {
      if (text !== '') return { name: (byName.get(text) ?? text).slice(0, MAX_NAME) };
      const known = id === undefined ? undefined : byId.get(id);
      if (known !== undefined) return { name: known.slice(0, MAX_NAME) };
      if (id === undefined || id === 0)
        return {
          name: 'unlabeled',
          doubt: `expected the name or the number of a class, got ${id === 0 ? 'number 0, which stands for the background' : 'neither'}; the object is unlabeled`,
        };
      const why = items.length === 0 ? 'there is no label map' : 'the label map has no such id';
      return { name: `class_${id}`, doubt: `expected a name for class ${id}, got none: ${why}` };
    },
  };
}
