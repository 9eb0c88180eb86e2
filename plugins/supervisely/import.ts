/** Import: projects one after the other, their items a few at a time and written in the order of the source. */
import path from 'node:path';
import { readAnnotation } from '../../src/format/annotation.ts';
import { createMetaInferrer } from '../../src/format/infer-meta.ts';
import { readMeta } from '../../src/format/meta.ts';
import type { ProjectMeta } from '../../src/format/model.ts';
import type { FoundDataset, FoundProject } from '../../src/format/project-tree.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import { createBlankPictures } from './blank-pictures.ts';
import { placeBlobItems } from './blobs.ts';
import { createItemReader } from './item-reader.ts';
import { readJsonFile } from './json-file.ts';
import { findLayout, type Layout } from './layout.ts';
import { createProblemDigest, type ProblemDigest } from './problem-digest.ts';

/** Items that are read at once; they are written in order. */
const PARALLEL = 16;

export async function importSupervisely(ctx: ImportContext): Promise<void> {
  const layout = findLayout(ctx.tree.files.map((file) => file.path));
  if (layout === undefined) {
    throw new SlyError('SLY_FORMAT_UNKNOWN', {
      detail:
        'expected a project in Supervisely Format, got no meta.json, no img/ with ann/, no annotation beside a picture',
      hint: 'For pictures alone use the plugin "images".',
    });
  }
  const digest = createProblemDigest(ctx.report);
  await reportShared(ctx, layout);
  const total = layout.projects.reduce(
    (sum, one) => sum + one.datasets.reduce((n, { items }) => n + items.length, 0),
    0,
  );
  const progress = { done: 0, total };
  const blanks = createBlankPictures(ctx.project);
  const datasetNames = new Set<string>();
  for (const project of layout.projects) {
    const meta = await metaOf(ctx, project);
    if (meta === undefined) continue;
    const renames = ctx.project.mergeMeta(meta);
    const places = await placeBlobItems(ctx, project);
    const reader = createItemReader(ctx, { meta, renames, places, digest, blanks, adopted: layout.adopted });
    for (const dataset of project.datasets) {
      const name = freeDatasetName(dataset, project, datasetNames);
      await importDataset(ctx, dataset, name, reader, progress);
      await reportLeftovers(ctx, dataset, digest);
    }
  }
  await digest.finish();
}

async function importDataset(
  ctx: ImportContext,
  dataset: FoundDataset,
  name: string,
  reader: ReturnType<typeof createItemReader>,
  progress: { done: number; total: number },
): Promise<void> {
  for (let at = 0; at < dataset.items.length; at += PARALLEL) {
    ctx.signal.throwIfAborted();
    const batch = dataset.items.slice(at, at + PARALLEL);
    const read = await Promise.all(batch.map((item) => reader.read(item)));
    for (const one of read) {
      const item: NewItem | undefined = await reader.settle(one, name);
      if (item !== undefined) await ctx.project.add(item);
    }
    progress.done += batch.length;
    ctx.progress('importing', progress.done, Math.max(progress.total, progress.done));
  }
}

/** Undefined when the project cannot be imported; that is reported. */
async function metaOf(ctx: ImportContext, project: FoundProject): Promise<ProjectMeta | undefined> {
  const { metaFile } = project;
  if (metaFile === undefined) return inferMeta(ctx, project);
  const refuse = async (code: string, message: string, hint: string): Promise<undefined> => {
    await ctx.report.failed({ file: metaFile, code, message, hint });
    return undefined;
  };
  try {
    const { meta, problems } = readMeta(await readJsonFile(ctx.tree, metaFile));
    const fatal = problems.find(({ severity }) => severity === 'fatal');
    if (fatal !== undefined) {
      await ctx.report.failed({ file: metaFile, ...fatal });
      return inferMeta(ctx, project);
    }
    if (meta.projectType !== 'images')
      return refuse(
        'SLY_FORMAT_INVALID',
        `expected a project of images, got one of ${meta.projectType}`,
        `Import it with the plugin for ${meta.projectType}.`,
      );
    for (const { place, code, message, hint } of problems)
      await ctx.report.warning({
        file: metaFile,
        place,
        code,
        message,
        ...(hint === undefined ? {} : { hint }),
      });
    await ctx.report.used(metaFile, 'classes and tags');
    return meta;
  } catch (error) {
    ctx.signal.throwIfAborted();
    const { code, detail } = toSlyError(error);
    await ctx.report.failed({
      file: metaFile,
      code,
      message: detail,
      hint: 'Classes and tags are taken from the annotations instead.',
    });
    return inferMeta(ctx, project);
  }
}

/** Reads every annotation once: a class seen with two geometries must be known before the first label is written. */
async function inferMeta(ctx: ImportContext, project: FoundProject): Promise<ProjectMeta> {
  const inferrer = createMetaInferrer();
  const files = project.datasets.flatMap(({ items }) => items.flatMap(({ ann }) => ann ?? []));
  for (let at = 0; at < files.length; at += PARALLEL) {
    ctx.signal.throwIfAborted();
    // What cannot be read is reported when its item is imported.
    const batch = files
      .slice(at, at + PARALLEL)
      .map((file) => readJsonFile(ctx.tree, file).catch(() => undefined));
    for (const json of await Promise.all(batch)) {
      const { annotation } = readAnnotation(json);
      if (annotation !== undefined) inferrer.add(annotation);
    }
    ctx.progress('looking for classes', Math.min(at + PARALLEL, files.length), files.length);
  }
  return inferrer.meta();
}

/** Several projects may have a dataset of one name; the later ones go below the name of their project. */
function freeDatasetName(dataset: FoundDataset, project: FoundProject, taken: Set<string>): string {
  const folder = path.posix.basename(project.root);
  const wanted = taken.has(dataset.path) && folder !== '' ? `${folder}/${dataset.path}` : dataset.path;
  let name = wanted;
  for (let n = 1; taken.has(name); n++) name = `${wanted}_${n}`;
  taken.add(name);
  return name;
}

async function reportShared(ctx: ImportContext, layout: Layout): Promise<void> {
  for (const { ann, items, given } of layout.shared) {
    const problem = {
      file: ann,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one picture of this name, got ${items.length}: ${items.slice(0, 3).join(', ')}`,
    };
    if (given) await ctx.report.warning({ ...problem, hint: 'All of them got these labels.' });
    else await ctx.report.failed({ ...problem, hint: 'Name it after one of them, with its extension.' });
  }
}

async function reportLeftovers(
  ctx: ImportContext,
  dataset: FoundDataset,
  digest: ProblemDigest,
): Promise<void> {
  for (const { ann, items } of dataset.clashes) {
    await ctx.report.failed({
      file: ann,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one item of this name, got ${items.join(' and ')}`,
      hint: 'Name it after one of them, with its extension.',
    });
  }
  for (const file of dataset.orphans)
    await ctx.report.skipped({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: 'there is no picture of this name, and no link to one',
    });
  if (dataset.itemFolder !== 'img')
    await digest.warn('item folder', {
      code: 'SLY_FORMAT_INVALID',
      message: `${dataset.folder}: expected pictures in img/, got ${dataset.itemFolder}/`,
    });
}
