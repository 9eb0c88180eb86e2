/**
 * The fetch step of an export: the project in Supervisely Format below `data/<project>/`, and beside it
 * `items.ndjson`, one item a line in the platform's order (format/listed-item.ts). Repeating it fetches only bytes
 * that are not there; a ready marker says that all of it is.
 */
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ListedEpisode, ListedItem } from '../../format/listed-item.ts';
import { type EntityType, episodePaths, isEntityType, itemPaths } from '../../format/project-paths.ts';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { joinInside } from '../../lib/safe-path.ts';
import type { ProjectType } from '../../protocol/project-type.ts';
import type { ExportItem, ExportProject } from '../../protocol/publish.ts';
import type { ExportSpec } from '../../protocol/task.ts';
import { createEpisodeFrames, type EpisodeFrames } from './episode-frames.ts';
import { createFileFetcher } from './fetch-files.ts';
import { layOutEntity } from './layout-entity.ts';
import type { StepContext } from './step-context.ts';

/** A file name may have 255 bytes; the annotation of a longer item name is found through items.ndjson alone. */
const MAX_NAME_BYTES = 255;
/** Ids of a platform mean nothing elsewhere; readers want the file. */
const NO_KEY_IDS = { tags: {}, objects: {}, figures: {}, videos: {} };

export interface LaidOutProject {
  id: number;
  name: string;
  /** Folder below `data/`. */
  folder: string;
  items: number;
}

/** `kinds`: of the plugin; SLY_USAGE for a project of another. */
export async function layOutProject(
  ctx: StepContext,
  spec: ExportSpec,
  kinds: readonly ProjectType[],
): Promise<LaidOutProject> {
  const ready = ctx.folder.project;
  try {
    return JSON.parse(await readFile(ready, 'utf8')) as LaidOutProject;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const project = await ctx.deps.client.exportProject(spec.projectId, ctx.signal);
  if (!kinds.includes(project.type))
    throw new SlyError('SLY_USAGE', {
      detail: `${spec.plugin} exports ${kinds.join(', ')}, the project holds ${project.type}`,
    });
  const laidOut: LaidOutProject = {
    id: project.id,
    name: project.name,
    folder: folderName(project.name, project.id),
    items: 0,
  };
  const root = path.join(ctx.folder.data, laidOut.folder);
  await mkdir(root, { recursive: true });
  const written = await fetchItems(ctx, spec, project, root);
  laidOut.items = written.items;
  await removeStrangers(root, written.files);
  await writeFileAtomic(ready, JSON.stringify(laidOut));
  return laidOut;
}

async function fetchItems(
  ctx: StepContext,
  spec: ExportSpec,
  project: ExportProject,
  root: string,
): Promise<{ items: number; files: Set<string> }> {
  const files = new Set<string>(['meta.json', 'items.ndjson']);
  const folders = new Set<string>();
  const list = await open(path.join(root, 'items.ndjson'), 'w');
  const fetcher = createFileFetcher(ctx.signal);
  const { signal } = fetcher;
  const { client, transfer } = ctx.deps;
  const { type } = project;
  const episodes = type === 'point_cloud_episodes' ? createEpisodeFrames() : undefined;
  let items = 0;
  let bytes = 0;

  const folderOf = async (file: string): Promise<string> => {
    const absolute = joinInside(root, file);
    const folder = path.dirname(absolute);
    if (!folders.has(folder)) {
      await mkdir(folder, { recursive: true });
      folders.add(folder);
    }
    files.add(file);
    return absolute;
  };
  const isFree = (file: string): boolean => shortEnough(file) && !files.has(file);
  const addLine = (line: ListedItem): Promise<unknown> => list.write(`${JSON.stringify(line)}\n`);

  async function fetchBytes(file: string, { sha256, size }: { sha256: string; size: number }): Promise<void> {
    const target = await folderOf(file);
    await fetcher.add(() =>
      transfer.fetchBlob(sha256, size, target, {
        signal,
        onBytes: (got) => {
          bytes += got;
          report();
        },
      }),
    );
  }

  async function fetchAnnotation(
    of: { itemId: number } | { datasetId: number },
    file: string,
  ): Promise<void> {
    const target = await folderOf(file);
    await fetcher.add(() => client.exportAnnotation(of, target, signal));
  }

  async function layOutImage(item: ExportItem): Promise<void> {
    const paths = itemPaths(item.dataset, item.name);
    const ann = shortEnough(paths.ann) ? paths.ann : `.long-names/${item.id}.json`;
    await addLine(lineOf(item, ann, paths.image));
    await write(await folderOf(ann), item.ann);
    const meta = item.meta as Record<string, unknown> | null;
    if (meta !== null && Object.keys(meta).length > 0 && shortEnough(paths.meta))
      await write(await folderOf(paths.meta), meta);
    if (item.link !== null && shortEnough(paths.info))
      await write(await folderOf(paths.info), { name: item.name, link: item.link, mime: item.mime });
    if (item.sha256 !== null) await fetchBytes(paths.image, { sha256: item.sha256, size: item.size });
  }

  async function layOutOther(item: ExportItem, kind: EntityType): Promise<void> {
    const laidOut = layOutEntity(kind, item, isFree);
    await addLine(laidOut.line);
    episodes?.add(item);
    if (laidOut.ann !== undefined) await fetchAnnotation({ itemId: item.id }, laidOut.ann);
    for (const file of laidOut.files) {
      if ('json' in file) await write(await folderOf(file.path), file.json);
      else await fetchBytes(file.path, file);
    }
  }

  async function layOutEpisodes(frames: EpisodeFrames): Promise<void> {
    const lines: string[] = [];
    for (const { id, path: dataset } of project.datasets) {
      if (spec.datasetIds !== undefined && !spec.datasetIds.includes(id)) continue;
      const paths = episodePaths(dataset);
      await fetchAnnotation({ datasetId: id }, paths.ann);
      await write(await folderOf(paths.frames), frames.of(dataset));
      lines.push(`${JSON.stringify({ dataset, ...paths } satisfies ListedEpisode)}\n`);
    }
    await writeFile(await folderOf('episodes.ndjson'), lines.join(''));
  }

  function report(): void {
    ctx.progress({
      phase: 'fetching',
      items: { done: items, total: project.items },
      bytes: { done: bytes, total: project.bytes },
    });
  }

  try {
    await write(path.join(root, 'meta.json'), project.meta);
    if (isEntityType(type)) await write(await folderOf('key_id_map.json'), NO_KEY_IDS);
    const chosen = spec.datasetIds === undefined ? {} : { datasetIds: spec.datasetIds };
    for await (const item of client.exportItems(spec.projectId, chosen, signal)) {
      signal.throwIfAborted();
      await (isEntityType(type) ? layOutOther(item, type) : layOutImage(item));
      items++;
      report();
    }
    if (episodes !== undefined) await layOutEpisodes(episodes);
    await fetcher.finish();
    await list.sync();
  } finally {
    await fetcher.close();
    await list.close();
  }
  return { items, files };
}

function lineOf(item: ExportItem, ann: string, image: string): ListedItem {
  return {
    dataset: item.dataset,
    name: item.name,
    ann,
    ...(item.sha256 === null ? {} : { image }),
    ...(item.link === null ? {} : { link: item.link }),
    ...(item.width === null ? {} : { width: item.width }),
    ...(item.height === null ? {} : { height: item.height }),
    ...(item.meta === null ? {} : { meta: item.meta }),
  };
}

/** Plain writes: until the ready marker is there a restart writes them again. */
async function write(file: string, value: unknown): Promise<void> {
  const handle = await open(file, 'w', 0o644);
  try {
    await handle.writeFile(JSON.stringify(value));
  } finally {
    await handle.close();
  }
}

/** Files of an earlier, interrupted look at a project that has changed since. */
async function removeStrangers(root: string, known: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const absolute = path.join(entry.parentPath, entry.name);
    if (!known.has(path.relative(root, absolute))) await rm(absolute);
  }
}

const shortEnough = (file: string): boolean => Buffer.byteLength(path.basename(file)) <= MAX_NAME_BYTES;

/** The project's own name where a folder may have it. */
function folderName(name: string, id: number): string {
  const safe = name.replace(/[\p{Cc}/\\]/gu, '_').trim();
  const usable = safe !== '' && !safe.startsWith('.') && Buffer.byteLength(safe) <= 200;
  return usable ? safe : `project-${id}`;
}
