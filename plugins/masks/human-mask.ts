/** The picture, and beside it the same picture with its labels in colour: what a person looks at. */

import { SlyError } from '../../src/lib/errors.ts';
import { loadSharp, MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';

export interface HumanMask {
  /** Absolute path. */
  picture: string;
  /** 0..1 of the size of the picture. */
  scale: number;
  width: number;
  height: number;
  /** `0xRRGGBB`, 0 where there is no label. */
  colours: Uint32Array;
}

/** PNG bytes. Throws SLY_IMAGE_UNREADABLE. */
export async function paintOver({ picture, scale, width, height, colours }: HumanMask): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    const left = await sharp(picture, { limitInputPixels: MAX_DECODED_PIXELS })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (left.info.width !== width || left.info.height !== height || left.info.channels !== 3)
      throw new Error(
        `expected ${width} x ${height} pixels, got ${left.info.width} x ${left.info.height} of ${left.info.channels} channels`,
      );
    const both = Buffer.allocUnsafe(width * height * 6);
    for (let y = 0, i = 0; y < height; y++) {
      const row = left.data.subarray(y * width * 3, (y + 1) * width * 3);
      const to = y * width * 6;
      both.set(row, to);
      both.set(row, to + width * 3);
      for (let x = 0, at = to + width * 3; x < width; x++, i++, at += 3) {
        const colour = colours[i] as number;
        if (colour === 0) continue;
        both[at] = ((both[at] as number) + (colour >> 16)) >> 1;
        both[at + 1] = ((both[at + 1] as number) + ((colour >> 8) & 0xff)) >> 1;
        both[at + 2] = ((both[at + 2] as number) + (colour & 0xff)) >> 1;
      }
    }
    let out = sharp(both, { raw: { width: width * 2, height, channels: 3 } });
    if (scale < 1)
      out = out.resize(Math.max(2, Math.round(width * 2 * scale)), Math.max(1, Math.round(height * scale)), {
        fit: 'fill',
      });
    // A copy: memory of the library cannot be handed to another thread.
    return new Uint8Array(await out.png({ compressionLevel: 4 }).toBuffer());
  } catch (error) {
    throw new SlyError('SLY_IMAGE_UNREADABLE', { detail: (error as Error).message, cause: error });
  }
}
