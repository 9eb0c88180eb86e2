/** Runs the thread that reads one video, within bounds of memory, time and bytes. */
import { Worker } from 'node:worker_threads';
import type { Sha256 } from '../../lib/hash.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { VideoFacts } from './video-facts.ts';
import type { WorkerAsks, WorkerEnds, WorkerGets, WorkerOrder } from './video-worker.ts';

const HEAP_MB = 512;
/** An index (moov) of a day of video is some tens of megabytes. */
const READ_BYTES = 128 << 20;

export async function readVideo(
  blobs: Pick<BlobStore, 'open'>,
  blob: { sha256: Sha256; size: number },
  signal: AbortSignal,
): Promise<{ facts: VideoFacts } | { problem: string }> {
  const ended = await inThread(blobs, blob, {}, signal);
  return 'frame' in ended ? { problem: 'it was read for a frame' } : ended;
}

/** A video file of one frame, some way into the video; undefined where that cannot be had. */
export async function frameFile(
  blobs: Pick<BlobStore, 'open'>,
  blob: { sha256: Sha256; size: number },
  streamIndex: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const ended = await inThread(blobs, blob, { frameOf: streamIndex }, signal);
  return 'frame' in ended ? ended.frame : undefined;
}

async function inThread(
  blobs: Pick<BlobStore, 'open'>,
  blob: { sha256: Sha256; size: number },
  order: Omit<WorkerOrder, 'size'>,
  signal: AbortSignal,
): Promise<WorkerEnds> {
  const file = import.meta.url.endsWith('.ts') ? './video-worker.ts' : './video-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { size: blob.size, ...order } satisfies WorkerOrder,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  try {
    return await new Promise<WorkerEnds>((resolve, reject) => {
      const give = (problem: string): void => resolve({ problem });
      signal.addEventListener('abort', () => give('reading it took too long'), { once: true });
      worker.on('message', (message: WorkerAsks | WorkerEnds) => {
        if (!('read' in message)) return resolve(message);
        const { read, start, end } = message;
        if (end - start > READ_BYTES || start < 0 || end > blob.size || end <= start)
          return give(`it asks for bytes ${start} to ${end} of ${blob.size}`);
        // That the store fails is no fault of the file.
        bytesOf(blobs, blob.sha256, { start, end }).then(
          (bytes) => worker.postMessage({ read, bytes } satisfies WorkerGets, [bytes.buffer as ArrayBuffer]),
          reject,
        );
      });
      worker.on('error', (error) => give(error.message));
      worker.on('exit', () => give('reading it ended early'));
    });
  } finally {
    await worker.terminate();
  }
}

async function bytesOf(
  blobs: Pick<BlobStore, 'open'>,
  sha256: Sha256,
  range: { start: number; end: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.end - range.start);
  let at = 0;
  for await (const chunk of (await blobs.open(sha256, range)) as AsyncIterable<Buffer>) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
