/** Makes a volume of a file: NRRD or NIfTI by its first bytes. */
import { Unreadable } from '../../../reading/unreadable.ts';
import { readNifti } from './nifti.ts';
import { isNrrd, readNrrd } from './nrrd.ts';
import type { Volume } from './volume.ts';
import { innerValues } from './voxels.ts';

/** Throws Unreadable. */
export async function readVolume(bytes: Uint8Array<ArrayBuffer>): Promise<Volume> {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 8));
  const volume = isNrrd(start) ? await readNrrd(bytes) : await readNifti(bytes);
  if (volume === undefined)
    throw new Unreadable('The page reads volumes as NRRD and NIfTI; this file is neither.');
  return { ...volume, inner: innerValues(volume) };
}
