/**
 * The classic result form: a project folder in Supervisely Format that is complete when the plugin has
 * ended. It is cut into segments of the streamed form, the same ones every time, so that a restart goes on
 * where it stopped.
 */
import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { findProjects } from '../../format/project-tree.ts';
import type { SegmentItem } from '../../protocol/plugin.ts';
import type { Segment } from './segments.ts';

const ITEMS_PER_SEGMENT = 500;
const MAX_ANNOTATION_BYTES = 256 << 20;

/** `results/<project>/meta.json` (or `results/meta.json`), when it is a regular file. */
export async function classicMetaFile(results: string): Promise<string | undefined> {
  const entries = await readdir(results, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const folder of folders.sort()) {
    const file = path.join(results, folder, 'meta.json');
    if ((await lstat(file).catch(() => undefined))?.isFile() === true) return file;
  }
  return undefined;
}

/** Segments with numbers above `published`. Links and devices are never read; their items come out as broken lines. */
export async function* classicSegments(results: string, published: number): AsyncGenerator<Segment> {
  const paths = await regularFiles(results);
  const { projects } = findProjects(paths);
  let segment = emptySegment(1);
  let inSegment = 0;
  for (const project of projects) {
    for (const dataset of project.datasets) {
      for (const item of dataset.items) {
        if (segment.number > published) await addItem(segment, results, dataset.path, item);
        if (++inSegment < ITEMS_PER_SEGMENT) continue;
        if (segment.number > published) yield segment;
        segment = emptySegment(segment.number + 1);
        inSegment = 0;
      }
    }
  }
  if (segment.number > published && inSegment > 0) yield segment;
}

async function addItem(
  segment: Segment,
  results: string,
  dataset: string,
  item: { name: string; image?: string; ann?: string; meta?: string; info?: string },
): Promise<void> {
  const place = `${dataset}/${item.name}`;
  try {
    const line: SegmentItem = { kind: 'item', dataset, name: item.name };
    if (item.image !== undefined) line.file = `results/${item.image}`;
    else {
      const info = item.info === undefined ? {} : await readJson(results, item.info);
      const link = (info as { link?: unknown }).link;
      if (typeof link !== 'string') throw new Error('there is neither a file nor a link for this item');
      line.link = link;
    }
    if (item.ann !== undefined) line.ann = await readJson(results, item.ann);
    if (item.meta !== undefined) line.meta = (await readJson(results, item.meta)) as Record<string, unknown>;
    segment.lines.push(line);
  } catch (error) {
    segment.broken.push({
      status: 'failed',
      place,
      code: 'SLY_PLUGIN_OUTPUT',
      message: (error as Error).message.slice(0, 500),
      hint: 'This is a fault of the plugin; the other items went through.',
    });
  }
}

async function readJson(results: string, file: string): Promise<unknown> {
  const absolute = path.join(results, file);
  const { size } = await lstat(absolute);
  if (size > MAX_ANNOTATION_BYTES) throw new Error(`${file}: ${size} bytes are too many`);
  return JSON.parse(await readFile(absolute, 'utf8')) as unknown;
}

async function regularFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

function emptySegment(number: number): Segment {
  return { number, lines: [], broken: [] };
}
