/**
 * Brings classes and tags from several places into one project. A class is the same when title and shape are
 * (a graph: the nodes too), a tag when name, type and values are. What clashes gets `_1`, `_2`, ... and
 * every annotation that uses it has to follow (`renameInAnnotation`). Merging the same thing again changes
 * nothing. Colours of new classes are deterministic.
 */
import { createColorPicker, readColor } from './colors.ts';
import { sameTag } from './meta.ts';
import type {
  ClassMeta,
  ImageAnnotation,
  ProjectMeta,
  Renames,
  Tag,
  TagMeta,
  WantedClass,
  WantedTag,
} from './model.ts';
import { isRecord } from './problem.ts';

export interface MetaMerger {
  /** Title to use. Constant time for a class it has met before. */
  class(wanted: WantedClass): { title: string; renamed: boolean };
  tag(wanted: WantedTag): { name: string; renamed: boolean };
  /** Everything of another project; gives the names that are different now. */
  merge(meta: ProjectMeta): { classes: Map<string, string>; tags: Map<string, string> };
  hasClass(title: string): boolean;
  /** What came out, a copy of its own. */
  meta(): ProjectMeta;
}

interface MetaRest {
  projectSettings?: Record<string, unknown>;
  [key: string]: unknown;
}

export function createMetaMerger(into: ProjectMeta): MetaMerger {
  const classes = new Map(into.classes.map((one) => [one.title, one]));
  const tags = new Map(into.tags.map((one) => [one.name, one]));
  const colors = createColorPicker([...into.classes, ...into.tags].map(({ color }) => color));
  const { classes: _classes, tags: _tags, ...rest } = into;
  let others: MetaRest = rest;
  /** `title, shape, nodes` -> title in use. */
  const knownClasses = new Map<string, string>();
  const knownTags = new Map<string, string>();

  function mergeClass(wanted: WantedClass): { title: string; renamed: boolean } {
    const key = classKey(wanted);
    let title = knownClasses.get(key);
    if (title === undefined) {
      title = freeName(wanted.title, (name) => {
        const there = classes.get(name);
        return there === undefined || classKey({ ...there, title: wanted.title }) === key;
      });
      if (!classes.has(title)) {
        const color = readColor(wanted.color) ?? colors.take();
        colors.mark(color);
        classes.set(title, { ...wanted, title, color, geometry_config: wanted.geometry_config ?? {} });
      }
      knownClasses.set(key, title);
    }
    return { title, renamed: title !== wanted.title };
  }

  function mergeTag(wanted: WantedTag): { name: string; renamed: boolean } {
    const key = JSON.stringify([wanted.name, wanted.value_type, valuesOf(wanted)]);
    let name = knownTags.get(key);
    if (name === undefined) {
      name = freeName(wanted.name, (one) => {
        const there = tags.get(one);
        return there === undefined || sameTag(there, wanted);
      });
      knownTags.set(key, name);
    }
    const there = tags.get(name);
    if (there === undefined) {
      const color = readColor(wanted.color) ?? colors.take();
      colors.mark(color);
      tags.set(name, { ...wanted, name, color });
    } else {
      const wider = widen(there, wanted);
      if (wider !== there) tags.set(name, wider);
    }
    return { name, renamed: name !== wanted.name };
  }

  return {
    class: mergeClass,
    tag: mergeTag,
    merge(meta) {
      const renamed = { classes: new Map<string, string>(), tags: new Map<string, string>() };
      for (const one of meta.classes) {
        const { title } = mergeClass(one);
        if (title !== one.title) renamed.classes.set(one.title, title);
      }
      for (const one of meta.tags) {
        const limited = one.classes?.map((title) => renamed.classes.get(title) ?? title);
        const { name } = mergeTag(limited === undefined ? one : { ...one, classes: limited });
        if (name !== one.name) renamed.tags.set(one.name, name);
      }
      const { classes: _c, tags: _t, projectSettings: settings, ...more } = meta;
      others = { ...more, ...others };
      const chosen = settingsOf(others.projectSettings, settings, renamed.tags);
      if (chosen !== undefined) others = { ...others, projectSettings: chosen };
      return renamed;
    },
    hasClass: (title) => classes.has(title),
    meta: () => ({ ...others, classes: [...classes.values()], tags: [...tags.values()] }),
  };
}

/** The annotation itself when nothing in it has a new name. */
export function renameInAnnotation(annotation: ImageAnnotation, renames: Renames): ImageAnnotation {
  if (renames.classes.size === 0 && renames.tags.size === 0) return annotation;
  let changed = false;
  const renameTags = (tags: Tag[]): Tag[] => {
    if (!tags.some((tag) => renames.tags.has(tag.name))) return tags;
    changed = true;
    return tags.map((tag) => ({ ...tag, name: renames.tags.get(tag.name) ?? tag.name }));
  };
  const tags = renameTags(annotation.tags);
  const objects = annotation.objects.map((object) => {
    const title = renames.classes.get(object.classTitle);
    const own = renameTags(object.tags);
    if (title === undefined && own === object.tags) return object;
    changed = true;
    return { ...object, classTitle: title ?? object.classTitle, tags: own };
  });
  return changed ? { ...annotation, tags, objects } : annotation;
}

/** Ids of the nodes a graph class has; the labels of a class may use these only. */
export function templateNodes(config: Record<string, unknown> | undefined): string[] {
  return isRecord(config?.nodes) ? Object.keys(config.nodes) : [];
}

function classKey({ title, shape, geometry_config }: WantedClass | ClassMeta): string {
  if (shape !== 'graph') return `${shape}\n${title}`;
  return JSON.stringify([title, shape, templateNodes(geometry_config).sort()]);
}

const valuesOf = (tag: WantedTag | TagMeta): string[] =>
  tag.value_type === 'oneof_string' ? (tag.values ?? []) : [];

function freeName(name: string, fits: (name: string) => boolean): string {
  if (fits(name)) return name;
  let number = 1;
  while (!fits(`${name}_${number}`)) number++;
  return `${name}_${number}`;
}

/** One tag for both uses: where they are limited differently, the limit goes. */
function widen(there: TagMeta, wanted: WantedTag): TagMeta {
  let wider = there;
  const [applies, asked] = [there.applicable_type ?? 'all', wanted.applicable_type ?? 'all'];
  if (applies !== 'all' && applies !== asked) wider = { ...wider, applicable_type: 'all' };
  const limit = there.classes ?? [];
  const more = wanted.classes ?? [];
  if (limit.length === 0) return wider;
  if (more.length === 0) return { ...wider, classes: [] };
  const missing = more.filter((title) => !limit.includes(title));
  return missing.length === 0 ? wider : { ...wider, classes: [...limit, ...missing] };
}

/** What comes in wins, unless it only says "default"; the tag that groups images keeps its new name. */
function settingsOf(
  mine: Record<string, unknown> | undefined,
  theirs: Record<string, unknown> | undefined,
  renamedTags: ReadonlyMap<string, string>,
): Record<string, unknown> | undefined {
  if (theirs === undefined) return undefined;
  const view = isRecord(theirs.multiView) ? theirs.multiView : undefined;
  const plain = (theirs.labelingInterface ?? 'default') === 'default' && view?.enabled !== true;
  if (mine !== undefined && plain) return undefined;
  const tag = typeof view?.tagName === 'string' ? renamedTags.get(view.tagName) : undefined;
  return tag === undefined ? theirs : { ...theirs, multiView: { ...view, tagName: tag } };
}
