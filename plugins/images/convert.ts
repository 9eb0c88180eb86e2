/**
 * Pictures that are not imported as they are: pages of a TIFF, pictures turned upright, kinds a browser does not
 * show. The original is never touched; what is made goes to the results. Depth is kept: 16 bits stay 16 bits.
 */

import { SlyError } from '../../src/lib/errors.ts';
import type { ImageKind } from '../../src/plugin-kit/image-kinds.ts';
import { loadSharp, MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';

export interface Made {
  result: string;
  mime: string;
  extension: string;
  width: number;
  height: number;
}

export interface Wish {
  /** Page of a TIFF, from 0. */
  page?: number;
  /** Turn as the EXIF orientation says. */
  upright?: boolean;
}

/** JPEG stays JPEG (quality 95, metadata kept); everything else becomes PNG. Throws SLY_IMAGE_UNREADABLE. */
export async function convertPicture(
  project: ProjectWriter,
  file: string,
  kind: ImageKind,
  wish: Wish,
): Promise<Made> {
  const sharp = await loadSharp();
  const jpeg = kind === 'jpeg';
  const { absolute, result } = project.resultFile(jpeg ? 'a.jpg' : 'a.png');
  try {
    const options = {
      limitInputPixels: MAX_DECODED_PIXELS,
      ...(wish.page === undefined ? {} : { page: wish.page }),
    };
    let picture = sharp(file, options);
    const { depth, channels, space } = await picture.metadata();
    if (wish.upright === true) picture = picture.rotate();
    if (depth === 'ushort') picture = picture.toColourspace((channels ?? 3) <= 2 ? 'grey16' : 'rgb16');
    else if (space === 'b-w') picture = picture.toColourspace('b-w');
    const { width, height } = jpeg
      ? await picture.keepMetadata().jpeg({ quality: 95 }).toFile(absolute)
      : await picture.png({ compressionLevel: 6 }).toFile(absolute);
    return jpeg
      ? { result, mime: 'image/jpeg', extension: '.jpg', width, height }
      : { result, mime: 'image/png', extension: '.png', width, height };
  } catch (error) {
    throw new SlyError('SLY_IMAGE_UNREADABLE', {
      detail: `it cannot be decoded: ${(error as Error).message.split('\n')[0]}`,
      cause: error,
    });
  }
}

/** 1 = as stored; 2 to 8 turned or mirrored. Reads the header only. */
export async function orientationOf(file: string): Promise<number> {
  const sharp = await loadSharp();
  try {
    return (await sharp(file, { limitInputPixels: MAX_DECODED_PIXELS }).metadata()).orientation ?? 1;
  } catch {
    return 1;
  }
}
