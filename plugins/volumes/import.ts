/** Import: NRRD as it is, NIfTI and series of DICOM as NRRD; NIfTI files in a folder named like a volume are its masks. */
import path from 'node:path';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { createNames, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { createSeries } from './dicom/import-series.ts';
import { lookAtNrrd } from './look-at-nrrd.ts';
import { type Masks, readMasks } from './masks.ts';
import { openVolume } from './open-volume.ts';
import { isGzipName, isNiftiName, isNrrdName, stemOf } from './volume-kind.ts';

type Place = (file: string, name: string) => { dataset: string; name: string };

export async function importVolumes(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  ctx.entities.setType('volumes');
  const nameFor = createNames();
  const placeOf: Place = (file, name) => {
    const folder = path.posix.dirname(file);
    const dataset = options.datasets === 'one' || folder === '.' ? ONLY_DATASET : folder;
    return { dataset, name: nameFor(dataset, name) };
  };
  const masks = options.masks === true ? findMasks(tree.files) : new Map<string, SourceFileEntry[]>();
  const isMask = new Set([...masks.values()].flatMap((files) => files.map((one) => one.path)));
  const series = createSeries(ctx, placeOf);
  for (const [at, { path: file }] of tree.files.entries()) {
    ctx.signal.throwIfAborted();
    ctx.progress('reading volumes', at, tree.files.length);
    if (isMask.has(file)) continue;
    const base = path.posix.basename(file);
    if (isJunk(base) || file.split('/').includes('__MACOSX')) {
      await skip(ctx, file, 'left behind by a file manager');
      continue;
    }
    try {
      if (isNrrdName(base)) await addNrrd(ctx, file, placeOf);
      else if (isNiftiName(base))
        await addNifti(ctx, file, { placeOf, masks: masks.get(folderOf(file)) ?? [] });
      else if (!(await series.take(file))) await skip(ctx, file, 'it is no volume');
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID') throw error;
      const { code, detail: message, hint } = error;
      await ctx.report.failed({ file, code, message, ...(hint === undefined ? {} : { hint }) });
      for (const mask of masks.get(folderOf(file)) ?? [])
        await skip(ctx, mask.path, `its volume ${file} could not be imported`);
    }
  }
  ctx.progress('reading volumes', tree.files.length, tree.files.length);
  await series.finish();
}

/** Where masks of a volume lie: `a/ct.nii.gz` has them in `a/ct`. */
const folderOf = (file: string): string => path.posix.join(path.posix.dirname(file), stemOf(file));

/** By that folder. */
function findMasks(files: readonly SourceFileEntry[]): Map<string, SourceFileEntry[]> {
  const nifti = files.filter(({ path: file }) => isNiftiName(file) && !isJunk(path.posix.basename(file)));
  const folders = new Set(nifti.map(({ path: file }) => folderOf(file)));
  const inFolders = nifti.filter(({ path: file }) => folders.has(path.posix.dirname(file)));
  return Map.groupBy(inFolders, ({ path: file }) => path.posix.dirname(file));
}

async function addNrrd(ctx: ImportContext, file: string, placeOf: Place): Promise<void> {
  const { meta, space } = await lookAtNrrd(ctx.tree, file);
  if (space !== undefined)
    await ctx.report.warning({
      file,
      place: 'space',
      code: 'SLY_FORMAT_INVALID',
      message: `expected right-anterior-superior, got ${space}; the file is imported as it is`,
    });
  await ctx.entities.add({ ...placeOf(file, path.posix.basename(file)), file, meta });
}

async function addNifti(
  ctx: ImportContext,
  file: string,
  { placeOf, masks }: { placeOf: Place; masks: readonly SourceFileEntry[] },
): Promise<void> {
  const { entities, project, report, signal, tree } = ctx;
  const volume = await openVolume(tree.locate(file), { gzip: isGzipName(file), project, signal });
  if (volume.layers > 1)
    await report.warning({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `expected one volume, got ${volume.layers} of different times or channels; the first is imported`,
    });
  const { objects, figures }: Masks = await readMasks(ctx, masks, volume);
  const entity = await entities.add({
    ...placeOf(file, `${stemOf(file)}.nrrd`),
    result: volume.result,
    meta: volume.meta,
    ...(objects.length === 0 ? {} : { head: { tags: [], objects } }),
  });
  if (figures.length > 0) await entity.addFigures(figures);
  await report.used(file, 'NIfTI, made NRRD');
}

function skip({ report }: ImportContext, file: string, message: string): Promise<void> {
  return report.skipped({ file, code: 'SLY_FILE_UNUSED', message });
}
