/**
 * The annotation of a video in pieces, for who shows it: what there is, when each object is there, the figures of
 * some frames. However many figures there are, a reply has bounds.
 */
import { Type } from 'typebox';
import { SlyError } from '../../../lib/errors.ts';
import type { FigureRow } from '../../store/repositories/figures.ts';
import type { ApiDeps } from '../api-deps.ts';
import { streamOfVideo } from '../entities/video.ts';
import { figuresOf } from '../figures/figure-pages.ts';
import { ids as idsOf, idsOfProjects } from '../figures/ids-of-projects.ts';
import { grouped, objectJson, tagJson } from '../figures/label-json.ts';
import { sendJsonText } from '../http/json-text.ts';
import { itemOf } from '../items/items-of.ts';
import { listFields, listOf, listQuery, listReply } from '../lists/list-shape.ts';
import { AnyObject, Count, endpoint, Id, type MethodTable, maybe, orNull } from '../method.ts';

/** Of geometry in one reply; the frame that reaches it is still whole. */
const MOST_CHARS = 8 << 20;
const OBJECTS_A_PAGE = 500;

const Summary = Type.Object(
  {
    videoId: Id,
    size: Type.Object({ height: Count, width: Count }, { description: '0 where the bytes are elsewhere.' }),
    framesCount: Type.Integer({
      minimum: 0,
      description: 'Of the file, or up to the last frame with a figure where that is more.',
    }),
    firstStream: Type.Boolean({
      description: 'Whether it is the first video stream of its file, which is the one that browsers play.',
    }),
    objectsCount: Count,
    classes: Type.Array(Type.Object({ classTitle: Type.String(), objects: Count })),
    tags: Type.Array(AnyObject),
  },
  { title: 'VideoSummary' },
);

const VideoObject = Type.Object(
  {
    id: Id,
    classTitle: Type.String(),
    classId: orNull(Id),
    tags: Type.Array(AnyObject),
    figures: Count,
    ranges: Type.Array(Type.Tuple([Count, Count]), {
      description: 'Frames with figures, both ends inclusive.',
    }),
  },
  { title: 'VideoObject' },
);

const VideoFrames = Type.Object(
  {
    videoId: Id,
    from: Count,
    to: Type.Integer({
      minimum: 0,
      description:
        'Up to here (not inclusive) the reply is whole; ask again from here where it is less than asked.',
    }),
    frames: Type.Array(
      Type.Object({
        index: Count,
        figures: Type.Array(
          Type.Object({
            id: Id,
            objectId: orNull(Id),
            classTitle: orNull(Type.String()),
            geometryType: Type.String(),
            geometry: AnyObject,
          }),
        ),
      }),
    ),
  },
  { title: 'VideoFrames' },
);

export function videoFrameMethods(deps: ApiDeps): MethodTable {
  const { media, stores } = deps;

  async function* framesText(videoId: number, from: number, to: number): AsyncGenerator<string> {
    yield `{"videoId":${videoId},"from":${from},"frames":[`;
    let frame: number | undefined;
    let chars = 0;
    let end = to;
    for await (const figure of figuresOf(stores.figures, { itemId: videoId, plane: '', from })) {
      const isNext = figure.frame !== frame;
      if (figure.frame >= to) break;
      if (isNext && chars > MOST_CHARS) {
        end = figure.frame;
        break;
      }
      const begins = isNext ? `${frame === undefined ? '' : ']},'}{"index":${figure.frame},"figures":[` : ',';
      frame = figure.frame;
      chars += figure.geometry.length;
      yield begins + figureText(figure);
    }
    yield `${frame === undefined ? '' : ']}'}],"to":${end}}`;
  }

  return {
    'videos.annotations.summary': endpoint(
      {
        about: 'What the annotation of a video has, without its figures.',
        needs: 'view',
        of: ({ videoId }) => ({ items: [videoId] }),
        request: Type.Object({ videoId: Id }),
        response: Summary,
      },
      async ({ videoId }) => {
        const row = await itemOf(stores, 'Video', videoId);
        const [reading] = row.sha256 === null ? [] : await media.videos([row.sha256]);
        const stream = streamOfVideo(row, reading);
        const ids = (await idsOfProjects(stores, [row]))(row.projectId);
        const classes = await stores.timelines.classes(videoId);
        const last = (await stores.timelines.lastFrame(videoId)) ?? -1;
        return {
          videoId,
          size: { height: stream?.height ?? 0, width: stream?.width ?? 0 },
          framesCount: Math.max(stream?.framesCount ?? 0, last + 1),
          firstStream: reading === undefined || 'problem' in reading || reading.streams[0] === stream,
          objectsCount: classes.reduce((sum, { objects }) => sum + objects, 0),
          classes: classes.map(({ title, objects }) => ({ classTitle: title, objects })),
          tags: (await stores.entityTags.of('item', [videoId])).map((tag) => tagJson(tag, ids)),
        };
      },
    ),

    'videos.annotations.objects': endpoint(
      {
        about:
          'Objects of a video and the frames they are in; gaps shorter than step frames (1 when it is not said) may be left out.',
        needs: 'view',
        of: ({ videoId }) => ({ items: [videoId] }),
        request: Type.Object({
          videoId: Id,
          step: maybe(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
          ...listFields,
        }),
        response: listOf(VideoObject),
      },
      async ({ videoId, step, ...input }) => {
        const row = await itemOf(stores, 'Video', videoId);
        const paged = { ...input, per_page: Math.min(input.per_page ?? OBJECTS_A_PAGE, OBJECTS_A_PAGE) };
        const { total, entities } = await stores.objects.listOfItem({ ...listQuery(paged), itemId: videoId });
        const ids = (await idsOfProjects(stores, [row]))(row.projectId);
        const tags = grouped(await stores.entityTags.of('object', idsOf(entities)), (tag) => tag.objectId);
        const lives = await stores.timelines.lives(videoId, idsOf(entities), step ?? 1);
        return listReply(paged, { total, entities }, (object) => ({
          ...objectJson(object, tags.get(object.id) ?? [], ids),
          ...(lives.get(object.id) ?? { figures: 0, ranges: [] }),
        }));
      },
    ),

    'videos.annotations.frames': endpoint(
      {
        about:
          'Figures of the frames from `from` up to `to` (not inclusive); the reply ends earlier where they are too much.',
        needs: 'view',
        of: ({ videoId }) => ({ items: [videoId] }),
        request: Type.Object({ videoId: Id, from: Count, to: Count }),
        response: VideoFrames,
      },
      async ({ videoId, from, to }, { reply }) => {
        await itemOf(stores, 'Video', videoId);
        if (to < from)
          throw new SlyError('SLY_USAGE', { detail: `to: expected at least ${from}, got ${to}` });
        return sendJsonText(reply, framesText(videoId, from, to));
      },
    ),
  };
}

/** No more than is drawn. */
function figureText({ id, objectId, classTitle, geometryType, geometry }: FigureRow): string {
  return `${JSON.stringify({ id, objectId, classTitle, geometryType }).slice(0, -1)},"geometry":${geometry}}`;
}
