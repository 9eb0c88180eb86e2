/**
 * Which classes the categories become. A category may hold several shapes, a class has one: the first that
 * applies of graph, polygon and mask takes the category's name, the others get a suffix.
 *
 * | shape | class |
 * | --- | --- |
 * | keypoints | `name` |
 * | polygon | `name`, or `name_polygon` beside keypoints |
 * | mask | `name`, or `name_mask` beside keypoints or polygons |
 * | bbox | `name_bbox` (`name bbox` when the name has a space), or `name` when it ends so and is free |
 *
 * What a category of a file without an own annotation gets follows from what the file holds elsewhere.
 */
import { shown } from '../../src/format/problem.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { HAS } from './annotation-fields.ts';
import type { IdCodes } from './id-code.ts';
import { graphTemplate } from './skeleton.ts';

export interface CategoryClasses {
  name: string;
  /** Titles as the project has them. */
  polygon?: string;
  mask?: string;
  box?: string;
  graph?: string;
  /** Node ids in the order of the file, for `graph`. */
  nodes: readonly string[];
}

export interface CategorySource {
  /** Path of the JSON file. */
  file: string;
  /** The elements of `categories`. */
  categories: readonly unknown[];
  /** Bits of HAS by id code of the category. */
  has: ReadonlyMap<number, number>;
}

interface Known {
  name: string;
  supercategory: string | undefined;
  color: string | undefined;
  keypoints: string[];
  skeleton: unknown;
  /** What its own annotations have, and what any annotation of its files has. */
  own: number;
  around: number;
}

export interface ClassOptions {
  masksStay: boolean;
}

/** Defines the classes; answers by file and id code of the category. */
export function defineClasses(
  sources: readonly CategorySource[],
  idOf: IdCodes,
  {
    project,
    book,
    masksStay,
  }: { project: Pick<ProjectWriter, 'defineClass'>; book: ProblemBook } & ClassOptions,
): ReadonlyMap<number, CategoryClasses>[] {
  const known = new Map<string, Known>();
  const byFile = sources.map((source) => collect(source, known, idOf, book));
  const classes = new Map<string, CategoryClasses>();
  for (const category of known.values())
    classes.set(category.name, define(category, project, book, masksStay));
  return byFile.map((names) => {
    const found = new Map<number, CategoryClasses>();
    for (const [code, name] of names) {
      const one = classes.get(name);
      if (one !== undefined) found.set(code, one);
    }
    return found;
  });
}

function collect(
  { file, categories, has }: CategorySource,
  known: Map<string, Known>,
  idOf: IdCodes,
  book: ProblemBook,
): Map<number, string> {
  const names = new Map<number, string>();
  let around = 0;
  for (const bits of has.values()) around |= bits;
  for (const [i, raw] of categories.entries()) {
    const category = (raw ?? {}) as Record<string, unknown>;
    const code = idOf(category.id);
    const name =
      readName(category.name) ?? (Number.isNaN(code) ? undefined : `category ${String(category.id)}`);
    const place = `categories[${i}]`;
    if (Number.isNaN(code) || name === undefined) {
      book.note('warning', 'categories without an id', () => ({
        file,
        place: `${place}.id`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected an id, got ${shown(category.id)}`,
      }));
      continue;
    }
    if (readName(category.name) === undefined) {
      book.note('warning', 'categories without a name', () => ({
        file,
        place: `${place}.name`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected a name, got ${shown(category.name)}; the class is called ${name}`,
      }));
    }
    if (names.has(code)) {
      book.note('warning', 'categories whose id was taken', () => ({
        file,
        place: `${place}.id`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected an id of its own, got ${shown(category.id)} again; the first one counts`,
      }));
      continue;
    }
    names.set(code, name);
    const keypoints = readKeypointNames(category.keypoints);
    const before = known.get(name);
    // Which categories the segments have is in the annotations, which nobody has read yet.
    const own = (has.get(code) ?? 0) | ((around & HAS.segments) === 0 ? 0 : HAS.rle);
    if (before === undefined) {
      const supercategory = readName(category.supercategory);
      known.set(name, {
        name,
        supercategory: supercategory === name ? undefined : supercategory,
        color: readCategoryColor(category.color),
        keypoints,
        skeleton: category.skeleton,
        own,
        around,
      });
    } else {
      before.own |= own;
      before.around |= around;
      if (before.keypoints.length === 0 && keypoints.length > 0) {
        before.keypoints = keypoints;
        before.skeleton = category.skeleton;
      } else if (keypoints.length > 0 && keypoints.join('\n') !== before.keypoints.join('\n')) {
        book.note('warning', 'categories with other keypoints than before', () => ({
          file,
          place: `${place}.keypoints`,
          code: 'SLY_FORMAT_INVALID',
          message: `expected the keypoints ${name} had before, got ${shown(keypoints)}; they are read by their order`,
        }));
      }
    }
  }
  return names;
}

function define(
  category: Known,
  project: Pick<ProjectWriter, 'defineClass'>,
  book: ProblemBook,
  masksStay: boolean,
): CategoryClasses {
  const { name, own, around } = category;
  const base = {
    ...(category.color === undefined ? {} : { color: category.color }),
    ...(category.supercategory === undefined
      ? {}
      : { description: `supercategory: ${category.supercategory}` }),
  };
  const classes: CategoryClasses = { name, nodes: category.keypoints };
  let free = true;
  const title = (suffix: string): string => {
    const used = free ? name : `${name}${suffix}`;
    free = false;
    return used;
  };
  if (category.keypoints.length > 0 && (around & HAS.keypoints) !== 0) {
    const { template, dangling } = graphTemplate(category.keypoints, category.skeleton);
    if (dangling > 0) {
      book.note('warning', 'skeleton edges that lead nowhere', () => ({
        code: 'SLY_FORMAT_INVALID',
        message: `category ${name}: expected pairs from 1 to ${category.keypoints.length} in skeleton, got ${dangling} others; they are left out`,
      }));
    }
    classes.graph = project.defineClass({
      ...base,
      title: title(''),
      shape: 'graph',
      geometry_config: template,
    });
  }
  const hasMask = (own & HAS.rle) !== 0;
  const endsWithBox = /bbox$/.test(name);
  const bare = free && (own & (HAS.polygon | HAS.rle)) === 0;
  // Nothing is outlined here, but the file outlines others: the class is wanted, as their shape.
  const asOthers =
    bare && (around & (HAS.polygon | HAS.rle)) !== 0 && !(endsWithBox && (own & HAS.box) !== 0);
  if ((own & HAS.polygon) !== 0 || (hasMask && !masksStay) || asOthers)
    classes.polygon = project.defineClass({ ...base, title: title('_polygon'), shape: 'polygon' });
  if (hasMask && masksStay)
    classes.mask = project.defineClass({ ...base, title: title('_mask'), shape: 'bitmap' });
  if ((around & HAS.box) !== 0) {
    const suffixed = `${name}${name.includes(' ') ? ' ' : '_'}bbox`;
    const taken = endsWithBox && free ? name : suffixed;
    if (taken === name) free = false;
    classes.box = project.defineClass({ ...base, title: taken, shape: 'rectangle' });
  }
  if (free && classes.box === undefined) project.defineClass({ ...base, title: name, shape: 'any' });
  return classes;
}

function readName(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Names of the nodes; a repeated one gets a number, so that every node has an id of its own. */
function readKeypointNames(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const seen = new Map<string, number>();
  return value.map((one: unknown, i) => {
    const name = typeof one === 'string' && one.trim() !== '' ? one : String(i);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

/** `#RRGGBB`, or the `[r, g, b]` of panoptic files. */
function readCategoryColor(value: unknown): string | undefined {
  if (typeof value === 'string' && /^#[0-9a-f]{6}$/i.test(value)) return value.toUpperCase();
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const bytes = value.slice(0, 3).map(Number);
  if (bytes.some((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255)) return undefined;
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`.toUpperCase();
}
