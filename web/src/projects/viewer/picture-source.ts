/**
 * Which file shows an image best: the original where every browser shows it, else what the server makes of it
 * (TIFF, 16 bits, very large). Decided before anything is loaded, so that nothing is loaded twice.
 */
import type { Image } from '../../shapes.ts';

export type PictureSource =
  | { kind: 'original' | 'display'; url: string; why?: string }
  /** The bytes are elsewhere; the page may load nothing from there. */
  | { kind: 'link'; link: string };

/** More than this is slow to decode in a browser, and may not fit into a phone. */
const MOST_ORIGINAL_PIXELS = 50e6;
const BROWSER = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/bmp', 'image/avif']);
/** The byte of a PNG that says how many bits a sample has. */
const PNG_DEPTH_AT = 24;

/** `section` is that of the address of an item. */
export const thumbnailUrl = (section: string, id: number, size: 160 | 320 | 640): string =>
  `/files/${section}/${id}/thumbnail?size=${size}`;

export async function pictureSource(image: Image, signal: AbortSignal): Promise<PictureSource> {
  if (image.link !== null) return { kind: 'link', link: image.link };
  const original = `/files/images/${image.id}`;
  const display = (why: string): PictureSource => ({ kind: 'display', url: `${original}/display`, why });
  if (image.mime === null || !BROWSER.has(image.mime))
    return display(`${image.mime ?? 'unknown kind'}, converted to be shown`);
  if ((image.width ?? 0) * (image.height ?? 0) > MOST_ORIGINAL_PIXELS)
    return display('very large, shown smaller');
  if (image.mime === 'image/png' && (await pngDepth(original, signal)) === 16)
    return display('16 bits, contrast spread to be shown');
  return { kind: 'original', url: original };
}

async function pngDepth(url: string, signal: AbortSignal): Promise<number | undefined> {
  const headers = { range: `bytes=${PNG_DEPTH_AT}-${PNG_DEPTH_AT}` };
  const response = await fetch(url, { headers, signal });
  if (response.status !== 206) {
    await response.body?.cancel();
    return undefined;
  }
  return new Uint8Array(await response.arrayBuffer())[0];
}
