/**
 * Items whose bytes lie in `blob/<name>.tar`. A dataset that has `<name>_offsets.pkl` owns members of that
 * tar; the pickle itself is not read, the tar's own headers say where everything is.
 */
import path from 'node:path';
import type { FoundDataset, FoundItem, FoundProject } from '../../src/format/project-tree.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { hasPictureName } from './picture.ts';
import { tarMembers } from './tar-members.ts';

export interface BlobPlace {
  file: string;
  range: readonly [start: number, end: number];
}

/** Item -> where its bytes are. Adds an item for each member that nobody claims to the dataset that owns the tar. */
export async function placeBlobItems(
  ctx: ImportContext,
  project: FoundProject,
): Promise<Map<FoundItem, BlobPlace>> {
  const places = new Map<FoundItem, BlobPlace>();
  for (const tar of project.blobs) {
    const name = path.posix.basename(tar, '.tar');
    const owners = project.datasets.filter((dataset) => dataset.blobs.includes(name));
    // Without any offsets file the annotations tell whose it is.
    const datasets = owners.length > 0 ? owners : project.datasets;
    await placeMembers(ctx, tar, datasets, owners.length === 1 ? owners[0] : undefined, places);
  }
  for (const dataset of project.datasets) {
    for (const name of dataset.blobs) {
      if (project.blobs.some((tar) => path.posix.basename(tar, '.tar') === name)) continue;
      await ctx.report.failed({
        file: `${dataset.folder === '' ? '' : `${dataset.folder}/`}${name}_offsets.pkl`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected blob/${name}.tar in the project, got no such file`,
        hint: 'Put the blob folder of the project beside its datasets.',
      });
    }
  }
  return places;
}

async function placeMembers(
  ctx: ImportContext,
  tar: string,
  datasets: readonly FoundDataset[],
  owner: FoundDataset | undefined,
  places: Map<FoundItem, BlobPlace>,
): Promise<void> {
  const waiting = new Map<string, FoundItem[]>();
  const taken = new Set<string>();
  for (const { items } of datasets) {
    for (const item of items) {
      if (item.image !== undefined) taken.add(item.name);
      else if (!places.has(item)) waiting.set(item.name, [...(waiting.get(item.name) ?? []), item]);
    }
  }
  let unclaimed = 0;
  try {
    for await (const { name, start, end } of tarMembers(ctx.tree.locate(tar), tar, ctx.signal)) {
      const base = path.posix.basename(name);
      const claims = waiting.get(base);
      const place: BlobPlace = { file: tar, range: [start, end] };
      if (claims !== undefined) for (const item of claims) places.set(item, place);
      else if (!hasPictureName(base)) continue;
      else if (owner === undefined || taken.has(base)) unclaimed++;
      else {
        const item: FoundItem = { name: base };
        taken.add(base);
        owner.items.push(item);
        places.set(item, place);
      }
    }
    await ctx.report.used(tar, 'blob');
  } catch (error) {
    ctx.signal.throwIfAborted();
    const { code, detail } = toSlyError(error);
    await ctx.report.failed({ file: tar, code, message: detail });
  }
  if (unclaimed > 0)
    await ctx.report.warning({
      file: tar,
      code: 'SLY_FORMAT_INVALID',
      message: `${unclaimed} pictures in it belong to no dataset and were left out`,
    });
}
