/**
 * The project an export plugin reads, as the agent laid it out below `data/<project>/`: its `items.ndjson`
 * gives the items in the platform's order. Without that file (a folder made by hand) the items are found by
 * the rules of the format. One annotation is in memory at a time.
 */
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import type { ListedEpisode, ListedItem } from '../format/listed-item.ts';
import { readMeta } from '../format/meta.ts';
import type { ImageAnnotation, ProjectMeta } from '../format/model.ts';
import { isRecord, shown } from '../format/problem.ts';
import { entityPaths, isEntityType, itemPaths } from '../format/project-paths.ts';
import { SlyError } from '../lib/errors.ts';
import { readLines } from '../lib/lines.ts';
import { joinInside } from '../lib/safe-path.ts';
import type { ProjectType } from '../protocol/project-type.ts';
import type { Breathe } from './breathe.ts';
import { exportedEntity, exportedEpisode, type ProjectPlace } from './exported-entities.ts';
import { findListed } from './find-listed.ts';
import type { ExportedItem, ExportedProject, Reporter } from './plugin.ts';
import { readJsonFile } from './read-json-file.ts';

const MAX_LINE = 64 << 20;

export async function openExportedProject(
  data: string,
  name: string,
  { report, breathe, signal }: { report: Reporter; breathe: Breathe; signal: AbortSignal },
): Promise<ExportedProject> {
  const root = joinInside(data, name);
  const place = { root, name, signal };
  const meta = readProjectMeta(root, name);
  const type = meta.projectType ?? 'images';
  const list = path.join(root, 'items.ndjson');
  const found = existsSync(list) ? undefined : findListed(root, type);
  const total = found?.items.length ?? (await countLines(list));
  /** So that a second round over the items does not report the same thing again. */
  const reported = new Set<string>();

  async function* lines<T>(file: string): AsyncGenerator<T> {
    for await (const { text } of readLines(createReadStream(file), MAX_LINE)) yield JSON.parse(text) as T;
  }

  async function* each<T>(make: (item: ListedItem, common: CommonItem) => T): AsyncGenerator<T> {
    for await (const item of found?.items ?? lines<ListedItem>(list)) {
      await breathe();
      const source = sourceOf(name, item, type);
      try {
        yield make(item, commonItem(place, item, source));
      } catch (error) {
        if (!(error instanceof SlyError)) throw error;
        if (!reported.has(source)) {
          reported.add(source);
          await report.failed({ file: source, code: error.code, message: error.detail });
        }
      }
    }
  }

  return {
    name,
    type,
    meta,
    total,
    items: () => each((item, common) => exportedItem(root, item, common)),
    entities: () => each((item, common) => exportedEntity(place, common, item)),
    async *episodes() {
      const episodes = path.join(root, 'episodes.ndjson');
      if (found === undefined && !existsSync(episodes)) return;
      for await (const one of found?.episodes ?? lines<ListedEpisode>(episodes))
        yield exportedEpisode(place, one);
    },
  };
}

type CommonItem = Omit<ExportedItem, 'annotation'>;

/** Also of a link: where its file would be. */
function sourceOf(project: string, { dataset, name, image }: ListedItem, type: ProjectType): string {
  if (image !== undefined) return `${project}/${image}`;
  const isEntity = isEntityType(type);
  return `${project}/${isEntity ? entityPaths(type, dataset, name).file : itemPaths(dataset, name).image}`;
}

function commonItem({ root, name: project }: ProjectPlace, item: ListedItem, source: string): CommonItem {
  const { dataset, name, image, link, width, height, meta } = item;
  return {
    dataset,
    name,
    source,
    file: image === undefined ? undefined : `${project}/${image}`,
    absolute: image === undefined ? undefined : joinInside(root, image),
    link,
    width,
    height,
    meta: isRecord(meta) ? meta : {},
  };
}

function exportedItem(root: string, item: ListedItem, common: CommonItem): ExportedItem {
  const annotation = item.ann === undefined ? emptyAnnotation(item) : readAnnotation(root, item.ann);
  return {
    ...common,
    width: item.width ?? (annotation.size.width || undefined),
    height: item.height ?? (annotation.size.height || undefined),
    annotation,
  };
}

function readAnnotation(root: string, file: string): ImageAnnotation {
  const json = readJsonFile(joinInside(root, file), file);
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
  const { meta, problems } = readMeta(readJsonFile(path.join(root, 'meta.json'), `${name}/meta.json`));
  const fatal = problems.find((one) => one.severity === 'fatal');
  if (fatal !== undefined) throw invalid(`${name}/meta.json`, `${fatal.place} ${fatal.message}`);
  return meta;
}

async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  return lines;
}

function invalid(file: string, detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail, file });
}
