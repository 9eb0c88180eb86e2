/** Videos as replies have them. */
import path from 'node:path';
import { type Static, Type } from 'typebox';
import { hexToBase64 } from '../../../lib/hash.ts';
import type { VideoReading } from '../../ports/media.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import { AnyObject, Count, Hash, Id, orNull, Time } from '../method.ts';

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
    id: Id,
    name: Type.String(),
    title: Type.String({ description: 'The same as name.' }),
    description: Type.String(),
    datasetId: Id,
    projectId: Id,
    hash: orNull(Hash),
    link: orNull(Type.String()),
    meta: AnyObject,
    customData: AnyObject,
    rawVideoMeta: Type.Union([VideoFileMeta, AnyObject]),
    fileMeta: Type.Union([VideoFileMeta, AnyObject]),
    pathOriginal: Type.String(),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Video' },
);

/** Longer ones have their timecodes in `videos.info` only: a page of a list has bounds. */
const TIMECODES_IN_LISTS = 10_000;

/** The stream the item was made of; undefined when its bytes are elsewhere or cannot be read. */
export function streamOfVideo(row: ItemRow, reading: VideoReading | undefined) {
  if (reading === undefined || 'problem' in reading) return undefined;
  const wanted = row.meta.videoStreamIndex;
  return reading.streams.find((stream) => stream.index === wanted) ?? reading.streams[0];
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
    id: row.id,
    name: row.name,
    title: row.name,
    description: '',
    datasetId: row.datasetId,
    projectId: row.projectId,
    hash: row.sha256 === null ? null : hexToBase64(row.sha256),
    link: row.link,
    meta: row.meta,
    customData: (row.meta.customData ?? {}) as Record<string, unknown>,
    rawVideoMeta: fileMeta,
    fileMeta,
    pathOriginal: row.link ?? '',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
