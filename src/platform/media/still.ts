/**
 * A picture of a video, decoded by the server's own ffmpeg, if it has one. It comes through a pipe, no other protocol
 * is allowed, and its memory, its time and what it writes have bounds.
 */
import { Readable } from 'node:stream';
import { SlyError } from '../../lib/errors.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { BlobStore } from '../ports/blobs.ts';
import { feed } from './fed-process.ts';
import { frameFile } from './read-video.ts';

const SECONDS = 20;
const MOST_MEMORY = 512 << 20;
const MOST_PNG = 32 << 20;
const SIDE = 1280;
/** Of files whose frames nobody here can find: the first ones are near the beginning. */
const HEAD_BYTES = 32 << 20;

const ARGUMENTS = [
  ...['-v', 'error', '-threads', '1', '-max_alloc', String(MOST_MEMORY), '-timelimit', String(SECONDS)],
  ...['-protocol_whitelist', 'pipe', '-i', 'pipe:0', '-map', '0:v:0', '-frames:v', '1'],
  ...['-vf', `scale=min(${SIDE}\\,iw):min(${SIDE}\\,ih):force_original_aspect_ratio=decrease`],
  ...['-pix_fmt', 'rgb24', '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'],
];

/** A PNG. Rejects SLY_IMAGE_UNREADABLE with the reason. */
export async function stillOf(
  blobs: Pick<BlobStore, 'open'>,
  blob: { sha256: Sha256; size: number; stream: number },
  options: { signal: AbortSignal },
): Promise<Buffer> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(2 * SECONDS * 1000)]);
  const frame = await frameFile(blobs, blob, blob.stream, signal);
  const range = { start: 0, end: Math.min(blob.size, HEAD_BYTES) };
  const body = frame === undefined ? await blobs.open(blob.sha256, range) : Readable.from([frame]);
  return decoded(body, signal);
}

async function decoded(body: Readable, signal: AbortSignal): Promise<Buffer> {
  const { stdout, kill, ended } = feed('ffmpeg', ARGUMENTS, body, signal);
  const chunks: Buffer[] = [];
  let size = 0;
  stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MOST_PNG) chunks.push(chunk);
    else kill();
  });
  const { isMissing, failure, complaint } = await ended;
  if (isMissing) throw unreadable('there is no ffmpeg on the server to make a picture of a video');
  if (failure !== undefined) throw unreadable(failure);
  if (size === 0 || size > MOST_PNG) throw unreadable(complaint || 'no frame could be decoded');
  return Buffer.concat(chunks);
}

const unreadable = (detail: string): SlyError => new SlyError('SLY_IMAGE_UNREADABLE', { detail });
