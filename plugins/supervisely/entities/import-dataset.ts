/** The items of one dataset with their annotations; videos, point clouds, volumes. */

import { isRecord } from '../../../src/format/problem.ts';
import type { FoundDataset, FoundItem } from '../../../src/format/project-tree.ts';
import type { ImportContext } from '../../../src/plugin-kit/plugin.ts';
import { findRelated } from '../../../src/plugin-kit/related-pictures.ts';
import type { ProblemDigest } from '../problem-digest.ts';
import { drawRelated } from './draw-related.ts';
import { createEntityFiles } from './entity-files.ts';
import { createGeometryFiles } from './geometry-files.ts';
import { importEpisode } from './import-episode.ts';
import type { EntityKind } from './kinds.ts';
import { createAnnotationReader, type EntityAnnotation, type StoredMaker } from './read-annotation.ts';
import type { HeadContext } from './read-head.ts';
import type { SourceFiles } from './source-files.ts';
import { storeResult } from './store-result.ts';

export interface EntityDeps {
  kind: EntityKind;
  sources: SourceFiles;
  digest: ProblemDigest;
  head: HeadContext;
  /** Called after each item. */
  onItem(): void;
}

/** `name`: of the dataset in the project that is written. */
export async function importEntityDataset(
  ctx: ImportContext,
  dataset: FoundDataset,
  name: string,
  deps: EntityDeps,
): Promise<void> {
  const { kind, sources, digest } = deps;
  const files = createEntityFiles(ctx, deps);
  const annotations = createAnnotationReader(ctx, deps);
  if (kind.type === 'point_cloud_episodes')
    return importEpisode(ctx, dataset, name, { ...deps, files, annotations });
  for (const item of dataset.items) {
    ctx.signal.throwIfAborted();
    await importItem(item);
    deps.onItem();
  }

  async function importItem(item: FoundItem): Promise<void> {
    const found = await files.of(dataset, item);
    if (found === undefined) {
      if (item.ann !== undefined && item.image !== undefined)
        await ctx.report.skipped({
          file: item.ann,
          code: 'SLY_NOT_FOUND',
          message: `there is no content of its ${kind.item}`,
        });
      return;
    }
    const used = new Set<string>();
    const maker =
      (store: (bytes: Buffer) => string): StoredMaker =>
      (problems) =>
        createGeometryFiles(
          { folder: dataset.folder, volume: item.name },
          { sources, problems, store, onFile: (file) => used.add(file) },
        );
    const annotation =
      item.ann === undefined
        ? undefined
        : await annotations.open(
            item.ann,
            maker(() => ''),
          );
    if (annotation === 'bad') {
      const message = `its annotation ${item.ann} has errors`;
      if (item.image !== undefined)
        await ctx.report.skipped({ file: item.image, code: 'SLY_FORMAT_INVALID', message });
      return;
    }
    if (item.ann === undefined)
      await digest.warn('no annotation', {
        ...(item.image === undefined ? {} : { file: item.image }),
        code: 'SLY_FORMAT_INVALID',
        message: 'there is no annotation for this item; it has no labels',
      });
    const beside =
      kind.type === 'point_clouds'
        ? await findRelated(ctx, sources, { folder: dataset.folder, cloud: item.name })
        : undefined;
    const meta = { ...found.meta, ...volumeMeta(annotation) };
    const entity = await ctx.entities.add({
      dataset: name,
      name: item.name,
      ...found.bytes,
      ...sizeOf(annotation),
      ...(annotation === undefined ? {} : { head: annotation.head }),
      ...(Object.keys(meta).length === 0 ? {} : { meta }),
      ...(beside === undefined || beside.related.length === 0 ? {} : { related: beside.related }),
    });
    if (annotation !== undefined) {
      const stored = maker((bytes) => storeResult(ctx.project, bytes));
      for await (const figures of annotation.figures(stored)) await entity.addFigures(figures);
      await annotation.finish();
      for (const file of used) await ctx.report.used(file, 'geometry');
    }
    if (beside !== undefined)
      await drawRelated(ctx, entity, beside, { objects: annotation?.objects, digest });
  }
}

/** Of a video: pixels. */
function sizeOf(annotation: EntityAnnotation | undefined): { width?: number; height?: number } {
  const { width, height } = isRecord(annotation?.size) ? annotation.size : {};
  return isSize(width) && isSize(height) ? { width, height } : {};
}

const isSize = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

const volumeMeta = (annotation: EntityAnnotation | undefined): Record<string, unknown> =>
  isRecord(annotation?.volumeMeta) ? annotation.volumeMeta : {};
