/**
 * The second pass: goes through the items in blocks, fetches what belongs to a block, lets threads make lines of
 * it while the next block is fetched, and writes the lines in the order of the items. Where there are no threads
 * the same work is done here.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { addItemLines } from '../../src/plugin-kit/item-lines.ts';
import type { ImportContext, SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { HAS } from './annotation-fields.ts';
import { type Arena, createArena, createWindow } from './arena.ts';
import type { CategoryClasses } from './categories.ts';
import type { CocoFile } from './coco-file.ts';
import type { ConvertJob, ConvertResult, ConvertSetup, JobSource } from './convert-job.ts';
import type { Converters } from './converters.ts';
import type { IdCodes } from './id-code.ts';
import { blockBytes, blocksOf, entryList, type ItemSpan, jobsOf } from './item-blocks.ts';
import type { ItemTable } from './item-table.ts';
import { noteAll } from './job-book.ts';
import type { ImportOptions } from './options.ts';
import type { PanopticMasks } from './panoptic-masks.ts';

export interface ConvertWork {
  files: readonly CocoFile[];
  masks: PanopticMasks;
  items: ItemTable;
  classes: readonly ReadonlyMap<number, CategoryClasses>[];
  options: ImportOptions;
  book: ProblemBook;
  idOf: IdCodes;
  converters: Converters;
}

/** Numbers of imports in this process. */
let runs = 0;

export async function convertItems(ctx: ImportContext, work: ConvertWork): Promise<void> {
  const { files, masks, items, book, converters } = work;
  const run = ++runs;
  const setup = sharedText(setupOf(ctx, work));
  const window = createWindow();
  const most = blockBytes(files);
  const arenas = [createArena(most, window), createArena(most, window)];
  const tagNames = new Map<string, string>();
  const spare: SharedArrayBuffer[] = [];
  const unread = new Set(masks.all);
  let written = Promise.resolve();
  let failed = false;
  /** When the lines of each block's last job, and of each job, are written. */
  const blockEnds: Promise<void>[] = [];
  const jobEnds: Promise<void>[] = [];

  async function write(job: ConvertJob, first: Promise<ConvertResult>, span: ItemSpan): Promise<void> {
    let result = await first;
    // A tag that another one has taken the name of: the lines are made again with the right one.
    while (!defineTags(result)) result = await converters.run({ ...job, ...again(result) });
    noteAll(book, result.notes);
    await addItemLines(ctx.project, {
      bytes: new Uint8Array(result.out, 0, result.ends.at(-1) ?? 0),
      ends: result.ends,
    });
    spare.push(result.out);
    for (const { path, problem } of result.masks) {
      unread.delete(path);
      if (problem === undefined) await ctx.report.used(path, 'panoptic mask');
      else await ctx.report.failed(problem);
    }
    await book.flush();
    ctx.progress('Converting', span.to, items.count);
  }

  function defineTags({ tags }: ConvertResult): boolean {
    let asUsed = true;
    for (const { key, wanted, name } of tags) {
      const real = ctx.project.defineTag(wanted);
      if (real === name) continue;
      tagNames.set(key, real);
      asUsed = false;
    }
    return asUsed;
  }

  const again = ({ out }: ConvertResult): Pick<ConvertJob, 'out' | 'tagNames'> => ({
    out,
    tagNames: [...tagNames],
  });

  function start(job: ConvertJob, span: ItemSpan): Promise<void> {
    const result = converters.run(job);
    // Taken in order: a later one may fail before somebody waits for it.
    result.catch(() => undefined);
    written = written.then(() => write(job, result, span));
    written.catch(() => {
      failed = true;
    });
    return written;
  }

  try {
    let number = 0;
    for (const block of blocksOf(files, items.count, most)) {
      const arena = arenas[number % arenas.length] as Arena;
      await blockEnds[number - arenas.length];
      const loaded = await loadBlock(arena, ctx.tree, files, block);
      for (const span of jobsOf(files, block)) {
        ctx.signal.throwIfAborted();
        if (failed) await written;
        await jobEnds[jobEnds.length - converters.ahead];
        const job: ConvertJob = {
          run,
          setup,
          arena: arena.memory,
          first: span.from,
          ...itemColumns(items, span),
          sources: sourcesOf(loaded, masks, block, span),
          tagNames: [...tagNames],
          // Asked for when a thread takes the job, so that jobs which wait have none.
          get out() {
            return spare.pop() ?? new SharedArrayBuffer(2 * span.bytes + 512 * (span.to - span.from));
          },
        };
        jobEnds.push(start(job, span));
      }
      blockEnds[number++] = written;
    }
    await written;
  } finally {
    await written.catch(() => undefined);
  }
  for (const file of unread)
    await ctx.report.skipped({
      file,
      code: 'SLY_FILE_UNUSED',
      message: 'expected the image of this panoptic mask among the files, got none that was imported',
    });
}

function setupOf(ctx: ImportContext, { files, items, classes, options, idOf }: ConvertWork): ConvertSetup {
  const paths = files.map((file) => file.path).join('\n');
  return {
    root: ctx.tree.root,
    // The same for the same source, so that a repeated run gives the same project.
    prefix: createHash('sha256').update(paths).digest('hex').slice(0, 20),
    hiddenKeypoints: options.hiddenKeypoints,
    datasets: [...items.datasets],
    files: files.map(({ path, categories, licenses, has }, f) => ({
      path,
      categories: categories.flatMap((one): [unknown, CategoryClasses][] => {
        const id = (one as { id?: unknown } | undefined)?.id;
        const found = classes[f]?.get(idOf(id));
        return found === undefined ? [] : [[id, found]];
      }),
      licenses,
      captions: [...has.values()].some((bits) => (bits & HAS.caption) !== 0),
    })),
  };
}

function sharedText(value: unknown): SharedArrayBuffer {
  const text = Buffer.from(JSON.stringify(value));
  const shared = new SharedArrayBuffer(text.length);
  text.copy(Buffer.from(shared));
  return shared;
}

interface LoadedFile {
  file: CocoFile;
  /** Index of the file. */
  number: number;
  images: Uint32Array;
  annotations: Uint32Array;
}

/** Of the files that say something of these items. */
async function loadBlock(
  arena: Arena,
  tree: SourceTree,
  files: readonly CocoFile[],
  { from, to, bytes }: ItemSpan,
): Promise<LoadedFile[]> {
  arena.clear(bytes);
  const loaded: LoadedFile[] = [];
  for (const [number, file] of files.entries()) {
    const { path, imageBytes, annotations } = file;
    const [images, others] = [imageBytes.ofItems(from, to), annotations.ofItems(from, to)];
    if (images.length + others.length === 0) continue;
    const fd = openSync(tree.locate(path), 'r');
    try {
      loaded.push({
        file,
        number,
        images: await arena.load({ fd, path }, imageBytes, images, turn),
        annotations: await arena.load({ fd, path }, annotations, others, turn),
      });
    } finally {
      closeSync(fd);
    }
  }
  return loaded;
}

/** Threads get their next job only when this one has a turn between two reads. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function sourcesOf(
  loaded: readonly LoadedFile[],
  { byFile }: PanopticMasks,
  block: ItemSpan,
  span: ItemSpan,
): JobSource[] {
  const sources: JobSource[] = [];
  for (const { file, number, images, annotations } of loaded) {
    const source: JobSource = {
      file: number,
      images: entryList(file.imageBytes, block, span, images),
      annotations: entryList(file.annotations, block, span, annotations),
    };
    if (source.images.indexes.length + source.annotations.indexes.length === 0) continue;
    const masks = byFile[number];
    if (masks !== undefined)
      source.masks = Array.from(source.annotations.indexes, (index) => masks[index] ?? null);
    sources.push(source);
  }
  return sources;
}

type Columns = Pick<ConvertJob, 'names' | 'datasets' | 'pictures' | 'widths' | 'heights'>;

function itemColumns(items: ItemTable, { from, to }: ItemSpan): Columns {
  const count = to - from;
  const columns = {
    names: [] as string[],
    datasets: new Uint32Array(count),
    pictures: [] as (string | null)[],
    widths: new Uint32Array(count),
    heights: new Uint32Array(count),
  };
  for (let i = 0; i < count; i++) {
    columns.names.push(items.name(from + i));
    columns.datasets[i] = items.dataset(from + i);
    columns.pictures.push(items.file(from + i) ?? null);
    columns.widths[i] = items.width(from + i);
    columns.heights[i] = items.height(from + i);
  }
  if (columns.pictures.every((one) => one === null)) return { ...columns, pictures: [] };
  return columns;
}
