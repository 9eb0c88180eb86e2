/** Import: the places of all frames first, then picture by picture with what every file says of it. */
import type { Label, Tag } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, createStemMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { createRangeReader } from '../../src/plugin-kit/range-reader.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { splitInPath } from '../../src/plugin-kit/splits.ts';
import { createTagNames } from '../../src/plugin-kit/tag-names.ts';
import { attributeTags } from './attributes.ts';
import { findBddFiles } from './find-files.ts';
import { createFrameLabels } from './frame-labels.ts';
import { type FramePlace, indexFrames, type NamedFrame } from './index-frames.ts';

/** Keys of a frame that become labels and tags; the others are metadata of the picture. */
const READ_KEYS: ReadonlySet<string> = new Set(['name', 'labels', 'objects', 'attributes']);

export async function importBdd(ctx: ImportContext): Promise<void> {
  const { tree, options } = ctx;
  const items = createLabelledItems(ctx);
  const pictures = await framesByPicture(ctx, items);
  const ranges = createRangeReader(tree);
  const tags = createTagNames(ctx.project);
  const frames = createFrameLabels({
    items,
    classes: createShapeClasses(ctx.project),
    tags,
    pieces: Number(options.curves ?? 8),
  });
  let done = 0;
  try {
    for (const [file, places] of pictures) {
      ctx.progress('importing', ++done, pictures.size);
      const picture = items.look(file);
      if (picture === undefined) continue;
      const labels: Label[] = [];
      const imageTags = new Map<string, Tag>();
      let meta: Record<string, unknown> = {};
      for (const place of places) {
        const frame: unknown = JSON.parse(ranges.text(place));
        if (!isRecord(frame)) continue;
        labels.push(...frames.read(frame, place, picture));
        for (const tag of attributeTags(frame.attributes ?? place.attributes, 'imagesOnly', tags))
          if (!imageTags.has(tag.name)) imageTags.set(tag.name, tag);
        meta = { ...restOf(frame), ...meta };
      }
      await items.add(picture, {
        dataset: datasetOf(options.datasets, file, places[0]?.file),
        labels,
        tags: [...imageTags.values()],
        ...(Object.keys(meta).length === 0 ? {} : { meta }),
      });
    }
  } finally {
    ranges.close();
  }
  await items.addRest('a frame in a JSON file', (file) => datasetOf(options.datasets, file, undefined));
  await items.finish();
}

async function framesByPicture(ctx: ImportContext, items: LabelledItems): Promise<Map<string, FramePlace[]>> {
  const { tree, report, signal } = ctx;
  const [byName, byStem] = [createImageMatcher(tree), createStemMatcher(tree)];
  const pictures = new Map<string, FramePlace[]>();
  const files = await findBddFiles(tree);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let read = 0;
  for (const entry of files) {
    const file = entry.path;
    let frames: NamedFrame[];
    try {
      frames = await indexFrames(ctx, items, entry, (bytes) => {
        read += bytes;
        ctx.progress('reading', read, total);
      });
    } catch (error) {
      signal.throwIfAborted();
      if (ctx.options.bad_annotation === 'stop') throw error;
      const { code, detail: message, hint } = toSlyError(error);
      await report.failed({ file, code, message, ...(hint === undefined ? {} : { hint }) });
      continue;
    }
    for (const { name, place } of frames) {
      // 2018 leaves the ending out.
      const found = isImageName(name) ? byName(name, file) : byStem(name, file);
      if (found === undefined)
        items.book.note('warning', 'pictures that are not there', () => ({
          file,
          place: place.path,
          code: 'SLY_NOT_FOUND',
          message: `expected the picture ${JSON.stringify(name)} in the source, got none of that name`,
        }));
      else {
        const known = pictures.get(found.file);
        if (known === undefined) pictures.set(found.file, [place]);
        else known.push(place);
      }
    }
    await report.used(file, 'labels');
  }
  return pictures;
}

function restOf(frame: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(frame).filter(([key, value]) => !READ_KEYS.has(key) && value !== null && value !== ''),
  );
}

function datasetOf(by: unknown, picture: string, json: string | undefined): string {
  if (by === 'one') return ONLY_DATASET;
  if (by === 'folder') return folderDataset(picture);
  return splitInPath(picture.replace(/[^/]*$/, '')) ?? (json && splitInPath(json)) ?? ONLY_DATASET;
}
