/** The pixel library, loaded when a picture has to be decoded: it is native, and most plugins never need it. */
import type sharpModule from 'sharp';
import { SlyError } from '../../lib/errors.ts';

/** Larger pictures are refused before a pixel of them is decoded; some 1 GB of RGBA. */
export const MAX_DECODED_PIXELS = 256e6;

/** Throws SLY_RUNNER_UNAVAILABLE where native libraries are not allowed. */
export async function loadSharp(): Promise<typeof sharpModule> {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
      detail: `the pixel library cannot be loaded here: ${(error as Error).message.split('\n')[0]}`,
      hint: 'It needs Docker or bubblewrap: under Node’s permission model alone native libraries are not allowed.',
      cause: error,
    });
  }
}
