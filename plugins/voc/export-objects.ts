/** The labels of one picture as VOC objects, and what is to be painted. Labels of one key and name are one object. */
import type { Geometry, ImageAnnotation, Label, Point, Tag } from '../../src/format/model.ts';
import { type Bounds, geometryBounds } from '../../src/format/raster.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { ClassPlan, PlannedClass } from './class-plan.ts';
import { NEUTRAL } from './colour-table.ts';

export interface OutObject {
  name: string;
  box: Bounds;
  point?: Point;
  tags: Tag[];
  parts: { name: string; box: Bounds; tags: Tag[] }[];
}

export interface Painted {
  geometry: Geometry;
  kind: PlannedClass;
  /** Place of its object in the XML file, from 1; 0 for neutral. */
  object: number;
}

export interface OutPicture {
  objects: OutObject[];
  /** In the order they are painted. */
  masks: Painted[];
}

interface Draft {
  kind: PlannedClass;
  /** The key its labels share. */
  instance: string | undefined;
  box?: Bounds;
  /** Of what is no rectangle. */
  bounds?: Bounds;
  point?: Point;
  masks: Geometry[];
  tags: Tag[];
  parts: Draft[];
}

const MASK_SHAPES = new Set(['bitmap', 'alpha_mask', 'polygon', 'multipolygon']);
/** What a shape is written as, where that is less than it was. */
const LESS: Readonly<Record<string, string>> = {
  alpha_mask: 'the transparency',
  polygon: 'the outline',
  multipolygon: 'the outline',
};

export function objectsOf(
  annotation: ImageAnnotation,
  { size, plan, losses }: { size: Size; plan: ClassPlan; losses: Losses },
): OutPicture {
  const drafts = partsBelow(group(annotation, { size, plan, losses }), losses);
  const numbers = new Map<Geometry, Pick<Painted, 'kind' | 'object'>>();
  const objects: OutObject[] = [];
  for (const draft of drafts) {
    const box = draft.box ?? draft.bounds;
    if (box === undefined) continue;
    const isNeutral = draft.kind.name === NEUTRAL && draft.masks.length > 0;
    if (!isNeutral) {
      objects.push({
        name: draft.kind.name,
        box,
        ...(draft.point === undefined ? {} : { point: draft.point }),
        tags: distinct(draft.tags),
        parts: draft.parts.flatMap(({ kind, box: of, tags }) =>
          of === undefined ? [] : [{ name: kind.name, box: of, tags: distinct(tags) }],
        ),
      });
    } else for (const { name } of draft.tags) losses.add(`tag ${name} of a neutral area`);
    for (const mask of draft.masks)
      numbers.set(mask, { kind: draft.kind, object: isNeutral ? 0 : objects.length });
  }
  const masks: Painted[] = [];
  for (const geometry of annotation.objects) {
    const number = numbers.get(geometry as Geometry);
    if (number !== undefined) masks.push({ geometry: geometry as Geometry, ...number });
  }
  return { objects, masks };
}

function group(
  annotation: ImageAnnotation,
  { size, plan, losses }: { size: Size; plan: ClassPlan; losses: Losses },
): Draft[] {
  const drafts: Draft[] = [];
  const byKey = new Map<string, Draft>();
  for (const label of annotation.objects) {
    const kind = plan.of(label.classTitle);
    if (kind === undefined || !isKnownLabel(label)) {
      losses.add(
        kind === undefined
          ? 'label of a class that is not in the project'
          : `label of shape ${label.geometryType}`,
      );
      continue;
    }
    const bounds = boundsIn(label, size);
    if (bounds === undefined) {
      losses.add(`label of shape ${label.geometryType} outside of its picture`);
      continue;
    }
    const instance = typeof label.instance === 'string' && label.instance !== '' ? label.instance : undefined;
    const key = instance === undefined ? undefined : `${instance}\n${kind.name}`;
    let draft = key === undefined ? undefined : byKey.get(key);
    if (draft === undefined || isTaken(draft, label)) {
      draft = { kind, instance, masks: [], tags: [], parts: [] };
      drafts.push(draft);
      if (key !== undefined && !byKey.has(key)) byKey.set(key, draft);
    }
    put(draft, label, { bounds, losses });
    draft.tags.push(...label.tags);
  }
  return drafts;
}

/** An object has one box and one point. */
function isTaken(draft: Draft, { geometryType }: Label): boolean {
  if (geometryType === 'rectangle') return draft.box !== undefined;
  return geometryType === 'point' && draft.point !== undefined;
}

function put(draft: Draft, label: Label, { bounds, losses }: { bounds: Bounds; losses: Losses }): void {
  const { geometryType } = label;
  if (geometryType === 'rectangle') {
    draft.box = bounds;
    return;
  }
  draft.bounds = draft.bounds === undefined ? bounds : around(draft.bounds, bounds);
  if (MASK_SHAPES.has(geometryType)) {
    draft.masks.push(label);
    const less = LESS[geometryType];
    if (less !== undefined) losses.add(`label of shape ${geometryType} (it becomes a mask)`);
  } else if (geometryType === 'point' && draft.instance !== undefined)
    draft.point = [bounds.left, bounds.top];
  else losses.add(`label of shape ${geometryType} (it becomes its box)`);
}

/** Boxes that share a key with an object of another name are its parts. */
function partsBelow(drafts: readonly Draft[], losses: Losses): Draft[] {
  const owners = new Map<string, Draft>();
  const objects: Draft[] = [];
  for (const draft of drafts) {
    const { instance } = draft;
    const owner = instance === undefined ? undefined : owners.get(instance);
    if (owner === undefined) {
      if (instance !== undefined) owners.set(instance, draft);
      objects.push(draft);
    } else if (draft.masks.length === 0 && draft.bounds === undefined && draft.kind !== owner.kind)
      owner.parts.push(draft);
    else {
      losses.add('binding of labels that are neither one object nor its parts');
      objects.push(draft);
    }
  }
  return objects;
}

/** Whole pixels inside the picture; undefined when it lies outside. */
function boundsIn(label: Label, size: Size): Bounds | undefined {
  const bounds = geometryBounds(label);
  if (bounds === undefined) return undefined;
  const whole = label.geometryType === 'rectangle' ? Math.round : Math.floor;
  const inside = {
    left: Math.max(0, whole(bounds.left)),
    top: Math.max(0, whole(bounds.top)),
    right: Math.min(size.width - 1, whole(bounds.right)),
    bottom: Math.min(size.height - 1, whole(bounds.bottom)),
  };
  return inside.left <= inside.right && inside.top <= inside.bottom ? inside : undefined;
}

const around = (a: Bounds, b: Bounds): Bounds => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});

/** The labels of one object often have the same tags. */
function distinct(tags: readonly Tag[]): Tag[] {
  const seen = new Set<string>();
  return tags.filter(({ name, value }) => {
    const key = JSON.stringify([name, value ?? null]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
