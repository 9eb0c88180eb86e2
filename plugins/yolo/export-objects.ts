/** Labels of one picture as objects: those of one instance and class belong together, as an import made them. */
import type { Geometry, ImageAnnotation, Label, Point } from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import type { ExportClass, ExportClasses } from './export-classes.ts';

export type Graph = Extract<Geometry, { geometryType: 'graph' }>;

export interface YoloObject {
  owner: ExportClass;
  /** Corners in pixels, inclusive. */
  box?: [Point, Point];
  graph?: Graph;
  /** All the rest. */
  others: Label[];
}

export function objectsOf(annotation: ImageAnnotation, classes: ExportClasses, losses: Losses): YoloObject[] {
  const list: YoloObject[] = [];
  const byInstance = new Map<string, YoloObject>();
  for (const label of annotation.objects) {
    const owner = classes.byTitle.get(label.classTitle);
    if (!isKnownLabel(label) || owner === undefined) {
      losses.add(
        owner === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    for (const { name } of label.tags) losses.add(`tag ${name} of a label`);
    const { instance } = label;
    const key = typeof instance === 'string' && instance !== '' ? `${owner.index} ${instance}` : undefined;
    let object = key === undefined ? undefined : byInstance.get(key);
    if (object === undefined || isTaken(object, label)) {
      object = { owner, others: [] };
      list.push(object);
      if (key !== undefined && !byInstance.has(key)) byInstance.set(key, object);
    }
    put(object, label);
  }
  return list;
}

/** An object has one box and one set of keypoints. */
function isTaken(object: YoloObject, { geometryType }: Label): boolean {
  if (geometryType === 'rectangle') return object.box !== undefined;
  return geometryType === 'graph' && object.graph !== undefined;
}

function put(object: YoloObject, label: Label): void {
  if (label.geometryType === 'graph') object.graph = label;
  else if (label.geometryType !== 'rectangle') object.others.push(label);
  else {
    const [a, b] = label.points.exterior;
    if (a === undefined || b === undefined) return;
    object.box = [
      [Math.min(a[0], b[0]), Math.min(a[1], b[1])],
      [Math.max(a[0], b[0]), Math.max(a[1], b[1])],
    ];
  }
}
