/** Whether a folder holds TFRecords of pictures: by names, then by the frame and the keys of the first record. */
import { createGunzip, createInflate } from 'node:zlib';
import type { DetectContext, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { packingOf } from './byte-reader.ts';
import { type Crc32c, createCrc32c } from './crc32c.ts';
import { isFrameHeader } from './record-reader.ts';
import { recordSetOf } from './record-sets.ts';

const LOOKED_AT = 8;
/** Keys lie before and behind the picture; small features often come first. */
const HEAD_BYTES = 256 << 10;

export async function detectTfrecord({ tree }: DetectContext): Promise<Verdict> {
  const files = tree.files.filter(({ path, size }) => size > 0 && recordSetOf(path) !== undefined);
  const [first] = files;
  if (first === undefined) return { confidence: 0, because: 'no file has the name of a TFRecord' };
  const crc = await createCrc32c();
  let why: Verdict | undefined;
  for (const { path } of files.slice(0, LOOKED_AT)) {
    const verdict = await look(tree, path, crc);
    if (verdict.confidence >= 0.9) return verdict;
    if (why === undefined || verdict.confidence > why.confidence) why = verdict;
  }
  return why ?? { confidence: 0, because: `${first.path} is no TFRecord` };
}

async function look(tree: SourceTree, file: string, crc: Crc32c): Promise<Verdict> {
  const stored = await tree.head(file, HEAD_BYTES);
  const packing = isFrameHeader(stored, crc) ? 'none' : packingOf(stored);
  const bytes = packing === 'none' ? stored : await unpackedHead(stored, packing);
  if (!isFrameHeader(bytes, crc))
    return {
      confidence: 0,
      because: `${file} has the name of a TFRecord, but does not begin with a length and its checksum`,
    };
  if (bytes.includes('image/encoded') || bytes.includes('image/filename') || bytes.includes('image/object/'))
    return { confidence: 0.97, because: `${file} is a TFRecord file and its first record has a picture` };
  // The picture itself may be larger than what was looked at, with all keys behind it.
  if (bytes.length >= HEAD_BYTES / 2)
    return { confidence: 0.6, because: `${file} is a TFRecord file whose first record is large` };
  return {
    confidence: 0,
    because: `${file} is a TFRecord file, but its first record has no picture (no key image/encoded)`,
  };
}

/** What can be unpacked of the beginning of a file. */
async function unpackedHead(stored: Buffer, packing: 'gzip' | 'zlib'): Promise<Buffer> {
  const unpack = packing === 'gzip' ? createGunzip() : createInflate();
  const parts: Buffer[] = [];
  let size = 0;
  unpack.end(stored);
  try {
    for await (const part of unpack as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size >= HEAD_BYTES) break;
    }
  } catch {
    // Cut off in the middle, as it must be, or damaged: what came before counts.
  }
  return Buffer.concat(parts);
}
