/** One NIfTI file as a volume of the format: RAS, its values as they are meant, what is known of it as metadata. */
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import { eachTurned, type Turn, turnToRas } from './orient.ts';
import { type Nifti, readNifti } from './read-nifti.ts';
import { volumeMeta } from './volume-meta.ts';
import { KINDS, type Voxels } from './voxels.ts';
import { piecesOf, writeVolume } from './write-volume.ts';

export interface OpenedVolume {
  result: string;
  meta: Record<string, unknown>;
  /** Of the file before it was turned. */
  sizes: Nifti['sizes'];
  turn: Turn;
  /** Times or channels of the file; the first is taken. */
  layers: number;
}

/** Throws SLY_FORMAT_INVALID. */
export async function openVolume(
  absolute: string,
  {
    gzip,
    project,
    signal,
  }: { gzip: boolean; project: Pick<ProjectWriter, 'resultFile'>; signal: AbortSignal },
): Promise<OpenedVolume> {
  const nifti = await readNifti(absolute, gzip, signal);
  const { sizes, layers, scalar, toWorld } = nifti;
  const turn = turnToRas(sizes, toWorld);
  const isScaled = nifti.slope !== 1 || nifti.intercept !== 0;
  const voxels = isScaled ? scaled(nifti, turn) : turned(nifti, turn);
  const type = isScaled ? 'float' : KINDS[scalar].nrrd;
  const result = await writeVolume(project, { type, turn, bytes: piecesOf(voxels) });
  return { result, meta: volumeMeta(turn, rangeOf(voxels)), sizes, turn, layers };
}

function turned({ scalar, voxels }: Nifti, turn: Turn): Voxels {
  const out = KINDS[scalar].view(new ArrayBuffer(voxels.byteLength));
  eachTurned(turn, (to, from) => {
    out[to] = voxels[from] as never;
  });
  return out;
}

function scaled({ voxels, slope, intercept }: Nifti, turn: Turn): Float32Array {
  const out = new Float32Array(voxels.length);
  eachTurned(turn, (to, from) => {
    out[to] = Number(voxels[from]) * slope + intercept;
  });
  return out;
}

function rangeOf(voxels: Voxels): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const voxel of voxels) {
    const value = Number(voxel);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min > max ? { min: 0, max: 0 } : { min, max };
}
