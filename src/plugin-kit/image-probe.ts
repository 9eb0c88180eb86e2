/**
 * What a picture is, from its header alone: kind by content, size in pixels, whether its end is there.
 * Synchronous, because four small reads of a local file cost less than handing them to a thread.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { type ImageBytes, readImageHeader } from './image-headers.ts';
import {
  describeBytes,
  IMAGE_KINDS,
  IMAGE_TITLES,
  type ImageKind,
  kindOfBytes,
  kindOfName,
  SNIFF_BYTES,
} from './image-kinds.ts';

export interface ProbedImage {
  kind: ImageKind;
  mime: string;
  /** Pixels as stored, before EXIF orientation. */
  width: number;
  height: number;
  /** The usual one of its kind, with the dot: `.jpg`. */
  extension: string;
  /** False when the file visibly ends too early (JPEG, PNG, WebP, BMP, HEIF, AVIF). It may still show in part. */
  complete: boolean;
}

export interface ProbeOptions {
  /** More pixels than this are refused. */
  maxPixels?: number;
}

const HEAD_BYTES = 4096;
/** One for all pictures, which are looked at one after the other: a buffer each would be garbage by the megabyte. */
const HEAD = Buffer.alloc(HEAD_BYTES);

/** Throws SLY_IMAGE_UNREADABLE with expected and got. */
export function probeImage(file: string, options: ProbeOptions = {}): ProbedImage {
  return withBytes(file, (bytes) => probe(bytes, options));
}

/** The same for a picture in memory. */
export function probeImageBytes(buffer: Buffer, options: ProbeOptions = {}): ProbedImage {
  const bytes: ImageBytes = {
    size: buffer.length,
    at(offset, length) {
      if (offset + length > buffer.length) throw endsEarly(offset + length, buffer.length);
      return buffer.subarray(offset, offset + length);
    },
  };
  try {
    return probe(bytes, options);
  } catch (error) {
    throw error instanceof SlyError ? error : unreadable((error as Error).message, error);
  }
}

function probe(bytes: ImageBytes, { maxPixels = Number.POSITIVE_INFINITY }: ProbeOptions): ProbedImage {
  const sniffed = bytes.at(0, Math.min(SNIFF_BYTES, bytes.size));
  const kind = kindOfBytes(sniffed);
  if (kind === undefined) throw unreadable(`expected one of ${IMAGE_TITLES}, got ${describeBytes(sniffed)}`);
  const { width, height, complete } = readImageHeader[kind](bytes);
  if (!(width > 0 && height > 0))
    throw unreadable(`expected a width and a height, got ${width} x ${height} pixels`);
  if (width * height > maxPixels)
    throw unreadable(`expected at most ${maxPixels} pixels, got ${width} x ${height}`);
  const { mime, extensions } = IMAGE_KINDS[kind];
  return { kind, mime, width, height, extension: extensions[0], complete };
}

/** What the first bytes say, for files that need not be pictures. Throws SLY_IMAGE_UNREADABLE when it cannot be read. */
export function sniffImage(file: string): { kind: ImageKind | undefined; is: string } {
  return withBytes(file, (bytes) => {
    const head = bytes.at(0, Math.min(SNIFF_BYTES, bytes.size));
    return { kind: kindOfBytes(head), is: describeBytes(head) };
  });
}

/** A warning's text when the name promises another kind than the bytes keep. */
export function nameMismatch(name: string, kind: ImageKind): string | undefined {
  const named = kindOfName(name);
  if (named === kind) return undefined;
  const promised =
    named === undefined ? 'the ending of a picture' : `a ${IMAGE_KINDS[named].title} as its name says`;
  return `expected ${promised}, got a ${IMAGE_KINDS[kind].title}; the name is kept`;
}

function withBytes<T>(file: string, read: (bytes: ImageBytes) => T): T {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return read(openBytes(fd));
  } catch (error) {
    if (error instanceof SlyError) throw error;
    const errno = /^E(?!RR_)/.test(errnoOf(error) ?? '') ? errnoOf(error) : undefined;
    throw unreadable(
      errno === undefined ? (error as Error).message : `the file cannot be read (${errno})`,
      error,
    );
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function openBytes(fd: number): ImageBytes {
  const { size } = fstatSync(fd);
  const head = HEAD;
  const filled = readSync(fd, head, 0, Math.min(size, HEAD_BYTES), 0);
  return {
    size,
    at(offset, length) {
      if (offset + length > size) throw endsEarly(offset + length, size);
      if (offset + length <= filled) return head.subarray(offset, offset + length);
      const buffer = Buffer.allocUnsafe(length);
      for (let got = 0; got < length; ) {
        const more = readSync(fd, buffer, got, length - got, offset + got);
        if (more === 0) throw new Error('the file became shorter while it was being read');
        got += more;
      }
      return buffer;
    },
  };
}

function endsEarly(wanted: number, size: number): Error {
  return new Error(`expected ${wanted} bytes at least, got ${size}: the file ends too early`);
}

function unreadable(detail: string, cause?: unknown): SlyError {
  return new SlyError('SLY_IMAGE_UNREADABLE', { detail, ...(cause === undefined ? {} : { cause }) });
}
