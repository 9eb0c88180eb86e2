/** Reads single frames of DICOM images: what was read of the last file is kept for the next of its frames. */
import { type FileHandle, open } from 'node:fs/promises';
import { swap } from '../voxels.ts';
import { invalid } from './invalid.ts';
import { inflateFile, readAt } from './parse.ts';
import type { DicomImage, Slice } from './read-image.ts';
import { unpackRle } from './rle.ts';
import { DEFLATED, EXPLICIT_BIG, RLE_LOSSLESS } from './syntaxes.ts';

export interface PixelReader {
  /** Row by row, the numbers that are meant: slope and intercept applied. Throws SLY_FORMAT_INVALID. */
  read(slice: Slice): Promise<Float64Array>;
  close(): Promise<void>;
}

interface OpenFile {
  image: DicomImage;
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
  /** Of RLE: where each frame is. */
  frames: { offset: number; length: number }[] | undefined;
}

const ITEM = 0xe000;
const ITEM_HEADER = 8;

export function createPixelReader(locate: (file: string) => string): PixelReader {
  let opened: OpenFile | undefined;
  const close = async (): Promise<void> => {
    const last = opened;
    opened = undefined;
    await last?.close();
  };
  return {
    async read({ image, frame, slope, intercept }) {
      if (opened?.image !== image) {
        await close();
        opened = await openImage(image, locate(image.file));
      }
      return numbers(await frameBytes(opened, frame), image, { slope, intercept });
    },
    close,
  };
}

async function openImage(image: DicomImage, absolute: string): Promise<OpenFile> {
  if (image.syntax === DEFLATED) {
    const bytes = await inflateFile(absolute);
    const read = async (offset: number, length: number): Promise<Buffer> => {
      if (offset + length > bytes.length)
        throw invalid(`expected ${length} bytes at ${offset}, got ${Math.max(0, bytes.length - offset)}`);
      return Buffer.from(bytes.subarray(offset, offset + length));
    };
    return { image, read, close: async () => undefined, frames: undefined };
  }
  const handle = await open(absolute);
  try {
    const frames = image.syntax === RLE_LOSSLESS ? await findFrames(image, handle) : undefined;
    return {
      image,
      read: (offset, length) => readAt(handle, offset, length),
      close: () => handle.close(),
      frames,
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** An item a frame, behind a first one that may list them. */
async function findFrames(
  { pixels, frames }: DicomImage,
  handle: FileHandle,
): Promise<NonNullable<OpenFile['frames']>> {
  if (!pixels.isOpenEnded) throw invalid('expected RLE in items, got pixels of a fixed length');
  const { size } = await handle.stat();
  const found: NonNullable<OpenFile['frames']> = [];
  let at = pixels.offset;
  while (found.length <= frames && at + ITEM_HEADER <= size) {
    const head = await readAt(handle, at, ITEM_HEADER);
    if (head.readUInt16LE(0) !== 0xfffe || head.readUInt16LE(2) !== ITEM) break;
    const length = head.readUInt32LE(4);
    found.push({ offset: at + ITEM_HEADER, length });
    at += ITEM_HEADER + length;
  }
  return found.slice(1);
}

async function frameBytes({ image, read, frames }: OpenFile, frame: number): Promise<Buffer> {
  const { rows, columns, allocated, pixels, syntax } = image;
  const width = (allocated / 8) as 1 | 2 | 4;
  const size = rows * columns * width;
  if (frames !== undefined) {
    const place = frames[frame];
    if (place === undefined) throw invalid(`expected ${image.frames} frames, got ${frames.length}`);
    // Two bytes may stand for 128; at worst one for each 128 is added.
    if (place.length > 2 * size + 1024 || place.length * 64 < size)
      throw invalid(`expected a frame in RLE, got ${place.length} bytes`);
    return unpackRle(await read(place.offset, place.length), rows * columns, width);
  }
  if (pixels.isOpenEnded) throw invalid('expected pixels as they are, got encapsulated ones');
  const bytes = await read(pixels.offset + frame * size, size);
  if (syntax === EXPLICIT_BIG) swap(bytes, width);
  return bytes;
}

function numbers(
  bytes: Buffer,
  { allocated, stored, highBit, signed }: DicomImage,
  { slope, intercept }: { slope: number; intercept: number },
): Float64Array {
  const { buffer } = new Uint8Array(bytes);
  const raw =
    allocated === 8
      ? new Uint8Array(buffer)
      : allocated === 16
        ? new Uint16Array(buffer)
        : new Uint32Array(buffer);
  const out = new Float64Array(raw.length);
  // Bits beside those of the number may hold anything.
  const [left, right] = [31 - highBit, 32 - stored];
  for (let at = 0; at < raw.length; at++) {
    const shifted = (raw[at] as number) << left;
    out[at] = (signed ? shifted >> right : shifted >>> right) * slope + intercept;
  }
  return out;
}
