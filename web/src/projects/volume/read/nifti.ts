/** NIfTI-1 files, also gzipped (nifti.nimh.nih.gov/nifti-1/documentation). */
import { readNiftiHeader } from '../../../../../src/format/nifti-header.ts';
import { WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { byteStream, isGzip } from './byte-stream.ts';
import { assertFits } from './limits.ts';
import type { Volume } from './volume.ts';
import { voxelsOf } from './voxels.ts';

const HEADER = 348;
const NIFTI_2 = 540;

/** Undefined when it is none; then nothing is lost. Throws Unreadable for one that cannot be shown. */
export async function readNifti(bytes: Uint8Array<ArrayBuffer>): Promise<Omit<Volume, 'inner'> | undefined> {
  const stream = byteStream(bytes, { gzip: isGzip(bytes) });
  try {
    const start = await stream.take(HEADER).catch(() => undefined);
    if (start === undefined) return undefined;
    const view = new DataView(start.buffer);
    if ([true, false].some((little) => view.getInt32(0, little) === NIFTI_2))
      throw new Unreadable('This is a NIfTI-2 file. The page reads NIfTI-1.');
    const header = readNiftiHeader(start);
    if (header === undefined) return undefined;
    if (!header.hasVoxels)
      throw new Unreadable('This is only the header of a volume: its voxels are in another file.');
    const { sizes, layers, scalar, little, slope, intercept, toWorld } = header;
    if (scalar === undefined)
      throw new Unreadable(
        'The voxels of this NIfTI file are no single numbers (colours, complex numbers, bits).',
      );
    const [x, y, z] = sizes;
    assertFits(x * y * z, scalar);
    if (!(header.start >= HEADER && header.start < HEADER + (1 << 24)))
      throw new Unreadable('This NIfTI file is damaged: it does not say where its voxels begin.');
    await stream.take(Math.floor(header.start) - HEADER);
    // Of several times the first is read.
    const data = await stream.take(x * y * z * WIDTH[scalar]);
    const voxels = voxelsOf(data, scalar, little);
    return { size: sizes, voxels, stride: [1, x, x * y], slope, intercept, toWorld, layers };
  } finally {
    await stream.close();
  }
}
