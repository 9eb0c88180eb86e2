/**
 * Zstandard stream -> bytes. zlib's own decompressor stops after the first frame without a word, and parallel
 * compressors write many; so frames are cut here by their structure (RFC 8878) and decompressed one by one.
 */
import { Readable } from 'node:stream';
import { createZstdDecompress } from 'node:zlib';
import { badArchive } from './unpack-limits.ts';

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const PIECE = 65_536;

export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = createByteSource(chunks);
  for (let frames = 0; ; ) {
    const start = await source.peek(4);
    if (start.length === 0) {
      if (frames === 0) throw badArchive('it is empty');
      return;
    }
    if (start.length < 4) throw truncated();
    const magic = start.readUInt32LE(0);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      const head = await source.need(8);
      for await (const _ of source.stream(8 + head.readUInt32LE(4)));
      continue;
    }
    if (magic !== MAGIC) throw badArchive('expected a zstd frame, got something else');
    frames++;
    const raw = Readable.from(frameBytes(source), { objectMode: false });
    const plain = createZstdDecompress();
    raw.on('error', (error) => plain.destroy(error));
    yield* raw.pipe(plain);
  }
}

/** The bytes of exactly one frame, its header, blocks and checksum. */
async function* frameBytes(source: ByteSource): AsyncGenerator<Uint8Array> {
  const descriptor = (await source.need(5)).readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const idBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  yield* source.stream(5 + (isSingle ? 0 : 1) + idBytes + sizeBytes);
  for (let isLast = false; !isLast; ) {
    const head = (await source.need(3)).readUIntLE(0, 3);
    isLast = (head & 1) === 1;
    const isRun = ((head >> 1) & 3) === 1;
    yield* source.stream(3 + (isRun ? 1 : head >> 3));
  }
  if ((descriptor & 4) !== 0) yield* source.stream(4);
}

interface ByteSource {
  /** The next bytes without taking them; fewer than asked for only at the end. */
  peek(count: number): Promise<Buffer>;
  /** The same, and the end is an error. */
  need(count: number): Promise<Buffer>;
  /** Takes exactly so many bytes, in pieces. */
  stream(count: number): AsyncGenerator<Uint8Array>;
}

function createByteSource(chunks: AsyncIterable<Uint8Array>): ByteSource {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function peek(count: number): Promise<Buffer> {
    while (held.length < count) {
      const next = await iterator.next();
      if (next.done === true) break;
      held = Buffer.concat([held, next.value]);
    }
    return held.subarray(0, count);
  }
  async function need(count: number): Promise<Buffer> {
    const bytes = await peek(count);
    if (bytes.length < count) throw truncated();
    return bytes;
  }
  return {
    peek,
    need,
    async *stream(count) {
      for (let left = count; left > 0; ) {
        if (held.length === 0) await need(1);
        const piece = held.subarray(0, Math.min(left, held.length, PIECE));
        held = held.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}

const truncated = (): Error => badArchive('it ends in the middle of a zstd frame');
