/** What a dry run counts instead of publishing: datasets, classes and tags of the items, and figures. */
import { isRecord } from '../../format/problem.ts';
import { isEntityType } from '../../format/project-paths.ts';
import type { PublishLine } from '../../protocol/publish.ts';
import type { Preview } from '../../protocol/task.ts';

/** Name -> how often. Bounded: what comes after so many names is not told apart. */
export interface Tally {
  datasets: Record<string, number>;
  classes: Record<string, number>;
  tags: Record<string, number>;
  /** Lines of figures are there in everything but images. */
  figures?: number;
}

const MOST_NAMES = 2000;
const COLOR = /^#[0-9a-f]{6}$/i;
const KINDS = ['datasets', 'classes', 'tags'] as const;

export function emptyTally(): Tally {
  // Names are foreign: `constructor` must not be found in them.
  return { datasets: Object.create(null), classes: Object.create(null), tags: Object.create(null) };
}

/** Of an image each label counts for its class, of everything else each object. */
export function tallyLine(tally: Tally, line: PublishLine): void {
  if ('figures' in line) {
    tally.figures = (tally.figures ?? 0) + line.figures.length;
    for (const figure of line.figures) countTags(tally, (figure as { tags?: unknown }).tags);
    return;
  }
  const { ann } = line;
  if (!('kind' in line)) count(tally.datasets, line.dataset, 1);
  if (!isRecord(ann)) return;
  countTags(tally, ann.tags);
  for (const object of Array.isArray(ann.objects) ? (ann.objects as unknown[]) : []) {
    if (!isRecord(object)) continue;
    if (typeof object.classTitle === 'string') count(tally.classes, object.classTitle, 1);
    countTags(tally, object.tags);
  }
}

export function addTally(to: Tally, more: Tally): void {
  for (const kind of KINDS)
    for (const [name, times] of Object.entries(more[kind])) count(to[kind], name, times);
  if (more.figures !== undefined) to.figures = (to.figures ?? 0) + more.figures;
}

/** With the shapes and value types of meta.json; names that are in it and never used are listed with 0. */
export function previewOf(tally: Tally, meta: unknown): Preview {
  const { classes, tags } = isRecord(meta) ? meta : {};
  return {
    datasets: rows(tally.datasets, new Map()),
    classes: rows(tally.classes, looksOf(classes, 'title', 'shape')),
    tags: rows(tally.tags, looksOf(tags, 'name', 'value_type')),
    ...(isRecord(meta) && isEntityType(meta.projectType) && { figures: tally.figures ?? 0 }),
  };
}

interface Look {
  kind: string;
  color?: string;
}

function rows(counts: Record<string, number>, looks: ReadonlyMap<string, Look>): Preview['classes'] {
  const names = new Set([...Object.keys(counts), ...looks.keys()]);
  return [...names]
    .map((name) => ({ name, ...looks.get(name), count: counts[name] ?? 0 }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_NAMES);
}

function looksOf(list: unknown, nameKey: string, kindKey: string): Map<string, Look> {
  const looks = new Map<string, Look>();
  for (const entry of Array.isArray(list) ? (list as unknown[]) : []) {
    if (!isRecord(entry)) continue;
    const { [nameKey]: name, [kindKey]: kind, color } = entry;
    if (typeof name !== 'string' || typeof kind !== 'string') continue;
    looks.set(name, { kind, ...(typeof color === 'string' && COLOR.test(color) && { color }) });
  }
  return looks;
}

function countTags(tally: Tally, tags: unknown): void {
  for (const tag of Array.isArray(tags) ? (tags as unknown[]) : [])
    if (isRecord(tag) && typeof tag.name === 'string') count(tally.tags, tag.name, 1);
}

function count(counts: Record<string, number>, name: string, times: number): void {
  const known = counts[name];
  if (known === undefined && Object.keys(counts).length >= MOST_NAMES) return;
  counts[name] = (known ?? 0) + times;
}
