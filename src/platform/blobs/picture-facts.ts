/**
 * Kind of a blob by its first bytes, and its size in pixels where it is a picture. Never throws and never reads
 * past the bytes it is given: what it cannot tell is null.
 */
import { disableTypes, imageSize } from 'image-size';

export interface PictureFacts {
  mime: string | null;
  /** Pixels as stored, before any EXIF orientation. */
  width: number | null;
  height: number | null;
}

/** As many bytes as are looked at: profiles and thumbnails in front of a JPEG's size fit in. */
export const HEAD_BYTES = 512 << 10;

const NOTHING: PictureFacts = { mime: null, width: null, height: null };

/** Kinds that are told by a few letters anywhere, or that no dataset has. */
disableTypes(['cur', 'dds', 'icns', 'ico', 'j2c', 'ktx', 'pnm', 'psd', 'tga', 'jxl-stream', 'jxl']);

const PICTURES: Readonly<Record<string, string>> = {
  avif: 'image/avif',
  bmp: 'image/bmp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  jp2: 'image/jp2',
  jpg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
  tiff: 'image/tiff',
  webp: 'image/webp',
};

const SIGNATURES: readonly { at: number; text: string; mime: string }[] = [
  { at: 0, text: '\x89PNG\r\n\x1a\n', mime: 'image/png' },
  { at: 0, text: '\xff\xd8\xff', mime: 'image/jpeg' },
  { at: 0, text: 'GIF8', mime: 'image/gif' },
  { at: 0, text: 'II*\0', mime: 'image/tiff' },
  { at: 0, text: 'MM\0*', mime: 'image/tiff' },
  { at: 0, text: 'II+\0', mime: 'image/tiff' },
  { at: 0, text: 'MM\0+', mime: 'image/tiff' },
  { at: 8, text: 'WEBP', mime: 'image/webp' },
  { at: 8, text: 'AVI ', mime: 'video/x-msvideo' },
  { at: 4, text: 'ftypqt', mime: 'video/quicktime' },
  { at: 4, text: 'ftyp', mime: 'video/mp4' },
  { at: 0, text: '\x1aE\xdf\xa3', mime: 'video/webm' },
  { at: 0, text: 'NRRD', mime: 'application/x-nrrd' },
  { at: 0, text: '# .PCD', mime: 'image/pcd' },
  { at: 128, text: 'DICM', mime: 'application/dicom' },
  { at: 0, text: 'PK\x03\x04', mime: 'application/zip' },
  { at: 257, text: 'ustar', mime: 'application/x-tar' },
  { at: 0, text: '\x1f\x8b', mime: 'application/gzip' },
];

export function pictureFacts(head: Uint8Array): PictureFacts {
  const bytes = head.subarray(0, HEAD_BYTES);
  try {
    const { type, width, height } = imageSize(bytes);
    const mime = type === undefined ? undefined : PICTURES[type];
    if (mime !== undefined && width > 0 && height > 0)
      return { mime, width: Math.round(width), height: Math.round(height) };
  } catch {
    // No picture, or its size stands further on: the kind may still be clear.
  }
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 300));
  const found = SIGNATURES.find(({ at, text }) => start.subarray(at, at + text.length).equals(latin1(text)));
  return found === undefined ? NOTHING : { ...NOTHING, mime: found.mime };
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
