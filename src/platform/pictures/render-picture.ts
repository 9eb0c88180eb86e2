/**
 * Decodes one picture and writes one WebP. Runs in a process of its own (render-program.ts): the file is anybody's.
 * Only the common picture decoders are open, the size is checked before a pixel is decoded, and nothing of the
 * file but its pixels goes into the result.
 */
import sharp, { type Metadata, type Sharp } from 'sharp';
import type { RenderOrder } from './rendition.ts';
import { stretch } from './stretch.ts';

/** 16,384 x 16,384, some 1 GB of RGBA where a format cannot be read in rows. */
const MOST_PIXELS = 2 ** 28;
/** Lossless up to here; above it a photograph would take seconds and tens of megabytes. */
const MOST_LOSSLESS_PIXELS = 4e6;

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`),
});

/** Rejects with a plain Error that says what is wrong with the picture. */
export async function renderPicture(order: RenderOrder): Promise<void> {
  const { side, fine, source, target } = order;
  // A damaged picture is shown as far as it can be read.
  const picture = sharp(source, { limitInputPixels: MOST_PIXELS, failOn: 'none', autoOrient: false });
  const meta = await picture.metadata();
  const sized = picture.resize(side, side, { fit: 'inside', withoutEnlargement: true });
  const shown = isBrightness(meta) ? sized.toColourspace('srgb') : await stretched(sized, meta);
  const pixels = meta.width * meta.height * Math.min(1, side / Math.max(meta.width, meta.height)) ** 2;
  const lossless = fine && pixels <= MOST_LOSSLESS_PIXELS;
  await shown
    .webp(fine ? { lossless, quality: lossless ? 70 : 90, effort: 2 } : { quality: 80, effort: 2 })
    .toFile(target);
}

const isBrightness = (meta: Metadata): boolean => meta.depth === 'uchar' && meta.channels <= 4;

async function stretched(sized: Sharp, meta: Metadata): Promise<Sharp> {
  // In its own colour space: on the way to sRGB 16 bits become 8.
  const { data, info } = await sized
    .toColourspace(meta.space)
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const floats = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
  const shown = stretch({ data: floats, width, height, channels, hasAlpha: meta.hasAlpha });
  return sharp(shown.data, { raw: { width, height, channels: shown.channels } });
}
