/**
 * CVAT XML -> items, picture by picture as the file names them. The tracks of a video go across its pictures, so they
 * are kept until the file ends; nothing else is.
 */
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createLabelledItems, type LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import { createImageMatcher, type ImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import { readXml } from '../../src/plugin-kit/xml.ts';
import { findCvatFiles } from './cvat-file.ts';
import { type CvatLabels, readLabels } from './cvat-labels.ts';
import { type FrameRange, readFrameRange } from './frames.ts';
import { importImage } from './import-image.ts';
import { importTracks } from './import-tracks.ts';
import { createLabelMaker, type LabelMaker } from './label-maker.ts';
import { readTrack, type Track } from './tracks.ts';

export interface Work {
  ctx: ImportContext;
  items: LabelledItems;
  maker: LabelMaker;
  match: ImageMatcher;
  /** Pictures an XML file spoke of. */
  described: Set<string>;
  datasetOf(file: string, subset: string | undefined): string;
}

export async function importCvat(ctx: ImportContext): Promise<void> {
  const { tree, options, report, signal } = ctx;
  const files = await findCvatFiles(tree, signal);
  if (files.length === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: 'expected an XML file that begins with <annotations> and has images or tracks, got none',
      hint: 'CVAT calls it "CVAT for images 1.1". Pascal VOC has one XML file for each picture.',
    });
  const items = createLabelledItems(ctx);
  const known: CvatLabels = new Map();
  const rotatedAs = options.rotated_boxes_as === 'polygon' ? 'polygon' : 'oriented_bbox';
  const work: Work = {
    ctx,
    items,
    maker: createLabelMaker(ctx.project, { known, rotatedAs }),
    match: createImageMatcher(tree),
    described: new Set(),
    datasetOf: (file, subset) =>
      options.datasets === 'one'
        ? ONLY_DATASET
        : options.datasets === 'folder' || subset === undefined
          ? folderDataset(file)
          : subset,
  };
  let broken: string | undefined;
  for (const { path } of files) {
    known.clear();
    try {
      await report.used(path, await importFile(path, work, known));
    } catch (error) {
      signal.throwIfAborted();
      const problem = toSlyError(error);
      if (problem.code !== 'SLY_FORMAT_INVALID' || options.bad_annotation === 'stop') throw error;
      broken ??= path;
      await items.book.flush();
      await report.failed({ file: path, code: problem.code, message: problem.detail });
    }
  }
  await importRest(work, broken);
  await items.finish();
}

async function importFile(file: string, work: Work, known: CvatLabels): Promise<string> {
  const { ctx } = work;
  const tracks: Track[] = [];
  let range: FrameRange | undefined;
  let images = 0;
  const elements = readXml(ctx.tree.locate(file), {
    elements: ['meta', 'image', 'track'],
    file,
    signal: ctx.signal,
  });
  for await (const element of elements) {
    if (element.name === 'meta') {
      readLabels(element, known);
      range = readFrameRange(element);
    } else if (element.name === 'image') {
      ctx.progress('Converting', ++images);
      await importImage(element, file, work);
    } else {
      tracks.push(
        readTrack(element, (line, message) =>
          work.items.book.note('warning', 'shapes of tracks that cannot be read', () => ({
            file,
            place: `line ${line}`,
            code: 'SLY_FORMAT_INVALID',
            message: `${message}; it is left out`,
          })),
        ),
      );
    }
  }
  if (tracks.length === 0) return `CVAT: ${images} images`;
  const frames = await importTracks(
    tracks,
    { file, range: range ?? { start: 0, stop: undefined, step: 1 } },
    work,
  );
  return `CVAT: ${tracks.length} tracks over ${frames} frames that are there as pictures`;
}

/** Pictures no file speaks of. Where one could not be read to its end, they may be of those. */
async function importRest({ ctx, items, described }: Work, broken: string | undefined): Promise<void> {
  if (broken === undefined || ctx.options.bad_annotation !== 'skip-item') {
    await items.addRest('an <image> in a CVAT file');
    return;
  }
  for (const { path: file } of ctx.tree.files) {
    if (!isImageName(file) || described.has(file)) continue;
    items.book.note('skipped', 'pictures that a broken file may describe', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: `${broken} could not be read to its end and may describe this picture`,
      hint: 'Set bad_annotation: skip-annotation to import it without labels.',
    }));
  }
}
