/** base64(zlib(PNG)) of a bitmap, turned into a picture of one colour that can be drawn. */
const MOST_PIXELS = 100_000_000;

export async function decodeMask(data: string, color: Rgb): Promise<ImageBitmap> {
  const packed = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  // Two kinds exist: PNG inside zlib (the rule), and a bare PNG.
  const png = packed[0] === 0x89 ? new Blob([packed]) : await inflated(packed);
  const picture = await createImageBitmap(png);
  const { width, height } = picture;
  if (width * height > MOST_PIXELS) throw new Error(`the mask is too large to draw (${width} x ${height})`);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser cannot draw');
  context.drawImage(picture, 0, 0);
  picture.close();
  const pixels = context.getImageData(0, 0, width, height);
  paint(pixels.data, color);
  context.putImageData(pixels, 0, 0);
  return createImageBitmap(canvas);
}

export type Rgb = [red: number, green: number, blue: number];

export function rgbOf(hex: string): Rgb {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(hex);
  return match === null
    ? [128, 128, 128]
    : ([1, 2, 3].map((at) => Number.parseInt(match[at] ?? '80', 16)) as Rgb);
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<Blob> {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))).blob();
}

/** Where anything is transparent, transparency says what is set; else brightness does. */
function paint(data: Uint8ClampedArray, [red, green, blue]: Rgb): void {
  let opaque = true;
  for (let at = 3; at < data.length && opaque; at += 4) opaque = data[at] === 255;
  for (let at = 0; at < data.length; at += 4) {
    const set = opaque
      ? (data[at] ?? 0) > 0 || (data[at + 1] ?? 0) > 0 || (data[at + 2] ?? 0) > 0
        ? 255
        : 0
      : data[at + 3];
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
    data[at + 3] = set ?? 0;
  }
}
