/**
 * The program of a process that makes thumbnails, one at a time: the pictures are anybody's, and what goes wrong in a
 * decoder ends this process alone. Only common decoders are open; sizes are checked before a pixel is decoded.
 */
import { open } from 'node:fs/promises';
import sharp from 'sharp';

export interface ThumbnailOrder {
  file: string;
  range?: readonly [start: number, end: number];
  side: number;
}
export type ThumbnailReply = { webp: string; width: number; height: number } | { problem: string };

const MOST_PIXELS = 1e8;
const MOST_BYTES = 256 << 20;

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`),
});

process.on('message', (order: ThumbnailOrder) => {
  make(order).then(
    (reply) => process.send?.(reply),
    (error: unknown) => process.send?.({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

async function make({ file, range, side }: ThumbnailOrder): Promise<ThumbnailReply> {
  const input = range === undefined ? file : await readRange(file, range);
  // As the pixels are stored: annotations count them so.
  const picture = sharp(input, { limitInputPixels: MOST_PIXELS, failOn: 'error', autoOrient: false });
  const { width, height } = await picture.metadata();
  const { data } = await picture
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .webp({ quality: 72, effort: 2 })
    .toBuffer({ resolveWithObject: true });
  return { webp: data.toString('base64'), width, height };
}

async function readRange(file: string, [start, end]: readonly [number, number]): Promise<Buffer> {
  if (end - start > MOST_BYTES) throw new Error(`larger than ${MOST_BYTES} bytes`);
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer;
  } finally {
    await handle.close();
  }
}
