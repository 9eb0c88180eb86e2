/**
 * Annotation files of images, of 2019 as of today. Reading is liberal: one bad object loses that object
 * alone and is named by its JSON path. `validate-annotation.ts` is the strict side.
 */

import { templateNodes } from './merge-meta.ts';
import { indexMeta, type MetaIndex } from './meta-index.ts';
import type { ClassMeta, FormatProblem, ImageAnnotation, Label, OpaqueLabel, ProjectMeta } from './model.ts';
import { isRecord, problem } from './problem.ts';
import { emptyGeometryKeys, guessGeometryType, isGeometryType, readGeometry } from './read-geometry.ts';
import { readTags } from './read-tags.ts';

export { validateAnnotation } from './validate-annotation.ts';

export interface ReadAnnotation {
  /** Undefined exactly when a problem is fatal. */
  annotation: ImageAnnotation | undefined;
  problems: FormatProblem[];
}

/** Pixels. */
export function emptyAnnotation(size: { height: number; width: number }): ImageAnnotation {
  return { description: '', size: { height: size.height, width: size.width }, tags: [], objects: [] };
}

/**
 * Never throws. With `meta` the class says what an object without `geometryType` is, and tag values are
 * brought to their type. A class or tag that is not in `meta` is kept with a warning, and so is an object
 * whose own geometry is not that of its class.
 */
export function readAnnotation(json: unknown, meta?: ProjectMeta): ReadAnnotation {
  const source = isRecord(json) && isRecord(json.annotation) ? json.annotation : json;
  const place = source === json ? '' : 'annotation.';
  if (!isRecord(source)) return fatal('', 'an object with "size", "tags" and "objects"', source);
  const { size } = source;
  if (!isRecord(size) || !isExtent(size.height) || !isExtent(size.width))
    return fatal(`${place}size`, 'height and width in pixels', size);
  if (!Array.isArray(source.objects)) return fatal(`${place}objects`, 'a list of objects', source.objects);

  const index = meta === undefined ? undefined : indexMeta(meta);
  const problems: FormatProblem[] = [];
  if (source.tags === undefined)
    problems.push(problem('warning', `${place}tags`, 'a list of tags', undefined));
  const objects: (Label | OpaqueLabel)[] = [];
  for (let i = 0; i < source.objects.length; i++) {
    const object = readObject(source.objects[i], `${place}objects[${i}]`, index, problems);
    if (object !== undefined) objects.push(object);
  }
  const annotation: ImageAnnotation = {
    ...source,
    description: typeof source.description === 'string' ? source.description : '',
    size: { ...size, height: size.height, width: size.width },
    tags: readTags(source.tags, `${place}tags`, index?.tags, problems),
    objects,
  };
  return { annotation, problems };
}

function readObject(
  source: unknown,
  place: string,
  index: MetaIndex | undefined,
  problems: FormatProblem[],
): Label | OpaqueLabel | undefined {
  if (!isRecord(source)) return lost(problems, place, 'an object', source);
  const { classTitle } = source;
  if (typeof classTitle !== 'string' || classTitle === '')
    return lost(problems, `${place}.classTitle`, 'the title of a class', classTitle);
  const objectClass = index?.classes.get(classTitle);
  if (index !== undefined && objectClass === undefined)
    problems.push(problem('warning', `${place}.classTitle`, 'a class of meta.json', classTitle));
  const type = typeOf(source, objectClass, place, problems);
  if (type === undefined) return undefined;
  const tags = readTags(source.tags, `${place}.tags`, index?.tags, problems);
  if (!isGeometryType(type)) {
    return { ...source, classTitle, tags, geometryType: type, shape: type };
  }
  const geometry = readGeometry(type, source, place, problems);
  if (geometry === undefined) return undefined;
  if (geometry.geometryType === 'graph' && objectClass !== undefined) {
    const kept = keepKnownNodes(geometry.nodes, objectClass, place, problems);
    if (Object.keys(kept).length === 0) return undefined;
    geometry.nodes = kept;
  }
  const label: Label = { ...source, classTitle, tags, ...geometry, shape: type };
  for (const key of emptyGeometryKeys(source, geometry)) delete label[key];
  return label;
}

/** The object's own word first, then its class, then the look of it. */
function typeOf(
  source: Record<string, unknown>,
  objectClass: ClassMeta | undefined,
  place: string,
  problems: FormatProblem[],
): string | undefined {
  const own = [source.geometryType, source.shape].find((one) => typeof one === 'string' && one !== '');
  const shape = objectClass === undefined || objectClass.shape === 'any' ? undefined : objectClass.shape;
  if (typeof own === 'string') {
    if (shape !== undefined && shape !== own) {
      const expected = `${shape}, the shape of class "${objectClass?.title}"`;
      problems.push(problem('warning', `${place}.geometryType`, expected, own));
    }
    return own;
  }
  if (shape !== undefined) return shape;
  const guessed = guessGeometryType(source);
  if (guessed === undefined) return lost(problems, `${place}.geometryType`, 'a geometry', undefined);
  const hint = `It looks like a ${guessed} and is read as one.`;
  problems.push(problem('warning', `${place}.geometryType`, 'a geometry', undefined, hint));
  return guessed;
}

/** A label has nodes of its template only; a template without any (an unfinished one) allows all. */
function keepKnownNodes<T>(
  nodes: Record<string, T>,
  objectClass: ClassMeta,
  place: string,
  problems: FormatProblem[],
): Record<string, T> {
  const template = new Set(templateNodes(objectClass.geometry_config));
  const unknown = Object.keys(nodes).filter((id) => !template.has(id));
  if (template.size === 0 || unknown.length === 0) return nodes;
  for (const id of unknown)
    problems.push(problem('dropped', `${place}.nodes.${id}`, `a node of class "${objectClass.title}"`, id));
  return Object.fromEntries(Object.entries(nodes).filter(([id]) => template.has(id)));
}

function isExtent(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function lost(problems: FormatProblem[], place: string, expected: string, got: unknown): undefined {
  problems.push(problem('dropped', place, expected, got));
  return undefined;
}

function fatal(place: string, expected: string, got: unknown): ReadAnnotation {
  return { annotation: undefined, problems: [problem('fatal', place, expected, got)] };
}
