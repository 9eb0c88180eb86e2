/**
 * The fetch step of an export: the project in Supervisely Format below `data/<project>/`, and beside it
 * `items.ndjson`, one item a line in the platform's order. Repeating it fetches only what is not there; a
 * ready marker says that all of it is.
 */
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { itemPaths } from '../../format/project-paths.ts';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import { errnoOf } from '../../lib/errors.ts';
import { createLimit } from '../../lib/limit.ts';
import { joinInside } from '../../lib/safe-path.ts';
import type { ExportItem, ExportProject } from '../../protocol/publish.ts';
import type { ExportSpec } from '../../protocol/task.ts';
import type { StepContext } from './step-context.ts';

const PARALLEL_FETCHES = 4;
/** A file name may have 255 bytes; the annotation of a longer item name is found through items.ndjson alone. */
const MAX_NAME_BYTES = 255;

export interface LaidOutProject {
  id: number;
  name: string;
  /** Folder below `data/`. */
  folder: string;
  items: number;
}

/** A line of items.ndjson; paths are relative to the project folder. */
export interface LaidOutItem {
  dataset: string;
  name: string;
  image?: string;
  ann: string;
  link?: string;
  width?: number;
  height?: number;
  meta?: unknown;
}

export async function layOutProject(ctx: StepContext, spec: ExportSpec): Promise<LaidOutProject> {
  const ready = ctx.folder.project;
  try {
    return JSON.parse(await readFile(ready, 'utf8')) as LaidOutProject;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const project = await ctx.deps.client.exportProject(spec.projectId, ctx.signal);
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
  const limit = createLimit(PARALLEL_FETCHES);
  const list = await open(path.join(root, 'items.ndjson'), 'w');
  let items = 0;
  let bytes = 0;
  const pending = new Set<Promise<void>>();
  const failed = new AbortController();
  const signal = AbortSignal.any([ctx.signal, failed.signal]);

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

  async function layOutItem(item: ExportItem): Promise<void> {
    const paths = itemPaths(item.dataset, item.name);
    const ann = shortEnough(paths.ann) ? paths.ann : `.long-names/${item.id}.json`;
    await list.write(`${JSON.stringify(lineOf(item, ann, paths.image))}\n`);
    await write(await folderOf(ann), item.ann);
    const meta = item.meta as Record<string, unknown> | null;
    if (meta !== null && Object.keys(meta).length > 0 && shortEnough(paths.meta))
      await write(await folderOf(paths.meta), meta);
    if (item.link !== null && shortEnough(paths.info))
      await write(await folderOf(paths.info), { name: item.name, link: item.link, mime: item.mime });
    if (item.sha256 === null) return;
    const { sha256, size } = item;
    const target = await folderOf(paths.image);
    const fetching = limit(() =>
      ctx.deps.transfer.fetchBlob(sha256, size, target, {
        signal,
        onBytes: (got) => {
          bytes += got;
          report();
        },
      }),
    ).then(
      () => void pending.delete(fetching),
      (error: unknown) => failed.abort(error),
    );
    pending.add(fetching);
    // Enough waiting to keep every lane busy; more would only be memory.
    if (pending.size >= PARALLEL_FETCHES * 4) await Promise.race(pending);
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
    const chosen = spec.datasetIds === undefined ? {} : { datasetIds: spec.datasetIds };
    for await (const item of ctx.deps.client.exportItems(spec.projectId, chosen, signal)) {
      signal.throwIfAborted();
      await layOutItem(item);
      items++;
      report();
    }
    await Promise.all(pending);
    signal.throwIfAborted();
    await list.sync();
  } finally {
    failed.abort(new Error('the fetch ended'));
    await Promise.allSettled(pending);
    await list.close();
  }
  return { items, files };
}

function lineOf(item: ExportItem, ann: string, image: string): LaidOutItem {
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
