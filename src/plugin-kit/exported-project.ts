/**
 * The project an export plugin reads, as the agent laid it out below `data/<project>/`: its `items.ndjson`
 * gives the items in the platform's order. Without that file (a folder made by hand) the items are found by
 * the rules of the format. One annotation is in memory at a time.
 */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readMeta } from '../format/meta.ts';
import type { ImageAnnotation, ProjectMeta } from '../format/model.ts';
import { isRecord, shown } from '../format/problem.ts';
import { itemPaths } from '../format/project-paths.ts';
import { findProjects } from '../format/project-tree.ts';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { readLines } from '../lib/lines.ts';
import { joinInside } from '../lib/safe-path.ts';
import type { Breathe } from './breathe.ts';
import type { ExportedItem, ExportedProject, Reporter } from './plugin.ts';

/** A line of items.ndjson; paths are relative to the project folder. */
interface ListedItem {
  dataset: string;
  name: string;
  image?: string;
  ann?: string;
  link?: string;
  width?: number;
  height?: number;
  meta?: unknown;
}

const MAX_LINE = 64 << 20;

export async function openExportedProject(
  data: string,
  name: string,
  { report, breathe }: { report: Reporter; breathe: Breathe },
): Promise<ExportedProject> {
  const root = joinInside(data, name);
  const meta = readProjectMeta(root, name);
  const list = path.join(root, 'items.ndjson');
  const found = existsSync(list) ? undefined : findItems(root);
  const total = found?.length ?? (await countLines(list));
  /** So that a second round over the items does not report the same thing again. */
  const reported = new Set<string>();

  async function* listed(): AsyncGenerator<ListedItem> {
    if (found !== undefined) yield* found;
    else
      for await (const { text } of readLines(createReadStream(list), MAX_LINE))
        yield JSON.parse(text) as ListedItem;
  }

  async function* items(): AsyncGenerator<ExportedItem> {
    for await (const item of listed()) {
      await breathe();
      const source = `${name}/${item.image ?? itemPaths(item.dataset, item.name).image}`;
      try {
        yield exportedItem(root, name, item, source);
      } catch (error) {
        if (!(error instanceof SlyError)) throw error;
        if (!reported.has(source)) {
          reported.add(source);
          await report.failed({ file: source, code: error.code, message: error.detail });
        }
      }
    }
  }

  return { name, meta, total, items };
}

function exportedItem(root: string, project: string, item: ListedItem, source: string): ExportedItem {
  const { image, link, ann } = item;
  const annotation = ann === undefined ? emptyAnnotation(item) : readAnnotation(root, ann);
  return {
    dataset: item.dataset,
    name: item.name,
    source,
    file: image === undefined ? undefined : `${project}/${image}`,
    absolute: image === undefined ? undefined : joinInside(root, image),
    link,
    width: item.width ?? (annotation.size.width || undefined),
    height: item.height ?? (annotation.size.height || undefined),
    annotation,
    meta: isRecord(item.meta) ? item.meta : {},
  };
}

function readAnnotation(root: string, file: string): ImageAnnotation {
  const json = readJson(joinInside(root, file), file);
  if (!isRecord(json)) throw invalid(file, `expected an annotation, got ${shown(json)}`);
  const { description, size, tags = [], objects = [] } = json;
  if (!Array.isArray(tags) || !Array.isArray(objects))
    throw invalid(file, 'expected lists of tags and objects');
  const { width, height } = isRecord(size) ? size : {};
  return {
    ...json,
    description: typeof description === 'string' ? description : '',
    size: { height: Number(height ?? 0), width: Number(width ?? 0) },
    tags: tags as ImageAnnotation['tags'],
    objects: objects as ImageAnnotation['objects'],
  };
}

function emptyAnnotation({ width = 0, height = 0 }: ListedItem): ImageAnnotation {
  return { description: '', size: { height, width }, tags: [], objects: [] };
}

function readProjectMeta(root: string, name: string): ProjectMeta {
  const { meta, problems } = readMeta(readJson(path.join(root, 'meta.json'), `${name}/meta.json`));
  const fatal = problems.find((one) => one.severity === 'fatal');
  if (fatal !== undefined) throw invalid(`${name}/meta.json`, `${fatal.place} ${fatal.message}`);
  return meta;
}

/** A project folder without a list: what a person has, or what another program wrote. */
function findItems(root: string): ListedItem[] {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
  const project = findProjects(paths).projects.find((one) => one.root === '');
  const items: ListedItem[] = [];
  for (const dataset of project?.datasets ?? []) {
    for (const { name, image, ann, info, meta } of dataset.items) {
      const item: ListedItem = { dataset: dataset.path, name };
      if (image !== undefined) item.image = image;
      if (ann !== undefined) item.ann = ann;
      if (meta !== undefined) item.meta = readJson(path.join(root, meta), meta);
      const known =
        image === undefined && info !== undefined ? readJson(path.join(root, info), info) : undefined;
      if (isRecord(known) && typeof known.link === 'string') item.link = known.link;
      items.push(item);
    }
  }
  return items;
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}

function readJson(absolute: string, shownAs: string): unknown {
  try {
    return JSON.parse(readFileSync(absolute, 'utf8')) as unknown;
  } catch (error) {
    const what = errnoOf(error) === 'ENOENT' ? 'the file is not there' : (error as Error).message;
    throw new SlyError('SLY_FORMAT_JSON', { detail: what, file: shownAs, cause: error });
  }
}

function invalid(file: string, detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail, file });
}
