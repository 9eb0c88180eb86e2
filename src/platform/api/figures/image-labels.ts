/** Labels of images by their ids: found, shown as figures, changed, removed. */
import type { ImageAnnotation, Label, OpaqueLabel, Tag } from '../../../format/model.ts';
import { toPixel, toSubpixel } from '../../../format/subpixel.ts';
import type { ImageLabelRow } from '../../store/repositories/figures.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { found } from '../found.ts';
import { annotationEntity, type MetaIds } from './annotation-entity.ts';
import { GEOMETRY_KEYS } from './annotation-figures.ts';
import { idsOfProjects } from './ids-of-projects.ts';
import { itemOfLabel, labelId } from './label-ids.ts';

type AnyLabel = (Label | OpaqueLabel) & Record<string, unknown>;

/** As a row of a list of figures. */
export function labelEntity(
  row: ImageLabelRow,
  options: { ids: MetaIds; integerCoords: boolean },
): Record<string, unknown> & { id: number } {
  const label = inCoordinates(row, options.integerCoords) as AnyLabel;
  const { classTitle, geometryType, tags = [], ...others } = label;
  const rest = Object.entries(others).filter(([key]) => !isGeometryKey(key));
  return {
    customData: {},
    meta: {},
    priority: null,
    area: null,
    geometryMeta: null,
    key: null,
    ...Object.fromEntries(rest),
    id: labelId(row.itemId, label, row.at),
    entityId: row.itemId,
    imageId: row.itemId,
    objectId: null,
    objectKey: null,
    classId: options.ids.classes.get(classTitle) ?? null,
    classTitle,
    projectId: row.projectId,
    datasetId: row.datasetId,
    frame: null,
    geometryType,
    geometry: geometryOfLabel(label),
    tags: tags.map((tag) => ({ ...tag, tagId: options.ids.tags.get(tag.name) ?? null })),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export function geometryOfLabel(label: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(label).filter(([key]) => isGeometryKey(key)));
}

/** SLY_NOT_FOUND when there is no such label (any more). */
export async function labelById(
  stores: Pick<Stores, 'items' | 'imageLabels'>,
  id: number,
): Promise<ImageLabelRow> {
  const rows = await labelsByIds(stores, [id]);
  return found(rows.get(id), `Figure with id: ${id}`);
}

/** Those that are there. */
export async function labelsByIds(
  stores: Pick<Stores, 'items' | 'imageLabels'>,
  ids: readonly number[],
): Promise<Map<number, ImageLabelRow>> {
  const wanted = new Set(ids);
  const labels = new Map<number, ImageLabelRow>();
  for (const item of await stores.items.get([...new Set(ids.map(itemOfLabel))])) {
    const all = [{ itemId: item.id, from: 0, to: Number.MAX_SAFE_INTEGER }];
    for (const row of await stores.imageLabels.read(all)) {
      const id = labelId(row.itemId, row.label as AnyLabel, row.at);
      if (wanted.has(id)) labels.set(id, row);
    }
  }
  return labels;
}

/** With the ids they have in the annotation; labels that are not there are left out. */
export async function tagsOfLabels(
  stores: Pick<Stores, 'items' | 'annotations' | 'projects'>,
  ids: readonly number[],
): Promise<Map<number, (Tag & { id: number })[]>> {
  const wanted = new Set(ids);
  const items = await stores.items.get([...new Set(ids.map(itemOfLabel))]);
  const idsOf = await idsOfProjects(stores, items);
  const stored = await stores.annotations.get(items.map(({ id }) => id));
  const tags = new Map<number, (Tag & { id: number })[]>();
  for (const [at, item] of items.entries()) {
    const one = stored[at];
    if (one === undefined) continue;
    const { annotation } = annotationEntity(one, item, {
      ids: idsOf(item.projectId),
      integerCoords: true,
    }) as {
      annotation: { objects: { id: number; tags: (Tag & { id: number })[] }[] };
    };
    for (const label of annotation.objects) if (wanted.has(label.id)) tags.set(label.id, label.tags);
  }
  return tags;
}

/** Gives the label for each id anew; undefined removes it. Answers the ids that are not there. */
export async function changeLabels(
  stores: Pick<Stores, 'imageLabels'>,
  ids: readonly number[],
  work: (label: AnyLabel, id: number, subpixel: boolean) => AnyLabel | undefined,
): Promise<Set<number>> {
  const left = new Set(ids);
  await stores.imageLabels.change(ids.map(itemOfLabel), (itemId, annotation, subpixel) => {
    const objects = (annotation.objects as AnyLabel[]).flatMap((label, at) => {
      const id = labelId(itemId, label, at);
      // Places move when one goes: from here on each carries its id.
      const named = { ...label, id };
      return left.delete(id) ? (work(named, id, subpixel) ?? []) : named;
    });
    return { ...annotation, objects } as ImageAnnotation;
  });
  return left;
}

/** The geometry of a label in place of the one it has, given in positions. */
export function withGeometry(
  label: AnyLabel,
  geometry: Record<string, unknown>,
  subpixel: boolean,
): AnyLabel {
  const rest = Object.fromEntries(Object.entries(label).filter(([key]) => !isGeometryKey(key)));
  const { shape: _shape, geometryType: _type, ...own } = geometry;
  const changed = { ...rest, ...own } as AnyLabel;
  return subpixel ? changed : (converted(changed, toPixel, UNBOUNDED) as AnyLabel);
}

const UNBOUNDED = { height: Number.MAX_SAFE_INTEGER, width: Number.MAX_SAFE_INTEGER };

export const sameTag = (a: Tag, b: Tag): boolean =>
  a.name === b.name && JSON.stringify(a.value ?? null) === JSON.stringify(b.value ?? null);

function inCoordinates(row: ImageLabelRow, integerCoords: boolean): Label | OpaqueLabel {
  if (integerCoords !== row.subpixel) return row.label;
  return converted(row.label, integerCoords ? toPixel : toSubpixel, row.size);
}

/** One that cannot be moved stays as it is. */
function converted(
  label: Label | OpaqueLabel,
  convert: (annotation: ImageAnnotation) => ImageAnnotation,
  size: { height: number; width: number },
): Label | OpaqueLabel {
  try {
    const whole = { description: '', size, tags: [], objects: [label] } as ImageAnnotation;
    return convert(whole).objects[0] ?? label;
  } catch {
    return label;
  }
}

const isGeometryKey = (key: string): boolean => GEOMETRY_KEYS.some((one) => one === key);
