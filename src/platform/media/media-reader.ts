/**
 * What the bytes of videos and volumes hold, read once a blob and remembered. Bytes come from anybody: reading is
 * bounded in time, memory and number, and a file that cannot be read is an answer, not an error.
 */

import { readNrrdHeader } from '../../format/nrrd-header.ts';
import type { Sha256 } from '../../lib/hash.ts';
import { createLimit } from '../../lib/limit.ts';
import type { Logger } from '../../lib/log.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { MediaReader, VideoReading } from '../ports/media.ts';
import type { MediaRow, MediaStore } from '../store/repositories/figures.ts';
import { ffprobe } from './ffprobe.ts';
import { readVideo } from './read-video.ts';
import { stillOf } from './still.ts';
import type { VideoFacts } from './video-facts.ts';

const AT_ONCE = 2;
const VIDEO_MS = 120_000;
/** Of what is remembered; another number reads everything again. */
const READER = 'media-1';
const NRRD_HEADER_BYTES = 64 << 10;

export function createMediaReader(deps: {
  blobs: Pick<BlobStore, 'open' | 'size'>;
  store: MediaStore;
  log: Logger;
}): MediaReader {
  const { blobs, store, log } = deps;
  const limit = createLimit(AT_ONCE);
  /** Two requests for one blob read it once. */
  const reading = new Map<Sha256, Promise<MediaRow>>();

  async function look(sha256: Sha256): Promise<MediaRow> {
    const size = await blobs.size(sha256);
    if (size === undefined) return { sha256, facts: null, problem: 'its bytes are not here' };
    const signal = AbortSignal.timeout(VIDEO_MS);
    const own = await readVideo(blobs, { sha256, size }, signal);
    if ('facts' in own && own.facts.streams.length > 0) return known(sha256, own.facts);
    const hasProblem = 'problem' in own;
    const other = hasProblem ? await ffprobe(await blobs.open(sha256), signal) : undefined;
    if (other !== undefined && 'facts' in other) return known(sha256, other.facts);
    const said = hasProblem ? own.problem : 'it has no video stream';
    const problem =
      hasProblem && other === undefined
        ? `${said} (built in: MP4, MOV, MKV, WebM, MPEG-TS; install ffprobe on the server for others)`
        : (other?.problem ?? said);
    log.info({ sha256, problem }, 'a video cannot be read');
    const row = { sha256, facts: null, problem };
    // Once ffprobe is there, it may be readable.
    if (!(hasProblem && other === undefined)) await store.put(row, READER);
    return row;
  }

  async function known(sha256: Sha256, facts: VideoFacts): Promise<MediaRow> {
    const row = { sha256, facts: { ...facts }, problem: null };
    await store.put(row, READER);
    return row;
  }

  function readOnce(sha256: Sha256): Promise<MediaRow> {
    const running = reading.get(sha256);
    if (running !== undefined) return running;
    const started = limit(() => look(sha256)).finally(() => reading.delete(sha256));
    reading.set(sha256, started);
    return started;
  }

  return {
    async videos(hashes) {
      const rows = new Map((await store.get(hashes, READER)).map((row) => [row.sha256, row]));
      return Promise.all(
        hashes.map(async (sha256): Promise<VideoReading> => {
          const { facts, problem } = rows.get(sha256) ?? (await readOnce(sha256));
          return facts === null
            ? { problem: problem ?? 'it cannot be read' }
            : (facts as unknown as VideoFacts);
        }),
      );
    },

    still: (blob, options) => stillOf(blobs, blob, options),

    async volumeMeta(sha256) {
      const size = await blobs.size(sha256);
      if (size === undefined) return undefined;
      const chunks: Buffer[] = [];
      const range = { start: 0, end: Math.min(size, NRRD_HEADER_BYTES) };
      for await (const chunk of (await blobs.open(sha256, range)) as AsyncIterable<Buffer>)
        chunks.push(chunk);
      return readNrrdHeader(Buffer.concat(chunks).toString('latin1'))?.meta;
    },
  };
}
