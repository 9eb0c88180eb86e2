/**
 * The classic result form: a project folder in Supervisely Format that is complete when the plugin has
 * ended. It is cut into segments of the streamed form, the same ones every time, so that a restart goes on
 * where it stopped; what is published already is walked over without being kept.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { createBesideItems } from '../../format/beside-items.ts';
import { isEntityType } from '../../format/project-paths.ts';
import { type FoundDataset, type FoundItem, findProjects } from '../../format/project-tree.ts';
import type { SegmentItem, SegmentLine } from '../../protocol/plugin.ts';
import type { ProjectType } from '../../protocol/project-type.ts';
import { cutEntities } from './classic-entities.ts';
import { readJsonFile, readRecordFile } from './classic-files.ts';
import { checkLine, type Segment } from './segments.ts';

const ITEMS_PER_SEGMENT = 500;
/** Each has some hundreds of them. */
const FIGURE_LINES_PER_SEGMENT = 20;

/** A line, or what is told of one that could not be made. */
export type ClassicLine = SegmentLine | { broken: string; place: string };

/** Segments with numbers above `published`. Links and devices are never read; their items come out as broken lines. */
export async function* classicSegments(
  results: string,
  { published, type, signal }: { published: number; type: ProjectType; signal: AbortSignal },
): AsyncGenerator<Segment> {
  const paths = await regularFiles(results);
  const datasets = findProjects(paths).projects.flatMap((project) => project.datasets);
  const beside = createBesideItems(isEntityType(type) ? paths : []);
  let segment: Segment = { number: 1, lines: [], broken: [] };
  let items = 0;
  let figures = 0;
  let keys = 0;
  const linesOf = (dataset: FoundDataset): AsyncGenerator<ClassicLine> =>
    isEntityType(type)
      ? cutEntities(dataset, { results, type, beside, signal, nextKey: () => String(++keys) })
      : imageLines(results, dataset, () => segment.number > published);
  for (const dataset of datasets) {
    for await (const line of linesOf(dataset)) {
      addLine(segment, line);
      if ('kind' in line && line.kind === 'figures') figures++;
      else items++;
      if (items < ITEMS_PER_SEGMENT && figures < FIGURE_LINES_PER_SEGMENT) continue;
      if (segment.number > published) yield segment;
      segment = { number: segment.number + 1, lines: [], broken: [] };
      items = 0;
      figures = 0;
    }
  }
  if (segment.number > published && items + figures > 0) yield segment;
}

/** A line an item; what is published already is not read again. */
async function* imageLines(
  results: string,
  { path: dataset, items }: FoundDataset,
  isWanted: () => boolean,
): AsyncGenerator<ClassicLine> {
  for (const item of items)
    yield isWanted() ? await imageLine(results, dataset, item) : { kind: 'item', dataset, name: item.name };
}

async function imageLine(results: string, dataset: string, item: FoundItem): Promise<ClassicLine> {
  try {
    const line: SegmentItem = { kind: 'item', dataset, name: item.name };
    if (item.image !== undefined) line.file = `results/${item.image}`;
    else {
      const { link } = await readRecordFile(results, item.info);
      if (typeof link !== 'string') throw new Error('there is neither a file nor a link for this item');
      line.link = link;
    }
    if (item.ann !== undefined) line.ann = await readJsonFile(results, item.ann);
    if (item.meta !== undefined) line.meta = await readRecordFile(results, item.meta);
    return line;
  } catch (error) {
    return { broken: (error as Error).message, place: `${dataset}/${item.name}` };
  }
}

function addLine(segment: Segment, line: ClassicLine): void {
  if ('broken' in line) segment.broken.push(brokenLine(line.place, line.broken));
  else {
    try {
      segment.lines.push(checkLine(line, line.kind));
    } catch (error) {
      segment.broken.push(brokenLine(placeOf(line), (error as Error).message));
    }
  }
}

function placeOf(line: SegmentLine): string {
  return line.kind === 'item' ? `${line.dataset}/${line.name}` : line.kind;
}

function brokenLine(place: string, broken: string): Segment['broken'][number] {
  return {
    status: 'failed',
    place,
    code: 'SLY_PLUGIN_OUTPUT',
    message: broken.slice(0, 500),
    hint: 'This is a fault of the plugin; the other items went through.',
  };
}

async function regularFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}
