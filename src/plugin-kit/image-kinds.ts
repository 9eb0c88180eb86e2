/** The kinds of pictures the platform keeps, told apart by their first bytes; names only say what was meant. */
import path from 'node:path';

export const IMAGE_KINDS = {
  jpeg: { title: 'JPEG', mime: 'image/jpeg', extensions: ['.jpg', '.jpeg', '.jfif', '.jpe', '.mpo'] },
  png: { title: 'PNG', mime: 'image/png', extensions: ['.png', '.apng'] },
  webp: { title: 'WebP', mime: 'image/webp', extensions: ['.webp'] },
  bmp: { title: 'BMP', mime: 'image/bmp', extensions: ['.bmp', '.dib'] },
  tiff: { title: 'TIFF', mime: 'image/tiff', extensions: ['.tiff', '.tif'] },
  avif: { title: 'AVIF', mime: 'image/avif', extensions: ['.avif'] },
  heif: { title: 'HEIF', mime: 'image/heif', extensions: ['.heic', '.heif', '.hif'] },
} as const satisfies Record<string, { title: string; mime: string; extensions: readonly string[] }>;

export type ImageKind = keyof typeof IMAGE_KINDS;

const KINDS = Object.keys(IMAGE_KINDS) as ImageKind[];
const BY_EXTENSION = new Map<string, ImageKind>(
  KINDS.flatMap((kind) => IMAGE_KINDS[kind].extensions.map((extension) => [extension, kind] as const)),
);

/** `JPEG, PNG, ...`, for messages. */
export const IMAGE_TITLES = KINDS.map((kind) => IMAGE_KINDS[kind].title).join(', ');

/** True when the name says picture. */
export function isImageName(name: string): boolean {
  return kindOfName(name) !== undefined;
}

export function kindOfName(name: string): ImageKind | undefined {
  return BY_EXTENSION.get(path.posix.extname(name).toLowerCase());
}

/** Bytes `kindOfBytes` wants to see. */
export const SNIFF_BYTES = 32;

export function kindOfBytes(head: Buffer): ImageKind | undefined {
  if (head.length < 12) return undefined;
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg';
  switch (head.readUInt32BE(0)) {
    case 0x89504e47:
      return head.readUInt32BE(4) === 0x0d0a1a0a ? 'png' : undefined;
    case 0x52494646:
      return ascii(head, 8) === 'WEBP' ? 'webp' : undefined;
    case 0x49492a00:
    case 0x4d4d002a:
    case 0x49492b00:
    case 0x4d4d002b:
      return 'tiff';
  }
  // Two letters alone could begin any text: the size of the header that follows tells.
  if (head[0] === 0x42 && head[1] === 0x4d && head.length >= 18) {
    return [12, 16, 40, 52, 56, 64, 108, 124].includes(head.readUInt32LE(14)) ? 'bmp' : undefined;
  }
  return ascii(head, 4) === 'ftyp' ? kindOfBrand(ascii(head, 8)) : undefined;
}

function kindOfBrand(brand: string): ImageKind | undefined {
  if (brand === 'avif' || brand === 'avis') return 'avif';
  return ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'].includes(brand)
    ? 'heif'
    : undefined;
}

/** A word for what the bytes are when they are no picture the platform keeps. */
export function describeBytes(head: Buffer): string {
  if (head.length === 0) return 'an empty file';
  const start = head.toString('latin1', 0, 12);
  if (start.startsWith('GIF8')) return 'a GIF';
  if (start.startsWith('8BPS')) return 'a Photoshop file';
  if (start.startsWith('%PDF')) return 'a PDF';
  if (start.startsWith('PK\u0003\u0004')) return 'a zip archive';
  if (start.slice(4, 8) === 'ftyp') return 'a video';
  if (start.slice(4, 8) === 'jP  ') return 'a JPEG 2000 file';
  if (head.every((byte) => byte === 0)) return 'nothing but zeros';
  if (head.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09))
    return `text that begins with ${JSON.stringify(head.toString('utf8', 0, 12).replace(/\uFFFD+$/, ''))}`;
  return `bytes that begin with ${head.toString('hex', 0, 8)}`;
}

function ascii(head: Buffer, at: number): string {
  return head.toString('latin1', at, at + 4);
}
