/** Import: projects one after the other, all of one kind; they become one. */
import path from 'node:path';
import { indexMeta } from '../../src/format/meta-index.ts';
import type { ProjectMeta, Renames } from '../../src/format/model.ts';
import { isEntityType } from '../../src/format/project-paths.ts';
import type { FoundDataset, FoundProject } from '../../src/format/project-tree.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createBlankPictures } from './blank-pictures.ts';
import { placeBlobItems } from './blobs.ts';
import { importEntityDataset } from './entities/import-dataset.ts';
import { keysById } from './entities/keys.ts';
import { below, entityKind } from './entities/kinds.ts';
import { createSourceFiles, type SourceFiles } from './entities/source-files.ts';
import { importImageDataset } from './image-dataset.ts';
import { createItemReader } from './item-reader.ts';
import { readJsonFile } from './json-file.ts';
import { findLayout, type Layout } from './layout.ts';
import { createProblemDigest, type ProblemDigest } from './problem-digest.ts';
import { projectMeta } from './project-meta.ts';
import { typeOfLayout } from './project-type.ts';

/** Imports one dataset under the name it gets in the project. */
type DatasetImporter = (dataset: FoundDataset, name: string) => Promise<void>;

export async function importSupervisely(ctx: ImportContext): Promise<void> {
  const layout = findLayout(ctx.tree.files.map((file) => file.path));
  if (layout === undefined) {
    throw new SlyError('SLY_FORMAT_UNKNOWN', {
      detail:
        'expected a project in Supervisely Format, got no meta.json, no img/ with ann/, no annotation beside a picture',
      hint: 'For pictures alone use the plugin "images".',
    });
  }
  const found = await typeOfLayout(ctx.tree, layout);
  const type = isEntityType(found) ? found : 'images';
  if (type !== 'images') ctx.entities.setType(type);
  const digest = createProblemDigest(ctx.report);
  const sources = createSourceFiles(ctx.tree);
  await reportShared(ctx, layout);
  const total = layout.projects.reduce(
    (sum, one) => sum + one.datasets.reduce((n, { items }) => n + items.length, 0),
    0,
  );
  let done = 0;
  const onItems = (count: number): void => {
    done += count;
    ctx.progress('importing', done, Math.max(total, done));
  };
  const images = imageProjects(ctx, layout, { digest, onItems });
  const datasetNames = new Set<string>();
  for (const project of layout.projects) {
    const meta = await projectMeta(ctx, project, { type, sources });
    if (meta === undefined) continue;
    const renames = ctx.project.mergeMeta(meta);
    const importDataset =
      type === 'images'
        ? await images(project, meta, renames)
        : await entityProject(ctx, project, { type, meta, renames, sources, digest, onItems });
    for (const dataset of project.datasets) {
      await importDataset(dataset, freeDatasetName(dataset, project, datasetNames));
      await reportLeftovers(ctx, dataset, {
        digest,
        itemFolder: type === 'images' ? 'img' : entityKind(type).itemFolder,
      });
    }
  }
  await digest.finish();
}

function imageProjects(
  ctx: ImportContext,
  { adopted }: Layout,
  { digest, onItems }: { digest: ProblemDigest; onItems(count: number): void },
): (project: FoundProject, meta: ProjectMeta, renames: Renames) => Promise<DatasetImporter> {
  const blanks = createBlankPictures(ctx.project);
  return async (project, meta, renames) => {
    const places = await placeBlobItems(ctx, project);
    const reader = createItemReader(ctx, { meta, renames, places, digest, blanks, adopted });
    return (dataset, name) => importImageDataset(ctx, dataset, name, { reader, onItems });
  };
}

async function entityProject(
  ctx: ImportContext,
  project: FoundProject,
  deps: {
    type: Parameters<typeof entityKind>[0];
    meta: ProjectMeta;
    renames: Renames;
    sources: SourceFiles;
    digest: ProblemDigest;
    onItems(count: number): void;
  },
): Promise<DatasetImporter> {
  const { sources, digest, renames, onItems } = deps;
  const index = indexMeta(deps.meta);
  const head = { ...index, renames, project: ctx.project, keysById: await readKeyIds(ctx, project, sources) };
  const kind = entityKind(deps.type);
  return (dataset, name) =>
    importEntityDataset(ctx, dataset, name, { kind, sources, digest, head, onItem: () => onItems(1) });
}

/** Of an object only the server's number may be given; this file says which it is. */
async function readKeyIds(
  ctx: ImportContext,
  { root }: FoundProject,
  sources: SourceFiles,
): Promise<ReadonlyMap<number, string>> {
  const file = below(root, 'key_id_map.json');
  if (sources.size(file) === undefined) return new Map();
  try {
    const keys = keysById(await readJsonFile(ctx.tree, file));
    await ctx.report.used(file, 'keys of objects');
    return keys;
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    await ctx.report.failed({ file, code, message });
    return new Map();
  }
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
  { digest, itemFolder }: { digest: ProblemDigest; itemFolder: string },
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
      message: 'there is no item of this name, and no link to one',
    });
  // A download of annotations alone has no folder of items.
  const hasItems = dataset.items.some(({ image }) => image !== undefined);
  if (dataset.itemFolder !== itemFolder && (hasItems || itemFolder === 'img'))
    await digest.warn('item folder', {
      code: 'SLY_FORMAT_INVALID',
      message: `${dataset.folder}: expected items in ${itemFolder}/, got ${dataset.itemFolder}/`,
    });
}
