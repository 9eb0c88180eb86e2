/** The bytes of an item as TensorFlow can decode them: JPEG, PNG and BMP as they are, other kinds as PNG. */

import { statSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { ImageKind } from '../../src/plugin-kit/image-kinds.ts';
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import { loadSharp, MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { PictureBytes } from './record-writer.ts';

export interface ExportedPicture extends Size {
  /** Value of image/format. */
  format: string;
  bytes: PictureBytes;
  /** The kind it was, when it was written as another. */
  was: ImageKind | undefined;
}

const AS_IS: ReadonlySet<ImageKind> = new Set(['jpeg', 'png', 'bmp']);
/** So that the record stays below what a reader takes. */
const MAX_BYTES = 500 << 20;

/** Throws SLY_IMAGE_UNREADABLE for what is no picture or too large for a record. */
export async function exportPicture(absolute: string): Promise<ExportedPicture> {
  const { kind, width, height } = probeImage(absolute);
  const { size } = statSync(absolute);
  if (AS_IS.has(kind)) {
    if (size > MAX_BYTES) throw tooLarge(size);
    return { width, height, format: kind, bytes: { absolute, size }, was: undefined };
  }
  const sharp = await loadSharp();
  try {
    const bytes = await sharp(absolute, { limitInputPixels: MAX_DECODED_PIXELS, failOn: 'error' })
      .png()
      .toBuffer();
    if (bytes.length > MAX_BYTES) throw tooLarge(bytes.length);
    return { width, height, format: 'png', bytes: { bytes }, was: kind };
  } catch (error) {
    if (error instanceof SlyError) throw error;
    throw new SlyError('SLY_IMAGE_UNREADABLE', { detail: (error as Error).message, cause: error });
  }
}

function tooLarge(size: number): SlyError {
  return new SlyError('SLY_IMAGE_UNREADABLE', {
    detail: `expected a picture of at most ${MAX_BYTES} bytes, got ${size}`,
  });
}
