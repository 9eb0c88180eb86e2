/** Writes a turned grid as an NRRD file, gzipped. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { nrrdHeader } from '../../src/format/write-nrrd.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { Turn } from './orient.ts';
import type { Voxels } from './voxels.ts';

const PIECE = 1 << 20;

/** `type` as NRRD calls it; `bytes` little endian, x fastest. Returns the path for `result`. */
export async function writeVolume(
  project: Pick<ProjectWriter, 'resultFile'>,
  { type, turn, bytes }: { type: string; turn: Turn; bytes: Iterable<Buffer> | AsyncIterable<Buffer> },
): Promise<string> {
  const { absolute, result } = project.resultFile('volume.nrrd');
  const file = createWriteStream(absolute);
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.write(nrrdHeader({ type, ...turn }), () => resolve());
  });
  await pipeline(Readable.from(bytes, { objectMode: false }), createGzip({ level: 4 }), file);
  return result;
}

export function* piecesOf(voxels: Voxels): Generator<Buffer> {
  const bytes = Buffer.from(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
