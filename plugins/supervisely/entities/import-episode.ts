/** A dataset that is an episode: its clouds are frames, its objects and figures stand in one `annotation.json`. */

import { isRecord, problem } from '../../../src/format/problem.ts';
import type { FoundDataset, FoundItem } from '../../../src/format/project-tree.ts';
import { toSlyError } from '../../../src/lib/errors.ts';
import type { AddedEntity, ImportContext, NewFigure } from '../../../src/plugin-kit/plugin.ts';
import { findRelated, type RelatedPictures } from '../../../src/plugin-kit/related-pictures.ts';
import { readJsonFile } from '../json-file.ts';
import { drawRelated } from './draw-related.ts';
import type { createEntityFiles } from './entity-files.ts';
import type { EntityDeps } from './import-dataset.ts';
import { EPISODE_FILE } from './kinds.ts';
import type { AnnotationReader, EntityAnnotation } from './read-annotation.ts';

interface EpisodeDeps extends EntityDeps {
  files: ReturnType<typeof createEntityFiles>;
  annotations: AnnotationReader;
}

interface Cloud {
  entity: AddedEntity;
  beside: Pick<RelatedPictures, 'figures'>;
}

export async function importEpisode(
  ctx: ImportContext,
  dataset: FoundDataset,
  name: string,
  deps: EpisodeDeps,
): Promise<void> {
  const { sources, digest, files, annotations } = deps;
  const { ann: file } = sources.beside.episode(dataset.folder);
  const frames = await framesOf(ctx, dataset, deps);
  const opened = file === undefined ? undefined : await annotations.open(file, () => noStored);
  if (opened === 'bad') {
    for (const { image } of dataset.items)
      if (image !== undefined)
        await ctx.report.skipped({
          file: image,
          code: 'SLY_FORMAT_INVALID',
          message: `its annotation ${file} has errors`,
        });
    return;
  }
  if (file === undefined)
    await digest.warn('no episode', {
      code: 'SLY_FORMAT_INVALID',
      message: `${dataset.folder || '.'}: there is no ${EPISODE_FILE}; the episode has no labels`,
    });
  await ctx.entities.addEpisode(name, opened?.head ?? { tags: [], objects: [] });
  const clouds = new Map<number, Cloud>();
  for (const [frame, item] of frames) {
    ctx.signal.throwIfAborted();
    const found = await files.of(dataset, item);
    deps.onItem();
    if (found === undefined) continue;
    const beside = await findRelated(ctx, sources, { folder: dataset.folder, cloud: item.name });
    const entity = await ctx.entities.add({
      dataset: name,
      name: item.name,
      ...found.bytes,
      meta: { ...found.meta, frame },
      ...(beside.related.length === 0 ? {} : { related: beside.related }),
    });
    clouds.set(frame, { entity, beside });
  }
  if (opened !== undefined && file !== undefined) await addFigures(opened, clouds, file, deps);
  for (const { entity, beside } of clouds.values())
    await drawRelated(ctx, entity, beside, { objects: opened?.objects, digest });
}

async function addFigures(
  annotation: EntityAnnotation,
  clouds: ReadonlyMap<number, Cloud>,
  file: string,
  { digest }: EpisodeDeps,
): Promise<void> {
  for await (const page of annotation.figures(() => noStored)) {
    const byFrame = Map.groupBy(page, (figure) => figure.frame ?? -1);
    for (const [frame, figures] of byFrame) {
      const cloud = clouds.get(frame);
      if (cloud !== undefined) await cloud.entity.addFigures(figures.map(inSpace));
      else
        await digest.warn('no cloud', {
          file,
          code: 'SLY_FORMAT_INVALID',
          message: `expected a point cloud of frame ${frame}, got none; its ${figures.length} figures were left out`,
        });
    }
  }
  await annotation.finish();
}

/** The cloud says which frame it is. */
function inSpace({ frame: _frame, ...figure }: NewFigure): NewFigure {
  return figure as NewFigure;
}

/** Clouds have no geometries that are files. */
const noStored = (): undefined => undefined;

/** In the order of the frames. By the map; clouds it does not name come behind, in the order of their names. */
async function framesOf(
  ctx: ImportContext,
  dataset: FoundDataset,
  { sources, digest }: EpisodeDeps,
): Promise<[frame: number, item: FoundItem][]> {
  const items = new Map(
    [...dataset.items].sort((a, b) => (a.name < b.name ? -1 : 1)).map((item) => [item.name, item]),
  );
  const frames: [number, FoundItem][] = [];
  const { frames: file } = sources.beside.episode(dataset.folder);
  const map = file === undefined ? undefined : await readMap(ctx, file);
  if (file !== undefined && map !== undefined) {
    const problems = [];
    for (const [index, name] of Object.entries(map)) {
      const item = typeof name === 'string' ? items.get(name) : undefined;
      if (!/^\d{1,9}$/.test(index)) problems.push(problem('dropped', index, 'a frame from 0', index));
      else if (item === undefined)
        problems.push(problem('dropped', index, 'a point cloud of this dataset', name));
      else {
        frames.push([Number(index), item]);
        items.delete(item.name);
      }
    }
    await digest.lost(file, problems);
    await ctx.report.used(file, 'frames');
    if (items.size > 0)
      await digest.warn('not in the map', {
        file,
        code: 'SLY_FORMAT_INVALID',
        message: `expected all clouds of the dataset, got none of ${[...items.keys()].slice(0, 3).join(', ')}; they follow behind the others`,
      });
  }
  frames.sort(([a], [b]) => a - b);
  let next = (frames.at(-1)?.[0] ?? -1) + 1;
  for (const item of items.values()) frames.push([next++, item]);
  return frames;
}

async function readMap(ctx: ImportContext, file: string): Promise<Record<string, unknown> | undefined> {
  try {
    const json = await readJsonFile(ctx.tree, file);
    if (isRecord(json)) return json;
    await ctx.report.failed({ file, code: 'SLY_FORMAT_INVALID', message: 'expected an object of frames' });
  } catch (error) {
    const { code, detail: message } = toSlyError(error);
    await ctx.report.failed({ file, code, message });
  }
  return undefined;
}
