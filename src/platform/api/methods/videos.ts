/** Videos: what their files hold, rows, bytes. Their annotations: video-annotations.ts. */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import { base64ToHex } from '../../../lib/hash.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { ApiDeps } from '../api-deps.ts';
import { ReceivedEntity } from '../entities/image.ts';
import { type streamOfVideo, VideoEntity, videoEntity, videoProblem } from '../entities/video.ts';
import type { LostReplies } from '../http/lost-replies.ts';
import { receiveOwn } from '../http/receive-own.ts';
import { sendItem } from '../items/item-bytes.ts';
import { ItemListRequest, listItems, scopeOfList } from '../items/item-list.ts';
import { itemOf, itemsOf } from '../items/items-of.ts';
import { addItems, assertHolds, Link, NewItem, nameOf, scopeOfNew, withBytes } from '../items/new-items.ts';
import { listOf, listReply } from '../lists/list-shape.ts';
import {
  AnyObject,
  ById,
  DONE,
  Done,
  endpoint,
  Hash,
  Id,
  type MethodTable,
  Multipart,
  maybe,
} from '../method.ts';

/** Every entry has the times of its frames. */
const MOST_A_PAGE = 500;
/** Fields of a video that stand in its file. */
const FACTS = ['fileMeta', 'rawVideoMeta'];

export function videoMethods(deps: ApiDeps, lost: LostReplies): MethodTable {
  const { blobs, media, stores } = deps;

  async function entities(rows: readonly ItemRow[], inList: boolean) {
    const stored = rows.flatMap((row) => row.sha256 ?? []);
    const readings = await media.videos(stored);
    const byHash = new Map(stored.map((sha256, at) => [sha256, readings[at]]));
    return rows.map((row) => videoEntity(row, byHash.get(row.sha256 ?? ''), inList));
  }

  /** Names the file, which nobody could do before: uploads have hashes only. */
  async function assertReadable(videos: readonly NewItem[]): Promise<void> {
    const stored = videos.flatMap((video, at) =>
      video.hash == null ? [] : [{ video, at, hash: video.hash }],
    );
    const readings = await media.videos(stored.map(({ hash }) => base64ToHex(hash)));
    for (const [at, reading] of readings.entries()) {
      const one = stored[at];
      if (one === undefined) continue;
      const problem = videoProblem(reading, one.video.meta?.videoStreamIndex);
      if (problem === undefined) continue;
      throw new SlyError('problem' in reading ? 'SLY_FORMAT_INVALID' : 'SLY_USAGE', {
        detail: `${nameOf(one.video, one.at)}: ${problem}`,
        ...('problem' in reading && { hint: 'Convert it to MP4 (H.264), or leave it out.' }),
      });
    }
  }

  return {
    'videos.bulk.upload': endpoint(
      {
        about: 'Stores the files of a multipart body and answers their hashes in the order of the parts.',
        needs: 'manage',
        request: Multipart(),
        response: Type.Array(ReceivedEntity),
      },
      (_input, call) => receiveOwn(deps, call),
    ),

    'import-storage.internal.meta.list': endpoint(
      {
        about: 'The video streams of stored files, in the order of the hashes.',
        needs: 'manage',
        of: ({ hashes }) => ({ hashes }),
        request: Type.Object({ hashes: Type.Array(Hash, { maxItems: 1000 }) }),
        response: Type.Array(
          Type.Object({
            hash: Hash,
            meta: Type.Object({
              streams: Type.Array(Type.Object({ index: Type.Integer(), codecType: Type.Literal('video') })),
            }),
          }),
        ),
      },
      async ({ hashes }) => {
        const readings = await media.videos(hashes.map(base64ToHex));
        return readings.map((reading, at) => ({ hash: hashes[at], meta: streamsOf(reading) }));
      },
    ),

    'videos.bulk.add': endpoint(
      {
        about: 'New videos of stored bytes, team files or links, in the order given; all or none.',
        needs: 'manage',
        of: ({ datasetId, videos }) => scopeOfNew(datasetId, videos),
        request: Type.Object({ datasetId: Id, videos: Type.Array(NewItem, { maxItems: 1000 }) }),
        response: Type.Array(VideoEntity),
      },
      lost.once('videos.bulk.add', async ({ datasetId, videos }) => {
        await assertHolds(stores, 'Video', { datasetId });
        const sent = await withBytes(stores, videos);
        await assertReadable(sent);
        return entities(await addItems(stores, datasetId, sent), false);
      }),
    ),

    'videos.update.links': endpoint(
      {
        about: 'Gives videos other links; with clearLocalDataSource their bytes are not kept any more.',
        needs: 'manage',
        of: ({ videos }) => ({ items: videos.map((one) => one.id) }),
        request: Type.Object({
          videos: Type.Array(Type.Object({ id: Id, link: Link }), { maxItems: 10_000 }),
          clearLocalDataSource: maybe(Type.Boolean()),
        }),
        response: Type.Array(VideoEntity),
      },
      async ({ videos, clearLocalDataSource }) => {
        const ids = videos.map((one) => one.id);
        await itemsOf(stores, 'Video', ids);
        await stores.items.setLinks(videos, { dropBytes: clearLocalDataSource ?? false });
        return entities(await itemsOf(stores, 'Video', ids), false);
      },
    ),

    'videos.list': endpoint(
      {
        about: 'Videos of a dataset or a project; at most 500 a page.',
        needs: 'view',
        of: scopeOfList,
        request: ItemListRequest,
        response: listOf(VideoEntity),
      },
      async (input) => {
        const paged = { ...input, per_page: Math.min(input.per_page ?? MOST_A_PAGE, MOST_A_PAGE) };
        const listed = await listItems(stores, 'Video', paged);
        const { fields } = input;
        // What the files hold is read only for who wants to know: of a long video that is megabytes.
        const isWanted =
          fields == null || fields.length === 0 || FACTS.some((field) => fields.includes(field));
        const found = isWanted
          ? await entities(listed.entities, true)
          : listed.entities.map((row) => videoEntity(row, undefined, true));
        return listReply(paged, { ...listed, entities: found }, (one) => one);
      },
    ),

    'videos.info': endpoint(
      {
        about: 'One video.',
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: VideoEntity,
      },
      async ({ id }) => {
        const [entity] = await entities([await itemOf(stores, 'Video', id)], false);
        return entity;
      },
    ),

    'videos.download': endpoint(
      {
        about: 'The bytes of one video, or a range of them.',
        needs: 'view',
        of: ({ id }) => ({ items: [id] }),
        request: ById,
        response: 'bytes',
      },
      async ({ id }, call) => sendItem(blobs, await itemOf(stores, 'Video', id), call),
    ),

    'videos.custom-data.set': endpoint(
      {
        about: 'Replaces the custom data of a video.',
        needs: 'annotate',
        of: ({ id }) => ({ items: [id] }),
        request: Type.Object({ id: Id, customData: AnyObject }),
        response: Done,
      },
      async ({ id, customData }) => {
        const { meta } = await itemOf(stores, 'Video', id);
        await stores.items.update(id, { meta: { ...meta, customData } });
        return DONE;
      },
    ),

    'videos.notify-annotation-tool': endpoint(
      {
        about: 'Progress of a tracker; nobody here waits for it, so it is never told to stop.',
        needs: 'annotate',
        request: AnyObject,
        response: Type.Object({ stopped: Type.Boolean() }),
      },
      async () => ({ stopped: false }),
    ),
  };
}

/**
 * A client drops a file without streams silently and gives its annotation to the next one. So a file that cannot
 * be read is said to have one stream: adding it is then refused, by its name.
 */
function streamsOf(reading: Parameters<typeof streamOfVideo>[1]): { streams: object[] } {
  if (reading === undefined || 'problem' in reading)
    return { streams: [{ index: 0, codecType: 'video', problem: reading?.problem }] };
  return { streams: reading.streams.map((stream) => ({ ...stream, codecType: 'video' })) };
}
