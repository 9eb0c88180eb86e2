/** The streams of a video file, from its header; its frames are not read. */
import { open } from 'node:fs/promises';
import { ALL_FORMATS, CustomSource, Input } from 'mediabunny';
import { SlyError } from '../../src/lib/errors.ts';
import { type Container, containerOf, HEAD_BYTES, mimeOf } from './container.ts';

export interface VideoLook {
  mime: string;
  container: Container;
  /** Those of video; undefined where only the container can be told. */
  streams: { codec: string; width: number; height: number }[] | undefined;
}

/** Headers of some hours are megabytes; a file that makes its reader ask for more is made for that. */
const MOST_READ = 256 << 20;
/** Read here; of others only the container is known. */
const READABLE: ReadonlySet<Container> = new Set(['mp4', 'mov', 'webm', 'mkv', 'mpegts']);

/** Undefined when the bytes are no video; throws SLY_FORMAT_INVALID when they begin as one and are broken. */
export async function lookAtVideo(absolute: string, size: number): Promise<VideoLook | undefined> {
  const handle = await open(absolute, 'r');
  const read = async (start: number, end: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  };
  try {
    const container = containerOf(await read(0, Math.min(size, HEAD_BYTES)));
    if (container === undefined) return undefined;
    const mime = mimeOf(container);
    if (!READABLE.has(container)) return { mime, container, streams: undefined };
    let total = 0;
    const source = new CustomSource({
      getSize: () => size,
      read(start, end) {
        total += end - start;
        if (total > MOST_READ) throw new Error(`its header asks for more than ${MOST_READ} bytes`);
        return read(start, end);
      },
      handleUnhandledError: () => undefined,
    });
    const input = new Input({ formats: ALL_FORMATS, source });
    try {
      const tracks = (await input.getTracks()).filter((track) => track.isVideoTrack());
      const streams = tracks.map((track) => ({
        codec: String(track.codec ?? track.internalCodecId ?? 'unknown'),
        width: track.displayWidth,
        height: track.displayHeight,
      }));
      return { mime, container, streams };
    } finally {
      input.dispose();
    }
  } catch (error) {
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a video, got one that cannot be read: ${(error as Error).message}`,
      cause: error,
    });
  } finally {
    await handle.close();
  }
}

const PLAYED = {
  containers: new Set<Container>(['mp4', 'webm', 'ogg']),
  codecs: new Set(['avc', 'vp8', 'vp9', 'av1']),
};

/** Why browsers do not play it, as far as the header tells. */
export function whyUnplayable({ container, streams }: VideoLook): string | undefined {
  if (!PLAYED.containers.has(container)) return `${container} files`;
  const codec = streams?.[0]?.codec;
  return codec === undefined || PLAYED.codecs.has(codec) ? undefined : `the codec ${codec}`;
}
