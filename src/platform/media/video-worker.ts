/**
 * Reads one video, or takes one picture out of it, in a thread of its own: a file made to hang or to fill the memory ends this thread and nothing
 * else. Bytes are asked of the main thread by range.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ALL_FORMATS, CustomSource, EncodedPacketSink, Input, type InputVideoTrack } from 'mediabunny';
import { oneFrame } from './one-frame.ts';
import { MOST_TIMECODES, streamOf, type VideoFacts, type VideoStream } from './video-facts.ts';

export type WorkerAsks = { read: number; start: number; end: number };
export type WorkerGets = { read: number; bytes: Uint8Array };
/** `frame` is a video file of one frame. */
export type WorkerEnds = { facts: VideoFacts } | { frame: Uint8Array } | { problem: string };
export interface WorkerOrder {
  size: number;
  /** Index of the stream a frame is wanted of; undefined: the facts are wanted. */
  frameOf?: number;
}

const port = parentPort;
const { size, frameOf } = workerData as WorkerOrder;
const waiting = new Map<number, (bytes: Uint8Array) => void>();
let reads = 0;

port?.on('message', ({ read, bytes }: WorkerGets) => {
  waiting.get(read)?.(bytes);
  waiting.delete(read);
});

function bytesOf(start: number, end: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const read = reads++;
    waiting.set(read, resolve);
    port?.postMessage({ read, start, end } satisfies WorkerAsks);
  });
}

const input = new Input({
  formats: ALL_FORMATS,
  source: new CustomSource({ getSize: () => size, read: bytesOf, prefetchProfile: 'none' }),
});

async function facts(): Promise<VideoFacts> {
  const mime = (await input.getMimeType()).replace(/;.*$/s, '');
  const streams: VideoStream[] = [];
  for (const [index, track] of (await input.getTracks()).entries())
    if (track.isVideoTrack()) streams.push(await streamFacts(track, index));
  return { mime, streams };
}

async function streamFacts(track: InputVideoTrack, index: number): Promise<VideoStream> {
  const times: number[] = [];
  let count = 0;
  for await (const packet of new EncodedPacketSink(track).packets(undefined, undefined, {
    metadataOnly: true,
  })) {
    count++;
    if (count <= MOST_TIMECODES) times.push(packet.timestamp);
  }
  const stream = {
    index,
    codecName: CODECS[track.codec ?? ''] ?? String(track.codec ?? track.internalCodecId ?? 'unknown'),
    width: track.displayWidth,
    height: track.displayHeight,
    rotation: track.rotation,
    duration: await track.computeDuration(),
  };
  return streamOf(stream, { times, count });
}

/** In the words of ffprobe, which clients know. */
const CODECS: Readonly<Record<string, string>> = { avc: 'h264' };

async function answer(): Promise<WorkerEnds> {
  if (frameOf === undefined) return { facts: await facts() };
  const track = (await input.getTracks())[frameOf];
  return track?.isVideoTrack() === true
    ? { frame: await oneFrame(track) }
    : { problem: `it has no video stream ${frameOf}` };
}

try {
  port?.postMessage(await answer());
} catch (error) {
  port?.postMessage({ problem: error instanceof Error ? error.message : String(error) } satisfies WorkerEnds);
}
