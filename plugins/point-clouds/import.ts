/** Import: every file that is a point cloud; what the page does not read becomes PCD. */
import path from 'node:path';
import { type BesideItems, createBesideItems } from '../../src/format/beside-items.ts';
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { createNames, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import type { ImportContext, NewEntity, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import { findRelated } from '../../src/plugin-kit/related-pictures.ts';
import { isCloudName } from './cloud-kind.ts';
import { openCloud } from './open-cloud.ts';
import { besideFolders, datasetOf, isBesideCloud } from './place.ts';

export async function importClouds(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  ctx.entities.setType('point_clouds');
  const nameFor = createNames();
  const sizes = new Map(tree.files.map(({ path: file, size }) => [file, size]));
  const sources = { beside: createBesideItems(sizes.keys()), size: (file: string) => sizes.get(file) };
  for (const [at, file] of tree.files.entries()) {
    ctx.signal.throwIfAborted();
    ctx.progress('reading point clouds', at, tree.files.length);
    const bytes = await look(ctx, file);
    if (bytes === undefined) continue;
    const related = await relatedOf(ctx, file.path, sources);
    const dataset = options.datasets === 'one' ? ONLY_DATASET : datasetOf(file.path);
    const base = path.posix.basename(file.path);
    const name = bytes.result === undefined ? base : `${base.replace(/\.(?:ply|(?:pcd\.)?bin)$/i, '')}.pcd`;
    await ctx.entities.add({
      dataset,
      name: nameFor(dataset, name),
      ...bytes,
      ...(related.length === 0 ? {} : { related }),
    });
  }
  ctx.progress('reading point clouds', tree.files.length, tree.files.length);
}

/** The bytes of a cloud, or undefined and a line in the report. */
async function look(
  ctx: ImportContext,
  file: SourceFileEntry,
): Promise<Pick<NewEntity, 'file' | 'result'> | undefined> {
  const { report } = ctx;
  const base = path.posix.basename(file.path);
  const skip = (message: string): Promise<void> =>
    report.skipped({ file: file.path, code: 'SLY_FILE_UNUSED', message });
  if (isJunk(base) || file.path.split('/').includes('__MACOSX')) {
    await skip('left behind by a file manager');
    return undefined;
  }
  // Those of a cloud are told with it.
  if (isBesideCloud(file.path)) return undefined;
  if (!isCloudName(base)) {
    await skip('it is no point cloud');
    return undefined;
  }
  try {
    return await openCloud(ctx, file);
  } catch (error) {
    if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID') throw error;
    const { code, detail: message, hint } = error;
    await report.failed({ file: file.path, code, message, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  }
}

/** A picture that does not say which camera it is of is given a number. */
async function relatedOf(
  ctx: ImportContext,
  file: string,
  sources: { beside: BesideItems; size(file: string): number | undefined },
): Promise<NonNullable<NewEntity['related']>> {
  const base = path.posix.basename(file);
  const names = new Set([base, `${base.replace(/\.[^.]+$/, '')}.pcd`]);
  for (const folder of besideFolders(file))
    for (const cloud of names) {
      const { related } = await findRelated(ctx, sources, { folder, cloud });
      if (related.length === 0) continue;
      return related.map((picture, at) => ({
        ...picture,
        meta: { deviceId: `CAM_${String(at).padStart(2, '0')}`, ...picture.meta },
      }));
    }
  return [];
}
