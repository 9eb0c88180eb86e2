/** What `media/` gives the others: facts of videos and volumes. */
import type { VolumeMeta } from '../../format/nrrd-header.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { VideoFacts } from '../media/video-facts.ts';

/** Of a video: mime and streams; or why its bytes cannot be read. */
export type VideoReading = VideoFacts | { problem: string };

export interface MediaReader {
  /** In the order asked. Every blob is read once; one that cannot be read is an answer. */
  videos(hashes: readonly Sha256[]): Promise<VideoReading[]>;
  /** A PNG of one frame of a video, as it is shown. Rejects SLY_IMAGE_UNREADABLE with the reason. */
  still(
    blob: { sha256: Sha256; size: number; stream: number },
    options: { signal: AbortSignal },
  ): Promise<Uint8Array>;
  /** From the header of an NRRD file; undefined when it is none. */
  volumeMeta(sha256: Sha256): Promise<VolumeMeta | undefined>;
}
