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

/** `type` as NRRD calls it. Returns the path for `result`. */
export async function writeVolume(
  project: Pick<ProjectWriter, 'resultFile'>,
  { type, turn, voxels }: { type: string; turn: Turn; voxels: Voxels },
): Promise<string> {
  const { absolute, result } = project.resultFile('volume.nrrd');
  const file = createWriteStream(absolute);
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.write(nrrdHeader({ type, ...turn }), () => resolve());
  });
  const bytes = Buffer.from(voxels.buffer, voxels.byteOffset, voxels.byteLength);
  function* pieces(): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
  }
  await pipeline(Readable.from(pieces(), { objectMode: false }), createGzip({ level: 4 }), file);
  return result;
}
