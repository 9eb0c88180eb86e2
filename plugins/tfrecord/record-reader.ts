/**
 * The framing of a TFRecord file: length, its checksum, payload, its checksum, again and again. Checksums are
 * always checked: behind a wrong one nothing in the file can be trusted, as lengths say where the next begins.
 */
import { SlyError } from '../../src/lib/errors.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import { type ByteReader, openPacked, openPlain, packingOf } from './byte-reader.ts';
import { type Crc32c, maskedCrc } from './crc32c.ts';

export interface TfRecord {
  /** From 0. */
  index: number;
  /** Byte (of the unpacked file) where its frame begins. */
  offset: number;
  /** Byte of the file where the payload begins; undefined in a compressed file. */
  payloadAt: number | undefined;
  /** Valid until the next record is asked for. */
  payload: Buffer;
}

const HEADER = 12;
const FOOTER = 4;
/** Protobuf itself ends at 2 GiB; no picture with its labels comes near this. */
export const MAX_RECORD = 512 << 20;

export interface ReadRecordsOptions {
  crc: Crc32c;
  signal?: AbortSignal;
  /** Bytes of the file (unpacked) that were read by now. */
  onBytes?: (bytes: number) => void;
}

/** Throws SLY_FORMAT_INVALID with the byte for a wrong checksum, a length nobody has, or a file that ends too early. */
export async function* readRecords(
  tree: Pick<SourceTree, 'head' | 'locate'>,
  file: string,
  { crc, signal, onBytes }: ReadRecordsOptions,
): AsyncGenerator<TfRecord> {
  const head = await tree.head(file, HEADER);
  const plain = isFrameHeader(head, crc);
  const packing = plain ? 'none' : packingOf(head);
  const absolute = tree.locate(file);
  const reader = packing === 'none' ? openPlain(absolute) : openPacked(absolute, packing);
  try {
    yield* frames(reader, { crc, signal, onBytes, plain: packing === 'none' });
  } finally {
    reader.close();
  }
}

async function* frames(
  reader: ByteReader,
  options: {
    crc: Crc32c;
    signal: AbortSignal | undefined;
    onBytes: ((bytes: number) => void) | undefined;
    plain: boolean;
  },
): AsyncGenerator<TfRecord> {
  const { crc, signal, onBytes, plain } = options;
  for (let index = 0, offset = 0; ; index++) {
    signal?.throwIfAborted();
    const header = await reader.take(HEADER);
    if (header.length === 0) return;
    if (header.length < HEADER) throw broken(offset, index, `${HEADER} bytes of header`, header.length);
    const length = lengthIn(header, { crc, offset, index });
    const framed = await reader.take(length + FOOTER);
    if (framed.length < length + FOOTER)
      throw broken(
        offset,
        index,
        `${length + FOOTER} bytes more`,
        `the end of the file after ${framed.length}`,
      );
    const payload = framed.subarray(0, length);
    const stored = framed.readUInt32LE(length);
    const computed = maskedCrc(crc, payload);
    if (computed !== stored)
      throw broken(offset, index, `data with the checksum ${hex(stored)}`, hex(computed));
    onBytes?.(offset + HEADER + length + FOOTER);
    yield { index, offset, payloadAt: plain ? offset + HEADER : undefined, payload };
    offset += HEADER + length + FOOTER;
  }
}

function lengthIn(header: Buffer, at: { crc: Crc32c; offset: number; index: number }): number {
  const stored = header.readUInt32LE(8);
  const computed = maskedCrc(at.crc, header.subarray(0, 8));
  if (stored !== computed)
    throw broken(at.offset, at.index, `a length with the checksum ${hex(stored)}`, hex(computed));
  const length = header.readUInt32LE(0) + header.readUInt32LE(4) * 2 ** 32;
  if (length > MAX_RECORD)
    throw broken(at.offset, at.index, `a record of at most ${MAX_RECORD} bytes`, length);
  return length;
}

/** True when these bytes are a length and its checksum, which nothing else begins with by chance. */
export function isFrameHeader(head: Buffer, crc: Crc32c): boolean {
  return head.length >= HEADER && maskedCrc(crc, head.subarray(0, 8)) === head.readUInt32LE(8);
}

function broken(offset: number, index: number, expected: string, got: string | number): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', {
    detail: `byte ${offset}: expected ${expected}, got ${got}`,
    hint:
      index === 0
        ? 'It is no TFRecord file, or its beginning is damaged.'
        : `The ${index} records before it are imported. Write or copy the file again.`,
  });
}

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
