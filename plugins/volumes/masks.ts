/** Masks beside a NIfTI volume: a file is a class, each value in it but 0 an object, turned as the volume is. */
import { createHash } from 'node:crypto';
import { SlyError } from '../../src/lib/errors.ts';
import type { EntityObject, ImportContext, NewFigure, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import type { OpenedVolume } from './open-volume.ts';
import { eachTurned } from './orient.ts';
import { readNifti } from './read-nifti.ts';
import { isGzipName, stemOf } from './volume-kind.ts';
import { piecesOf, writeVolume } from './write-volume.ts';

export interface Masks {
  objects: EntityObject[];
  figures: NewFigure[];
}

/** More is a picture, not a mask. */
const MOST_VALUES = 256;

export async function readMasks(
  ctx: ImportContext,
  files: readonly SourceFileEntry[],
  volume: OpenedVolume,
): Promise<Masks> {
  const masks: Masks = { objects: [], figures: [] };
  for (const { path: file } of files) {
    try {
      const read = await readMask(ctx, file, volume);
      masks.objects.push(...read.objects);
      masks.figures.push(...read.figures);
      await ctx.report.used(file, 'mask');
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_FORMAT_INVALID') throw error;
      await ctx.report.failed({ file, code: error.code, message: error.detail });
    }
  }
  return masks;
}

async function readMask(
  { tree, project, signal }: ImportContext,
  file: string,
  { sizes, turn }: OpenedVolume,
): Promise<Masks> {
  const mask = await readNifti(tree.locate(file), isGzipName(file), signal);
  if (mask.sizes.some((size, axis) => size !== sizes[axis]))
    throw invalid(`expected the grid of the volume, ${sizes.join(' x ')}, got ${mask.sizes.join(' x ')}`);
  const values = new Set<number>();
  for (const voxel of mask.voxels) {
    if (Number(voxel) === 0) continue;
    values.add(Number(voxel));
    if (values.size > MOST_VALUES)
      throw invalid(`expected at most ${MOST_VALUES} values in a mask, got more`);
  }
  const made: Masks = { objects: [], figures: [] };
  if (values.size === 0) return made;
  const title = project.defineClass({ title: stemOf(file), shape: 'mask_3d' });
  for (const value of [...values].sort((a, b) => a - b)) {
    signal.throwIfAborted();
    const set = new Uint8Array(mask.voxels.length);
    eachTurned(turn, (to, from) => {
      if (Number(mask.voxels[from]) === value) set[to] = 1;
    });
    const key = keyOf(`${file}\n${value}`);
    const result = await writeVolume(project, { type: 'uint8', turn, bytes: piecesOf(set) });
    made.objects.push({ key, classTitle: title, tags: [], description: `Mask pixel value: ${value}` });
    made.figures.push({
      key: keyOf(`${file}\n${value}\nfigure`),
      objectKey: key,
      geometryType: 'mask_3d',
      result,
    });
  }
  return made;
}

/** The same in every run. */
const keyOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

function invalid(detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail });
}
