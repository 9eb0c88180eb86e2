/** Classes and tags of a project by name. Built once a meta, however many annotations are read with it. */
import type { ClassMeta, ProjectMeta, TagMeta } from './model.ts';

export interface MetaIndex {
  classes: ReadonlyMap<string, ClassMeta>;
  tags: ReadonlyMap<string, TagMeta>;
}

const indexes = new WeakMap<ProjectMeta, MetaIndex>();

/** A meta is not to be changed in place after this. */
export function indexMeta(meta: ProjectMeta): MetaIndex {
  let index = indexes.get(meta);
  if (index === undefined) {
    index = {
      classes: new Map(meta.classes.map((one) => [one.title, one])),
      tags: new Map(meta.tags.map((one) => [one.name, one])),
    };
    indexes.set(meta, index);
  }
  return index;
}
