/** Videos, point clouds, episodes and volumes of a classic result as lines of segments; annotations are read in pages. */
import path from 'node:path';
import { type AnnotationFile, type FoundFigure, openAnnotationFile } from '../../format/annotation-file.ts';
import type { BesideItems } from '../../format/beside-items.ts';
import { isRecord } from '../../format/problem.ts';
import type { EntityType } from '../../format/project-paths.ts';
import type { FoundDataset, FoundItem } from '../../format/project-tree.ts';
import type { SegmentFigure, SegmentItem } from '../../protocol/plugin.ts';
import { readJsonFile, readRecordFile } from './classic-files.ts';
import type { ClassicLine } from './classic-results.ts';

export interface ClassicProject {
  results: string;
  type: EntityType;
  beside: BesideItems;
  signal: AbortSignal;
  /** The same keys at every walk. */
  nextKey(): string;
}

type Lines = AsyncGenerator<ClassicLine>;

export function cutEntities(dataset: FoundDataset, project: ClassicProject): Lines {
  return project.type === 'point_cloud_episodes' ? cutEpisode(dataset, project) : cutItems(dataset, project);
}

async function* cutItems(dataset: FoundDataset, project: ClassicProject): Lines {
  for (const item of dataset.items) {
    const place = `${dataset.path}/${item.name}`;
    const key = project.nextKey();
    const annotation = item.ann === undefined ? undefined : annotationOf(project, item.ann);
    try {
      const line = await itemLine(dataset, item, { project, key });
      if (annotation !== undefined) line.ann = await headOf(annotation);
      yield line;
    } catch (error) {
      yield broken(place, error);
      continue;
    }
    const files = new Map(
      project.beside.geometries(dataset.folder, item.name).map(({ key: at, file }) => [at, file]),
    );
    if (annotation !== undefined) yield* figureLines(annotation, () => key, { place, files });
    yield* drawnLines(dataset, item, { project, key });
  }
}

async function* cutEpisode(dataset: FoundDataset, project: ClassicProject): Lines {
  const { ann, frames: map } = project.beside.episode(dataset.folder);
  const annotation = ann === undefined ? undefined : annotationOf(project, ann);
  const keys = new Map<number, string>();
  let frames: Map<string, number>;
  try {
    frames = framesOf(dataset, map === undefined ? undefined : await readRecordFile(project.results, map));
    yield {
      kind: 'episode',
      dataset: dataset.path,
      ann: annotation === undefined ? { tags: [], objects: [] } : await headOf(annotation),
    };
  } catch (error) {
    yield broken(dataset.path, error);
    return;
  }
  for (const item of dataset.items) {
    const key = project.nextKey();
    const frame = frames.get(item.name);
    try {
      const line = await itemLine(dataset, item, { project, key });
      yield frame === undefined ? line : { ...line, meta: { ...line.meta, frame } };
    } catch (error) {
      yield broken(`${dataset.path}/${item.name}`, error);
      continue;
    }
    if (frame !== undefined) keys.set(frame, key);
    yield* drawnLines(dataset, item, { project, key });
  }
  if (annotation === undefined) return;
  const keyOf = (frame: number | undefined) => keys.get(frame ?? -1);
  for await (const line of figureLines(annotation, keyOf, { place: dataset.path, files: new Map() }))
    yield 'kind' in line && line.kind === 'figures' ? { ...line, figures: line.figures.map(inCloud) } : line;
}

/** The cloud says which frame it is. */
const inCloud = ({ frame: _frame, ...figure }: SegmentFigure): SegmentFigure => figure;

async function itemLine(
  dataset: FoundDataset,
  { name, image, info, meta }: FoundItem,
  { project, key }: { project: ClassicProject; key: string },
): Promise<SegmentItem> {
  const { results, beside } = project;
  const known = await readRecordFile(results, info);
  const line: SegmentItem = { kind: 'item', dataset: dataset.path, name, key };
  if (image !== undefined) line.file = `results/${image}`;
  else if (typeof known.link === 'string') line.link = known.link;
  else throw new Error('there is neither a file nor a link for this item');
  const own = await readRecordFile(results, meta ?? beside.metadata(dataset.folder, name));
  const all = { ...(isRecord(known.meta) ? known.meta : {}), ...own };
  if (Object.keys(all).length > 0) line.meta = all;
  const related = [];
  for (const { name: picture, file, info: camera } of beside.related(dataset.folder, name)) {
    const { meta: about } = await readRecordFile(results, camera);
    related.push({ name: picture, file: `results/${file}`, ...(isRecord(about) ? { meta: about } : {}) });
  }
  if (related.length > 0) line.related = related;
  return line;
}

/** What is drawn on the pictures beside a point cloud. */
async function* drawnLines(
  dataset: FoundDataset,
  { name }: FoundItem,
  { project, key }: { project: ClassicProject; key: string },
): Lines {
  for (const { name: picture, figures: file } of project.beside.related(dataset.folder, name)) {
    if (file === undefined) continue;
    const place = `${dataset.path}/${name}: ${picture}`;
    try {
      const drawn = await readJsonFile(project.results, file);
      const found = (Array.isArray(drawn) ? (drawn as unknown[]) : []).map(
        (figure, at): FoundFigure => ({ figure, list: 'figures', place: `[${at}]` }),
      );
      for (let at = 0; at < found.length; at += 500)
        for (const line of pageLines(found.slice(at, at + 500), () => key, { place, files: new Map() }))
          yield 'kind' in line && line.kind === 'figures' ? { ...line, related: picture } : line;
    } catch (error) {
      yield broken(place, error);
    }
  }
}

interface FiguresOf {
  /** For messages. */
  place: string;
  /** Files that are geometries, by the key of their figure without dashes. */
  files: ReadonlyMap<string, string>;
}

type KeyOf = (frame: number | undefined) => string | undefined;

async function* figureLines(annotation: AnnotationFile, keyOf: KeyOf, of: FiguresOf): Lines {
  try {
    for await (const page of annotation.figures()) yield* pageLines(page, keyOf, of);
  } catch (error) {
    yield broken(of.place, error);
  }
}

function* pageLines(page: readonly FoundFigure[], keyOf: KeyOf, of: FiguresOf): Generator<ClassicLine> {
  const byItem = new Map<string, SegmentFigure[]>();
  for (const found of page) {
    const key = keyOf(found.frame);
    const figure = segmentFigure(found, of.files);
    const wrong =
      key === undefined
        ? `no point cloud is frame ${found.frame}`
        : typeof figure === 'string'
          ? figure
          : undefined;
    if (wrong !== undefined || key === undefined || typeof figure === 'string') {
      yield broken(`${of.place}: ${found.place}`, new Error(wrong));
      continue;
    }
    const figures = byItem.get(key);
    if (figures === undefined) byItem.set(key, [figure]);
    else figures.push(figure);
  }
  for (const [key, figures] of byItem) yield { kind: 'figures', of: key, figures };
}

/** What is wrong with it, or the figure of a line. A plugin's folder may not name files in a figure. */
function segmentFigure(
  { figure, frame, plane }: FoundFigure,
  files: ReadonlyMap<string, string>,
): SegmentFigure | string {
  if (!isRecord(figure)) return 'expected a figure';
  const { file: _file, frame: _frame, plane: _plane, geometry, ...rest } = figure;
  const { key, objectKey, geometryType } = rest;
  if (typeof objectKey !== 'string' || typeof geometryType !== 'string')
    return 'expected an objectKey and a geometryType';
  const stored = typeof key === 'string' ? files.get(key.replaceAll('-', '')) : undefined;
  if (stored === undefined && !isRecord(geometry)) return 'expected a geometry, or a file that is it';
  return {
    ...rest,
    objectKey,
    geometryType,
    ...(stored === undefined
      ? { geometry: geometry as Record<string, unknown> }
      : { file: `results/${stored}` }),
    ...(frame !== undefined && { frame }),
    ...(typeof plane === 'string' && { plane }),
  } as SegmentFigure;
}

function annotationOf({ results, signal }: ClassicProject, file: string): AnnotationFile {
  return openAnnotationFile(path.join(results, file), { signal, shownAs: file });
}

async function headOf(annotation: AnnotationFile): Promise<Record<string, unknown>> {
  const { tags, objects, rest } = await annotation.head();
  const { description } = rest;
  return { ...(typeof description === 'string' && { description }), tags, objects };
}

/** Name of a cloud -> its frame: by the map, without one in the order of the names. */
function framesOf({ items }: FoundDataset, map: Record<string, unknown> | undefined): Map<string, number> {
  if (map === undefined)
    return new Map(
      items
        .map(({ name }) => name)
        .sort()
        .map((name, frame) => [name, frame]),
    );
  return new Map(
    Object.entries(map).flatMap(([frame, name]) =>
      typeof name === 'string' && /^\d{1,9}$/.test(frame) ? [[name, Number(frame)] as const] : [],
    ),
  );
}

const broken = (place: string, error: unknown): ClassicLine => ({
  broken: (error as Error).message,
  place,
});
