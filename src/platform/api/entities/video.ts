/** Videos as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import type { VideoReading } from '../../ports/media.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, orNull } from '../method.ts';
import { itemFields, itemFieldsOf } from './item-fields.ts';

const VideoFileMeta = Type.Object(
  {
    codecName: Type.String(),
    codecType: Type.Literal('video'),
    streamIndex: Count,
    width: Count,
    height: Count,
    framesCount: Count,
    framesToTimecodes: Type.Union([Type.Array(Type.Number()), Type.Null()], {
      description: 'Seconds, one a frame; null in lists for long videos.',
    }),
    duration: Type.Number({ description: 'Seconds.' }),
    startTime: Type.Number(),
    mime: orNull(Type.String()),
    size: Count,
  },
  { description: 'Empty when the bytes are elsewhere.' },
);

export const VideoEntity = Type.Object(
  {
    ...itemFields,
    title: Type.String({ description: 'The same as name.' }),
    customData: AnyObject,
    rawVideoMeta: Type.Union([VideoFileMeta, AnyObject]),
    fileMeta: Type.Union([VideoFileMeta, AnyObject]),
  },
  { title: 'Video' },
);

/** Longer ones have their timecodes in `videos.info` only: a page of a list has bounds. */
const TIMECODES_IN_LISTS = 10_000;

/** The stream the item was made of; undefined when its bytes are elsewhere or cannot be read. */
export function streamOfVideo(row: ItemRow, reading: VideoReading | undefined) {
  return streamIn(reading, row.meta.videoStreamIndex);
}

/** The stream of that index, else the first. */
export function streamIn(reading: VideoReading | undefined, wanted: unknown) {
  if (reading === undefined || 'problem' in reading) return undefined;
  return reading.streams.find((stream) => stream.index === wanted) ?? reading.streams[0];
}

/** Why the bytes cannot be an item: they cannot be read, or have no such stream. */
export function videoProblem(reading: VideoReading | undefined, wanted: unknown): string | undefined {
  if (reading === undefined) return undefined;
  if ('problem' in reading) return `not a video that can be read: ${reading.problem}`;
  if (wanted == null || reading.streams.some(({ index }) => index === wanted)) return undefined;
  const streams = reading.streams.map(({ index }) => index).join(', ');
  return `videoStreamIndex: expected one of ${streams}, got ${JSON.stringify(wanted)}`;
}

export function videoEntity(
  row: ItemRow,
  reading: VideoReading | undefined,
  inList: boolean,
): Static<typeof VideoEntity> {
  const stream = streamOfVideo(row, reading);
  const { framesToTimecodes: times = null, index = 0, ...facts } = stream ?? {};
  const fileMeta =
    stream === undefined
      ? {}
      : {
          ...facts,
          codecType: 'video',
          streamIndex: index,
          framesToTimecodes: inList && (times?.length ?? 0) > TIMECODES_IN_LISTS ? null : times,
          mime: row.mime,
          ext: path.extname(row.name).slice(1).toLowerCase(),
          size: row.size,
        };
  return {
    ...itemFieldsOf(row),
    title: row.name,
    customData: (row.meta.customData ?? {}) as Record<string, unknown>,
    rawVideoMeta: fileMeta,
    fileMeta,
  };
}
