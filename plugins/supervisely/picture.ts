/** Is it a picture, and how large? Answered from the first bytes; the rest is never read. */
import { open } from 'node:fs/promises';
import { imageSize } from 'image-size';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

export interface Picture {
  /** Pixels before EXIF orientation; undefined where the first bytes do not tell. */
  size: { width: number; height: number } | undefined;
}

const EXTENSIONS = /\.(jpe?g|mpo|bmp|png|webp|tiff?|nrrd|jfif|heic|heif|avif)$/i;
const FIRST_LOOK = 16 << 10;
/** Thumbnails and colour profiles may stand before the size. */
const SECOND_LOOK = 2 << 20;

export function hasPictureName(file: string): boolean {
  return EXTENSIONS.test(file);
}

/** Undefined when the bytes are no picture of a kind the platform shows. */
export function readPicture(tree: SourceTree, file: string): Promise<Picture | undefined> {
  return readPictureIn((bytes) => tree.head(file, bytes));
}

/** The same for bytes `[start, end)` of a file, a member of a tar. */
export async function readPictureAt(
  absolute: string,
  [start, end]: readonly [start: number, end: number],
): Promise<Picture | undefined> {
  const handle = await open(absolute, 'r');
  try {
    return await readPictureIn(async (bytes) => {
      const buffer = Buffer.alloc(Math.min(bytes, end - start));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      return buffer.subarray(0, bytesRead);
    });
  } finally {
    await handle.close();
  }
}

async function readPictureIn(head: (bytes: number) => Promise<Buffer>): Promise<Picture | undefined> {
  const start = await head(FIRST_LOOK);
  const kind = SIGNATURES.find(({ matches }) => matches(start));
  if (kind === undefined) return undefined;
  // NRRD and some TIFF keep their size where image-size does not look.
  return { size: sizeIn(start) ?? (kind.late ? sizeIn(await head(SECOND_LOOK)) : undefined) };
}

function sizeIn(bytes: Buffer): Picture['size'] {
  try {
    const { width, height } = imageSize(bytes);
    return width > 0 && height > 0 ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

const text = (bytes: Buffer, from: number, to: number): string => bytes.toString('latin1', from, to);

const SIGNATURES: readonly { matches(bytes: Buffer): boolean; late: boolean }[] = [
  { matches: (bytes) => text(bytes, 0, 3) === '\xff\xd8\xff', late: true },
  { matches: (bytes) => text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n', late: false },
  { matches: (bytes) => text(bytes, 0, 2) === 'BM', late: false },
  { matches: (bytes) => text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP', late: false },
  { matches: (bytes) => ['II*\0', 'MM\0*'].includes(text(bytes, 0, 4)), late: true },
  { matches: (bytes) => text(bytes, 0, 4) === 'NRRD', late: false },
  {
    matches: (bytes) =>
      text(bytes, 4, 8) === 'ftyp' && /^(hei|mif1|msf1|avi[fs]|hev)/.test(text(bytes, 8, 12)),
    late: true,
  },
];
