/**
 * What the bytes of videos and volumes say when they are imported, as when they are added through the public API: a
 * video nobody can read is refused, the header of a volume gives what its line does not.
 */
import type { MediaReader } from '../../ports/media.ts';
import type { ItemFacts, LookAtBytes } from '../../store/repositories/publications.ts';
import { streamIn, videoProblem } from '../entities/video.ts';

export function createLookAtBytes(media: Pick<MediaReader, 'videos' | 'volumeMeta'>): LookAtBytes {
  return async ({ sha256, meta = {} }, projectType): Promise<ItemFacts> => {
    if (sha256 === undefined) return {};
    if (projectType === 'volumes' && meta.dimensionsIJK === undefined) {
      const header = await media.volumeMeta(sha256);
      return header === undefined ? {} : { meta: { ...header } };
    }
    if (projectType !== 'videos') return {};
    const [reading] = await media.videos([sha256]);
    const problem = videoProblem(reading, meta.videoStreamIndex);
    if (problem !== undefined) return { problem };
    const stream = streamIn(reading, meta.videoStreamIndex);
    if (stream === undefined) return {};
    return { width: stream.width, height: stream.height, frames: stream.framesCount };
  };
}
