/** A NIfTI file whole in memory: its header, and the voxels of its first layer. */
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { NIFTI_HEADER_BYTES, type NiftiHeader, readNiftiHeader } from '../../src/format/nifti-header.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { KINDS, swap, type Voxels } from './voxels.ts';

/** What is turned is there twice. */
const MOST_VOXEL_BYTES = 1 << 30;
const FARTHEST_START = 1 << 24;

export interface Nifti extends NiftiHeader {
  scalar: NonNullable<NiftiHeader['scalar']>;
  /** x fastest. */
  voxels: Voxels;
}

/** Throws SLY_FORMAT_INVALID. */
export async function readNifti(absolute: string, gzip: boolean, signal: AbortSignal): Promise<Nifti> {
  const file = createReadStream(absolute, { highWaterMark: 1 << 20 });
  // Its errors come out of what reads it.
  const source = gzip ? pipeline(file, createGunzip({ chunkSize: 1 << 20 }), () => undefined) : file;
  try {
    return await readFrom(source, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SlyError) throw error;
    throw invalid((error as Error).message);
  } finally {
    source.destroy();
    file.destroy();
  }
}

async function readFrom(source: Readable, signal: AbortSignal): Promise<Nifti> {
  let head: Buffer = Buffer.alloc(0);
  let found: { header: NiftiHeader; bytes: Buffer } | undefined;
  let [at, filled] = [0, 0];
  for await (const chunk of source as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    let piece = chunk;
    if (found === undefined) {
      head = Buffer.concat([head, chunk]);
      if (head.length < NIFTI_HEADER_BYTES) continue;
      found = prepare(head);
      piece = head;
    }
    const { header, bytes } = found;
    const from = Math.max(0, Math.floor(header.start) - at);
    at += piece.length;
    if (from < piece.length) filled += piece.copy(bytes, filled, from);
    if (filled === bytes.length) break;
  }
  // A small file may be shorter than the longest header.
  if (found === undefined) {
    found = prepare(head);
    filled = head.copy(found.bytes, 0, Math.floor(found.header.start));
  }
  const { header, bytes } = found;
  if (filled < bytes.length) throw invalid(`expected ${bytes.length} bytes of voxels, got ${filled}`);
  const scalar = header.scalar as Nifti['scalar'];
  const { bytes: width, view } = KINDS[scalar];
  if (!header.little) swap(bytes, width);
  return { ...header, scalar, voxels: view(bytes.buffer as ArrayBuffer) };
}

/** The header, and room for the voxels. */
function prepare(head: Buffer): { header: NiftiHeader; bytes: Buffer } {
  const header = readNiftiHeader(head);
  if (header === undefined) throw invalid('expected the header of a NIfTI file, got other bytes');
  const { scalar, sizes, start, hasVoxels, toWorld } = header;
  if (!hasVoxels) throw invalid('expected voxels in the same file, got a header alone');
  if (scalar === undefined)
    throw invalid('expected voxels of single numbers, got colours, complex numbers or bits');
  if (!(start >= 348 && start < FARTHEST_START))
    throw invalid(`expected where the voxels begin, got ${start}`);
  if (!toWorld.every(Number.isFinite))
    throw invalid('expected where the voxels are in space, got no numbers');
  const size = sizes[0] * sizes[1] * sizes[2] * KINDS[scalar].bytes;
  if (size > MOST_VOXEL_BYTES)
    throw invalid(`expected at most ${MOST_VOXEL_BYTES} bytes of voxels, got ${size}`);
  return { header, bytes: Buffer.from(new ArrayBuffer(size)) };
}

function invalid(detail: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail });
}
