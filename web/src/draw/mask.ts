/** base64(zlib(PNG)) of a bitmap, turned into a picture of one colour that can be drawn. */
import type { Rgb } from './colors.ts';

const MOST_PIXELS = 100_000_000;

export interface MaskOptions {
  color: Rgb;
  /** Brightness says how opaque a pixel is, instead of whether it is set. */
  alpha: boolean;
  /** Larger ones are made smaller when they are decoded; the caller stretches them again. */
  mostPixels?: number;
}

export interface DecodedMask {
  picture: ImageBitmap;
  /** In pixels of the image. */
  width: number;
  height: number;
}

/** Rejects when it is no PNG, or too large to be decoded at all. */
export async function decodeMask(data: string, options: MaskOptions): Promise<DecodedMask> {
  const packed = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  // Two kinds exist: PNG inside zlib (the rule), and a bare PNG.
  const png = packed[0] === 0x89 ? new Blob([packed]) : await inflated(packed);
  const picture = await createImageBitmap(png);
  const { width, height } = picture;
  if (width * height > MOST_PIXELS) throw new Error(`the mask is too large to draw (${width} x ${height})`);
  const shrink = Math.min(1, Math.sqrt((options.mostPixels ?? MOST_PIXELS) / (width * height)));
  const canvas = new OffscreenCanvas(Math.ceil(width * shrink), Math.ceil(height * shrink));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser cannot draw');
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  paint(pixels.data, options);
  context.putImageData(pixels, 0, 0);
  return { picture: await createImageBitmap(canvas), width, height };
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Blob> {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).blob();
}

/** Where anything is transparent, transparency says what is set; else brightness does. */
function paint(data: Uint8ClampedArray, { color: [red, green, blue], alpha }: MaskOptions): void {
  let opaque = true;
  for (let at = 3; at < data.length && opaque; at += 4) opaque = data[at] === 255;
  for (let at = 0; at < data.length; at += 4) {
    const bright = Math.max(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0);
    const set = opaque ? (alpha || bright === 0 ? bright : 255) : (data[at + 3] ?? 0);
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    data[at + 3] = set;
  }
}
