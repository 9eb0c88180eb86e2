/**
 * Reads what the built-in reader does not know (AVI, FLV, WMV, MPEG) with the server's own ffprobe, if it has one.
 * The file comes through a pipe and no other protocol is allowed, so that a playlist cannot make it open anything.
 */
import type { Readable } from 'node:stream';
import { readLines } from '../../lib/lines.ts';
import { feed } from './fed-process.ts';
import { MOST_TIMECODES, streamOf, type VideoFacts } from './video-facts.ts';

const ARGUMENTS = [
  ...['-v', 'error', '-protocol_whitelist', 'pipe', '-i', 'pipe:0', '-of', 'csv=nk=0'],
  ...[
    '-show_entries',
    'packet=stream_index,pts_time,duration_time:stream=index,codec_type,codec_name,width,height',
  ],
];

/** Undefined: there is no ffprobe. */
export async function ffprobe(
  body: Readable,
  signal: AbortSignal,
): Promise<{ facts: VideoFacts } | { problem: string } | undefined> {
  const { stdout, ended } = feed('ffprobe', ARGUMENTS, body, signal);
  const streams = new Map<number, Fields>();
  const frames = new Map<number, { times: number[]; count: number; end: number }>();
  const read = (async () => {
    for await (const { text } of readLines(stdout)) take(text, streams, frames);
  })().catch(() => undefined);
  const { isMissing, failure, complaint } = await ended;
  await read;
  if (isMissing) return undefined;
  if (failure !== undefined) return { problem: failure };
  const found = [...streams.values()].filter((stream) => stream.codec_type === 'video');
  if (found.length === 0) return { problem: complaint || 'it has no video stream' };
  return {
    facts: { mime: 'video/*', streams: found.map((one) => toStream(one, frames.get(Number(one.index)))) },
  };
}

type Fields = Record<string, string>;

/** `packet,stream_index=0,pts_time=0.1`, `stream,index=0,...`. */
function take(
  line: string,
  streams: Map<number, Fields>,
  frames: Map<number, { times: number[]; count: number; end: number }>,
): void {
  const [kind, ...pairs] = line.split(',');
  const fields: Fields = Object.fromEntries(pairs.map((pair) => pair.split('=', 2)));
  if (kind === 'stream') streams.set(Number(fields.index), fields);
  if (kind !== 'packet') return;
  const index = Number(fields.stream_index);
  const seen = frames.get(index) ?? { times: [], count: 0, end: 0 };
  frames.set(index, seen);
  seen.count++;
  const time = Number(fields.pts_time);
  if (!Number.isFinite(time)) return;
  const duration = Number(fields.duration_time);
  seen.end = Math.max(seen.end, time + (Number.isFinite(duration) ? duration : 0));
  if (seen.times.length < MOST_TIMECODES) seen.times.push(time);
}

function toStream(fields: Fields, frames: { times: number[]; count: number; end: number } | undefined) {
  const { times, count, end } = frames ?? { times: [], count: 0, end: 0 };
  const stream = {
    index: Number(fields.index),
    codecName: fields.codec_name ?? 'unknown',
    width: Number(fields.width) || 0,
    height: Number(fields.height) || 0,
    rotation: 0,
    duration: end,
  };
  return streamOf(stream, { times, count });
}
