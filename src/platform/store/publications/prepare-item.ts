/** An item of a segment, checked as far as that goes without the database. */
import { readAnnotation } from '../../../format/annotation.ts';
import type { PublishItem } from '../../../protocol/publish.ts';
import { nameProblem, shown } from '../entry-names.ts';
import { type ItemLabel, labelsOf } from '../item-labels.ts';
import type { ItemFields } from '../item-rows.ts';
import { splitDatasetPath } from './staged-names.ts';

export interface PreparedItem extends ItemFields {
  path: string;
  parts: string[];
  /** Null when there is none. */
  annotation: PreparedAnnotation | null;
}

interface PreparedAnnotation {
  json: string;
  labels: ItemLabel[];
}

/** `problem`: why it cannot be stored. */
export function prepareItem(item: PublishItem, projectType: string): PreparedItem | { problem: string } {
  const wrong = nameProblem(item.name);
  if (wrong !== undefined) return { problem: `item name ${JSON.stringify(shown(item.name))}: ${wrong}` };
  const parts = splitDatasetPath(item.dataset);
  if ('problem' in parts) return parts;
  if (item.sha256 === undefined && (item.link === undefined || item.link === ''))
    return { problem: 'expected bytes or a link, got neither' };
  const annotation = preparedAnnotation(item, projectType);
  if (annotation !== null && 'problem' in annotation) return annotation;
  return {
    path: item.dataset,
    parts,
    name: item.name,
    sha256: item.sha256 ?? null,
    link: item.link ?? null,
    size: item.size ?? 0,
    mime: item.mime ?? null,
    width: item.width ?? null,
    height: item.height ?? null,
    meta: item.meta === undefined ? '{}' : JSON.stringify(item.meta),
    annotation,
  };
}

/** Verbatim when it has the shape everything else relies on; else as far as it can be read. */
function preparedAnnotation(
  item: PublishItem,
  projectType: string,
): PreparedAnnotation | null | { problem: string } {
  const { ann } = item;
  if (ann === undefined || ann === null) return null;
  if (!isRecord(ann)) return { problem: 'annotation: expected an object' };
  if (projectType !== 'images' || isWellShaped(ann)) return stored(ann);
  const sized =
    ann.size === undefined && item.width !== undefined && item.height !== undefined
      ? { ...ann, size: { height: item.height, width: item.width } }
      : ann;
  const { annotation, problems } = readAnnotation(sized);
  if (annotation !== undefined) return stored(annotation);
  const [first] = problems;
  return {
    problem: `annotation: ${first === undefined ? 'it cannot be read' : `${first.place}: ${first.message}`}`,
  };
}

const stored = (annotation: object): PreparedAnnotation => ({
  json: JSON.stringify(annotation),
  labels: labelsOf(annotation),
});

function isWellShaped(ann: Record<string, unknown>): boolean {
  return (
    isRecord(ann.size) &&
    typeof ann.size.width === 'number' &&
    typeof ann.size.height === 'number' &&
    areTags(ann.tags) &&
    Array.isArray(ann.objects) &&
    ann.objects.every(
      (one: unknown) => isRecord(one) && typeof one.classTitle === 'string' && areTags(one.tags),
    )
  );
}

const areTags = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one: unknown) => isRecord(one) && typeof one.name === 'string');

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
