/** DICOM: files are taken one by one, each volume is made when all of them are known. */
import path from 'node:path';
import type { ImportContext } from '../../../src/plugin-kit/plugin.ts';
import { turnToRas } from '../orient.ts';
import { mayBeDicom } from '../volume-kind.ts';
import { volumeMeta } from '../volume-meta.ts';
import { KINDS } from '../voxels.ts';
import { writeVolume } from '../write-volume.ts';
import { groupSlices } from './group-slices.ts';
import { joinRanges, measureSlices, type Range } from './measure-slices.ts';
import { readImage, type Slice } from './read-image.ts';
import { createPixelReader, type PixelReader } from './read-pixels.ts';
import { type Stack, stackSlices } from './stack-slices.ts';
import { scalarFor, turnedBlocks } from './turned-blocks.ts';

/** Dataset and free name for a volume of a file. */
type Place = (file: string, name: string) => { dataset: string; name: string };

export interface Series {
  /** False: it is no DICOM. Throws SLY_FORMAT_INVALID for what is, but cannot be read. */
  take(file: string): Promise<boolean>;
  /** After all files. */
  finish(): Promise<void>;
}

const PREAMBLE = 132;

export function createSeries(ctx: ImportContext, placeOf: Place): Series {
  const { report, tree } = ctx;
  const slices: Slice[] = [];
  return {
    async take(file) {
      if (!mayBeDicom(file, await tree.head(file, PREAMBLE))) return false;
      const found = await readImage(tree.locate(file), file);
      if ('none' in found) await report.skipped({ file, code: 'SLY_FILE_UNUSED', message: found.none });
      else for (const slice of found.slices) slices.push(slice);
      return true;
    },
    async finish() {
      const reader = createPixelReader((file) => tree.locate(file));
      try {
        const groups = groupSlices(slices);
        for (const [at, group] of groups.entries()) {
          ctx.progress('making volumes of DICOM', at, groups.length);
          await addGroup(ctx, group, { placeOf, reader });
        }
      } finally {
        await reader.close();
      }
    },
  };
}

interface Means {
  placeOf: Place;
  reader: PixelReader;
}

async function addGroup(ctx: ImportContext, group: readonly Slice[], means: Means): Promise<void> {
  const ranges = await measureSlices(ctx, group, means.reader);
  if (ranges.size === 0) return;
  for (const stack of stackSlices([...ranges.keys()])) await addStack(ctx, stack, ranges, means);
}

async function addStack(
  ctx: ImportContext,
  { slices, toWorld, doubles, warnings }: Stack,
  ranges: ReadonlyMap<Slice, Range>,
  { placeOf, reader }: Means,
): Promise<void> {
  const { entities, project, report, signal } = ctx;
  const there = slices.filter((one) => one !== undefined);
  const { image } = there[0] as Slice;
  const files = [...new Set(there.map((one) => one.image.file))].sort();
  const range = joinRanges(there.map((one) => ranges.get(one)));
  const turn = turnToRas([image.columns, image.rows, slices.length], toWorld);
  const scalar = scalarFor(range);
  const bytes = turnedBlocks({
    slices,
    turn,
    scalar,
    lowest: range.min,
    read: (slice) => reader.read(slice),
    signal,
  });
  const result = await writeVolume(project, { type: KINDS[scalar].nrrd, turn, bytes });
  const place = placeOf(path.posix.join(commonFolder(files), 'series'), `${image.series || 'dicom'}.nrrd`);
  await entities.add({
    ...place,
    result,
    meta: {
      ...volumeMeta(turn, range),
      ...(image.window === undefined || image.isInverse
        ? {}
        : { windowCenter: image.window.center, windowWidth: image.window.width }),
      ...told('Modality', image.modality),
      ...told('StudyInstanceUID', image.study),
      ...told('SeriesInstanceUID', image.series),
    },
  });
  if (image.isInverse)
    warnings.push('expected high values shown bright, got MONOCHROME1; the numbers are kept as they are');
  const [file = ''] = files;
  for (const message of warnings) await report.warning({ file, code: 'SLY_FORMAT_INVALID', message });
  for (const one of files) await report.used(one, `DICOM, part of ${place.name}`);
  for (const double of doubles)
    await report.skipped({
      file: double.image.file,
      code: 'SLY_FILE_UNUSED',
      message: `another slice of ${place.name} is at the same place`,
    });
}

const told = (key: string, value: string): Record<string, string> => (value === '' ? {} : { [key]: value });

function commonFolder(files: readonly string[]): string {
  const split = files.map((file) => file.split('/').slice(0, -1));
  const [first = []] = split;
  let depth = first.length;
  for (const folders of split)
    while (folders.slice(0, depth).join('/') !== first.slice(0, depth).join('/')) depth--;
  return first.slice(0, depth).join('/');
}
