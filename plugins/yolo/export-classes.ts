/**
 * Which class number a class of the project is written as, in the order of the project. Classes that an import
 * made of one (`car`, `car_bbox`, `car_mask`) are one again, unless two of them have the same shape.
 */
import type { ClassMeta, ProjectMeta } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';

export interface ExportClass {
  index: number;
  name: string;
  color: string;
  keypoints?: ExportKeypoints;
}

export interface ExportKeypoints {
  /** Node ids in the order they are written. */
  ids: readonly string[];
  /** Undefined where they are but numbers. */
  names: readonly string[] | undefined;
  flip: readonly number[] | undefined;
}

export interface ExportClasses {
  list: ExportClass[];
  byTitle: ReadonlyMap<string, ExportClass>;
}

const SUFFIXES: Readonly<Record<string, RegExp>> = {
  rectangle: /[_ ]bbox$/,
  polygon: /_polygon$/,
  bitmap: /_mask$/,
};

export function planClasses(meta: ProjectMeta): ExportClasses {
  const titles = new Map(meta.classes.map((one) => [one.title, one]));
  const list: ExportClass[] = [];
  const byName = new Map<string, ExportClass>();
  const byTitle = new Map<string, ExportClass>();
  for (const one of meta.classes) {
    const name = nameOf(one, titles);
    let found = byName.get(name);
    if (found === undefined) {
      found = { index: list.length, name, color: one.color };
      list.push(found);
      byName.set(name, found);
    }
    if (one.shape === 'graph') {
      const keypoints = keypointsOf(one.geometry_config);
      if (keypoints !== undefined) found.keypoints = keypoints;
    }
    byTitle.set(one.title, found);
  }
  return { list, byTitle };
}

function nameOf({ title, shape }: ClassMeta, titles: ReadonlyMap<string, ClassMeta>): string {
  const suffix = SUFFIXES[shape];
  if (suffix === undefined || !suffix.test(title)) return title;
  const name = title.replace(suffix, '');
  const owner = titles.get(name);
  return owner === undefined || owner.shape === shape ? title : name;
}

function keypointsOf(config: Readonly<Record<string, unknown>>): ExportKeypoints | undefined {
  const nodes = isRecord(config.nodes) ? config.nodes : {};
  const ids = Object.keys(nodes);
  if (ids.length === 0) return undefined;
  const names = ids.map((id) => {
    const node = nodes[id];
    return isRecord(node) && typeof node.label === 'string' && node.label !== '' ? node.label : id;
  });
  const telling = new Set(names).size === names.length && names.some((name, i) => name !== String(i));
  return {
    ids,
    names: telling ? names : undefined,
    flip: givenFlip(config.flip_idx, ids.length) ?? flipByName(names),
  };
}

function givenFlip(value: unknown, count: number): number[] | undefined {
  if (!Array.isArray(value) || value.length !== count || new Set(value).size !== count) return undefined;
  const good = value.every(
    (one: unknown) => Number.isInteger(one) && Number(one) >= 0 && Number(one) < count,
  );
  return good ? (value as number[]) : undefined;
}

/** `left_eye` and `right_eye` change places in a mirrored picture; undefined when no name says left or right. */
function flipByName(names: readonly string[]): number[] | undefined {
  const mirrored = (name: string): string =>
    name.replace(/left|right/gi, (side) => {
      const other = side.toLowerCase() === 'left' ? 'right' : 'left';
      if (side === side.toUpperCase()) return other.toUpperCase();
      return side[0] === side[0]?.toUpperCase() ? other[0]?.toUpperCase() + other.slice(1) : other;
    });
  const place = new Map(names.map((name, i) => [name, i]));
  const flip = names.map((name, i) => place.get(mirrored(name)) ?? i);
  return flip.some((to, i) => to !== i) && new Set(flip).size === flip.length ? flip : undefined;
}
