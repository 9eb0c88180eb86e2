/** An item of a segment, checked as far as that goes without the database. */
import { readAnnotation } from '../../../format/annotation.ts';
import { isRecord } from '../../../format/problem.ts';
import type { PublishItem } from '../../../protocol/publish.ts';
import type { ProjectType } from '../../../protocol/task.ts';
import { nameProblem, shown } from '../entry-names.ts';
import { type ItemLabel, labelsOf } from '../item-labels.ts';
import type { ItemFields } from '../item-rows.ts';
import { type PreparedHead, type Problem, prepareHead } from './prepare-head.ts';
import { splitDatasetPath } from './staged-names.ts';

export interface PreparedItem extends ItemFields {
  path: string;
  parts: string[];
  /** Of an image; null when there is none. */
  annotation: PreparedAnnotation | null;
  /** Of any other item. */
  head: PreparedHead | null;
  /** What lines of figures call it. */
  key: string | null;
  /** Of a video, where it is known. */
  frames: number | null;
  /** Of a cloud in an episode. */
  frame: number | null;
  related: { name: string; sha256: string; meta: string }[];
}

interface PreparedAnnotation {
  json: string;
  labels: ItemLabel[];
}

/** `problem`: why it cannot be stored. */
export function prepareItem(item: PublishItem, projectType: ProjectType): PreparedItem | Problem {
  const wrong = nameProblem(item.name);
  if (wrong !== undefined) return { problem: `item name ${JSON.stringify(shown(item.name))}: ${wrong}` };
  const parts = splitDatasetPath(item.dataset);
  if ('problem' in parts) return parts;
  if (item.sha256 === undefined && (item.link === undefined || item.link === ''))
    return { problem: 'expected bytes or a link, got neither' };
  const isImage = projectType === 'images';
  const annotation = isImage ? preparedAnnotation(item) : null;
  if (annotation !== null && 'problem' in annotation) return annotation;
  const head = isImage ? null : prepareHead(item.ann);
  if (head !== null && 'problem' in head) return { problem: `${shown(item.name)}: ${head.problem}` };
  const problem = metaProblem(item, projectType) ?? relatedProblem(item, projectType);
  if (problem !== undefined) return { problem: `${shown(item.name)}: ${problem}` };
  const { meta = {} } = item;
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
    meta: JSON.stringify(meta),
    annotation,
    head,
    key: (isImage ? undefined : item.key) ?? null,
    frames: null,
    frame: projectType === 'point_cloud_episodes' ? Number(meta.frame) : null,
    related: (item.related ?? []).map((one) => ({ ...one, meta: JSON.stringify(one.meta ?? {}) })),
  };
}

/** What nobody could read the annotation without. */
function metaProblem({ meta = {} }: PublishItem, projectType: ProjectType): string | undefined {
  if (projectType === 'volumes' && !isRecord(meta.dimensionsIJK))
    return 'expected the bytes of an NRRD file or meta.dimensionsIJK, got neither';
  if (projectType !== 'point_cloud_episodes') return undefined;
  if (Number.isSafeInteger(meta.frame) && Number(meta.frame) >= 0) return undefined;
  return `meta.frame: expected a whole number from 0, got ${JSON.stringify(meta.frame ?? null)}`;
}

function relatedProblem({ related = [] }: PublishItem, projectType: ProjectType): string | undefined {
  if (related.length === 0) return undefined;
  if (projectType !== 'point_clouds' && projectType !== 'point_cloud_episodes')
    return `expected no pictures beside an item of ${projectType}`;
  const names = new Set<string>();
  for (const { name } of related) {
    const wrong = nameProblem(name) ?? (names.has(name) ? 'two pictures have it' : undefined);
    if (wrong !== undefined) return `name ${JSON.stringify(shown(name))} of a picture beside it: ${wrong}`;
    names.add(name);
  }
  return undefined;
}

/** Verbatim when it has the shape everything else relies on; else as far as it can be read. */
function preparedAnnotation(item: PublishItem): PreparedAnnotation | null | Problem {
  const { ann } = item;
  if (ann === undefined || ann === null) return null;
  if (!isRecord(ann)) return { problem: 'annotation: expected an object' };
  if (isWellShaped(ann)) return stored(ann);
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
