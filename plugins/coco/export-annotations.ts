/**
 * The labels of one image as annotations. Labels of one instance and category are one annotation: outlines,
 * box and keypoints together.
 */
import type { Geometry, ImageAnnotation, Label, Point, Ring, Tag } from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import type { ExportCategories, ExportCategory } from './export-categories.ts';
import {
  type CocoBox,
  extent,
  type Outlined,
  type OutlineOptions,
  outlineOf,
  type Segmentation,
} from './export-outlines.ts';

/** Without ids, which the files give. */
export interface ExportAnnotation {
  category_id: number;
  segmentation: Segmentation;
  area: number;
  bbox: CocoBox;
  iscrowd: 0 | 1;
  attributes?: Record<string, unknown>;
  keypoints?: number[];
  num_keypoints?: number;
}

export interface Exported {
  annotation: ExportAnnotation;
  /** It has more than keypoints, so it belongs to the instances too. */
  isInstance: boolean;
}

interface Group {
  category: ExportCategory;
  outlines: Outlined[];
  box?: [Point, Point];
  graph?: Extract<Geometry, { geometryType: 'graph' }>;
  tags: Tag[];
}

export interface ExportAnnotationOptions extends OutlineOptions {
  categories: ExportCategories;
}

export function exportAnnotations(
  annotation: ImageAnnotation,
  { size, categories, losses, masks }: ExportAnnotationOptions,
): Exported[] {
  const exported: Exported[] = [];
  for (const group of groups(annotation, categories, losses)) {
    const one = exportGroup(group, { size, losses, masks });
    if (one !== undefined) exported.push(one);
  }
  return exported;
}

function groups(annotation: ImageAnnotation, categories: ExportCategories, losses: Losses): Group[] {
  const list: Group[] = [];
  const byInstance = new Map<string, Group>();
  for (const label of annotation.objects) {
    const category = categories.byClass.get(label.classTitle);
    if (!isKnownLabel(label) || category === undefined) {
      losses.add(
        category === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    const { instance } = label;
    const key = typeof instance === 'string' && instance !== '' ? `${instance}\n${category.id}` : undefined;
    let group = key === undefined ? undefined : byInstance.get(key);
    if (group === undefined || isTaken(group, label)) {
      group = { category, outlines: [], tags: [] };
      if (!put(group, label, losses)) continue;
      list.push(group);
      if (key !== undefined && !byInstance.has(key)) byInstance.set(key, group);
    } else if (!put(group, label, losses)) continue;
    group.tags.push(...label.tags);
  }
  return list;
}

/** An annotation has one box and one set of keypoints. */
function isTaken(group: Group, label: Label): boolean {
  if (label.geometryType === 'rectangle') return group.box !== undefined;
  return label.geometryType === 'graph' && group.graph !== undefined;
}

function put(group: Group, label: Label, losses: Losses): boolean {
  switch (label.geometryType) {
    case 'alpha_mask':
      losses.add('mask with transparency (it is written without)');
      group.outlines.push(label);
      return true;
    case 'oriented_bbox':
      losses.add('angle of an oriented box (it is written as its four corners)');
      group.outlines.push(label);
      return true;
    case 'polygon':
    case 'multipolygon':
    case 'bitmap':
      group.outlines.push(label as Outlined);
      return true;
    case 'rectangle': {
      const [a, b] = label.points.exterior;
      if (a === undefined || b === undefined) return false;
      group.box = [a, b];
      return true;
    }
    case 'graph':
      if (group.category.keypoints !== undefined) {
        group.graph = label;
        return true;
      }
      losses.add('graph of a class without a template');
      return false;
    default:
      losses.add(`label of shape ${label.geometryType}`);
      return false;
  }
}

function exportGroup(group: Group, options: OutlineOptions): Exported | undefined {
  const { losses } = options;
  const outline = outlineOf(group.outlines, options);
  const keypoints = group.graph === undefined ? undefined : keypointsOfGraph(group, losses);
  const box = group.box === undefined ? undefined : boxOf(group.box);
  const bbox = box ?? outline?.bbox ?? keypoints?.bbox;
  if (bbox === undefined) return undefined;
  const { iscrowd, attributes } = attributesOf(group.tags, losses);
  return {
    isInstance: outline !== undefined || box !== undefined,
    annotation: {
      category_id: group.category.id,
      segmentation: outline?.segmentation ?? [],
      area: outline?.area ?? bbox[2] * bbox[3],
      bbox,
      iscrowd,
      ...(attributes === undefined ? {} : { attributes }),
      ...(keypoints === undefined ? {} : { keypoints: keypoints.numbers, num_keypoints: keypoints.count }),
    },
  };
}

function boxOf([a, b]: [Point, Point]): CocoBox {
  const [left, top] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return [left, top, Math.max(a[0], b[0]) - left + 1, Math.max(a[1], b[1]) - top + 1];
}

function keypointsOfGraph(
  { graph, category }: Group,
  losses: Losses,
): { numbers: number[]; count: number; bbox: CocoBox } | undefined {
  const ids: readonly string[] = category.keypoints?.ids ?? [];
  const nodes = graph?.nodes ?? {};
  const numbers: number[] = [];
  const points: Ring = [];
  for (const id of ids) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (node === undefined) numbers.push(0, 0, 0);
    else {
      numbers.push(node.loc[0], node.loc[1], node.disabled === true ? 1 : 2);
      points.push(node.loc);
    }
  }
  for (const id of Object.keys(nodes))
    if (!ids.includes(id)) losses.add('node outside of the template of its class');
  if (points.length === 0) return undefined;
  return { numbers, count: points.length, bbox: extent(points) };
}

function attributesOf(
  tags: readonly Tag[],
  losses: Losses,
): { iscrowd: 0 | 1; attributes: Record<string, unknown> | undefined } {
  let iscrowd: 0 | 1 = 0;
  const attributes = new Map<string, unknown>();
  for (const { name, value } of tags) {
    if (name === 'iscrowd') {
      iscrowd = 1;
      continue;
    }
    const said = value ?? true;
    if (attributes.has(name) && attributes.get(name) !== said)
      losses.add(`value after the first of object tag ${name}`);
    else attributes.set(name, said);
  }
  return { iscrowd, attributes: attributes.size === 0 ? undefined : Object.fromEntries(attributes) };
}
