/** The strict side: what a written annotation must satisfy. A problem here is a fault of whoever wrote it. */
import { toSlyError } from '../lib/errors.ts';
import { decodeAlphaMask, decodeBitmap } from './bitmap.ts';
import { labelPoints } from './label-points.ts';
import { templateNodes } from './merge-meta.ts';
import { indexMeta, type MetaIndex } from './meta-index.ts';
import type { FormatProblem, ImageAnnotation, Label, OpaqueLabel, Point, ProjectMeta, Tag } from './model.ts';
import { problem } from './problem.ts';
import { isGeometryType, isKnownLabel, readGeometry } from './read-geometry.ts';
import { expectedValue } from './read-tags.ts';

/**
 * Every class and tag is in `meta`, values fit, `geometryType`, `shape` and the class agree, points and masks
 * lie inside the image, boxes are in order, no mask is empty. Empty list = fit to be stored.
 */
export function validateAnnotation(annotation: ImageAnnotation, meta: ProjectMeta): FormatProblem[] {
  const index = indexMeta(meta);
  const problems: FormatProblem[] = [];
  const { width, height } = annotation.size;
  if (!(Number.isInteger(width) && width > 0 && Number.isInteger(height) && height > 0))
    problems.push(problem('fatal', 'size', 'height and width in pixels', annotation.size));
  checkTags(annotation.tags, 'tags', 'imagesOnly', index, problems);
  for (const [i, object] of annotation.objects.entries())
    checkObject(object, `objects[${i}]`, annotation.size, index, problems);
  return problems;
}

function checkTags(
  tags: readonly Tag[],
  place: string,
  use: 'imagesOnly' | 'objectsOnly',
  index: MetaIndex,
  problems: FormatProblem[],
  classTitle?: string,
): void {
  for (const [i, tag] of tags.entries()) {
    const meta = index.tags.get(tag.name);
    if (meta === undefined) {
      problems.push(problem('dropped', `${place}[${i}].name`, 'a tag of the project', tag.name));
      continue;
    }
    const expected = expectedValue(meta, tag.value);
    if (expected !== undefined)
      problems.push(problem('dropped', `${place}[${i}].value`, expected, tag.value));
    const applies = meta.applicable_type ?? 'all';
    if (applies !== 'all' && applies !== use)
      problems.push(problem('dropped', `${place}[${i}].name`, `a tag that is not ${applies}`, tag.name));
    const limit = meta.classes ?? [];
    if (classTitle !== undefined && limit.length > 0 && !limit.includes(classTitle))
      problems.push(problem('dropped', `${place}[${i}].name`, `a tag for class "${classTitle}"`, tag.name));
  }
}

function checkObject(
  object: Label | OpaqueLabel,
  place: string,
  size: { width: number; height: number },
  index: MetaIndex,
  problems: FormatProblem[],
): void {
  const wrong = (at: string, expected: string, got: unknown): void => {
    problems.push(problem('dropped', at === '' ? place : `${place}.${at}`, expected, got));
  };
  const objectClass = index.classes.get(object.classTitle);
  const type = object.geometryType;
  if (objectClass === undefined) wrong('classTitle', 'a class of the project', object.classTitle);
  else if (objectClass.shape !== 'any' && objectClass.shape !== type)
    wrong('geometryType', `${objectClass.shape} as its class has`, type);
  if (object.shape !== undefined && object.shape !== type)
    wrong('shape', `${type} as geometryType has`, object.shape);
  checkTags(object.tags, `${place}.tags`, 'objectsOnly', index, problems, object.classTitle);
  if (!isGeometryType(type) || !isKnownLabel(object)) return;

  const before = problems.length;
  if (readGeometry(type, object, place, problems) === undefined || problems.length > before) return;
  if (object.geometryType === 'graph') {
    const template = new Set(templateNodes(objectClass?.geometry_config));
    for (const id of Object.keys(object.nodes))
      if (!template.has(id)) wrong(`nodes.${id}`, `a node of class "${object.classTitle}"`, id);
  }
  if (object.geometryType === 'rectangle') {
    const [a, b] = object.points.exterior;
    if (a !== undefined && b !== undefined && (a[0] > b[0] || a[1] > b[1]))
      wrong('points.exterior', 'the left top corner first', object.points.exterior);
  }
  if (object.geometryType === 'bitmap' || object.geometryType === 'alpha_mask')
    checkMask(object, size, wrong);
  // A turned box may reach over the image: it is not cropped either.
  if (object.geometryType === 'oriented_bbox') return;
  const outside = labelPoints(object).find((point) => !isInside(point, size));
  if (outside !== undefined) wrong('', `points inside the image of ${size.width} x ${size.height}`, outside);
}

function checkMask(
  label: Extract<Label, { bitmap: unknown }>,
  size: { width: number; height: number },
  wrong: (at: string, expected: string, got: unknown) => void,
): void {
  try {
    const mask = label.geometryType === 'bitmap' ? decodeBitmap(label.bitmap) : decodeAlphaMask(label.bitmap);
    if (!mask.data.some((value) => value !== 0)) wrong('bitmap', 'a mask that is not empty', 'an empty one');
    const [x, y] = label.bitmap.origin;
    if (x < 0 || y < 0 || x + mask.width > size.width || y + mask.height > size.height)
      wrong('bitmap', `a mask inside the image of ${size.width} x ${size.height}`, [
        x,
        y,
        mask.width,
        mask.height,
      ]);
  } catch (error) {
    wrong('bitmap.data', 'a mask', toSlyError(error).detail);
  }
}

function isInside([x, y]: Point, size: { width: number; height: number }): boolean {
  return x >= 0 && y >= 0 && x <= size.width - 1 && y <= size.height - 1;
}
