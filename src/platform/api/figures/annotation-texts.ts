/**
 * The annotations of videos, point clouds and volumes as JSON text, read while they are sent: nothing is held but
 * objects and a page of figures. Those of episodes: episode-text.ts.
 */
import { PLANES } from '../../../format/planes.ts';
import type { MediaReader } from '../../ports/media.ts';
import type { FigurePlace, ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { streamOfVideo } from '../entities/video.ts';
import type { AnnotationForm } from './annotation-form.ts';
import { figuresByFrame, figureTexts } from './figure-pages.ts';
import { ids as idsOf } from './ids-of-projects.ts';
import { grouped } from './label-json.ts';

export interface AnnotationSource {
  stores: Pick<Stores, 'annotations' | 'objects' | 'figures' | 'entityTags'>;
  media: Pick<MediaReader, 'videos'>;
}

export async function* videoText(
  { stores, media }: AnnotationSource,
  row: ItemRow,
  form: AnnotationForm,
): AsyncGenerator<string> {
  const [reading] = row.sha256 === null ? [] : await media.videos([row.sha256]);
  const stream = streamOfVideo(row, reading);
  const size = { height: stream?.height ?? row.height ?? 0, width: stream?.width ?? row.width ?? 0 };
  const objects = await stores.objects.ofItem(row.id);
  yield `${begun({ size, ...(await headOf(stores, { row, objects, form })) })},"frames":[`;
  const of = { itemId: row.id, plane: '', objects: new Set(idsOf(objects)) };
  let last: FigurePlace | undefined;
  for await (const { text, place } of figuresByFrame(stores.figures, of, form.figure)) {
    yield text;
    last = place;
  }
  // Of a video whose bytes are elsewhere nothing more is known than what was drawn on it.
  const framesCount = Math.max(stream?.framesCount ?? 0, (last?.frame ?? -1) + 1);
  yield `],"framesCount":${framesCount}}`;
}

export async function* pointCloudText(
  { stores }: AnnotationSource,
  row: ItemRow,
  form: AnnotationForm,
): AsyncGenerator<string> {
  // Objects of the cloud, those of the dataset that have figures in it, and those that would be told nowhere.
  const own = await stores.objects.ofItem(row.id);
  const used = await stores.objects.usedBy(row.id);
  const undrawn = await stores.objects.undrawn(row);
  const byId = new Map([...own, ...used, ...undrawn].map((object) => [object.id, object]));
  const objects = [...byId.values()].sort((a, b) => a.id - b.id);
  yield `${begun(await headOf(stores, { row, objects, form }))},"figures":[`;
  const of = { itemId: row.id, plane: '', objects: new Set(byId.keys()) };
  yield* figureTexts(stores.figures, of, form.figure);
  yield ']}';
}

export async function* volumeText(
  { stores }: AnnotationSource,
  row: ItemRow,
  form: AnnotationForm,
): AsyncGenerator<string> {
  const objects = await stores.objects.ofItem(row.id);
  const head = { volumeMeta: row.meta, ...(await headOf(stores, { row, objects, form })) };
  yield `${begun(head)},"planes":[`;
  const of = { itemId: row.id, objects: new Set(idsOf(objects)) };
  for (const [at, plane] of PLANES.entries()) {
    yield `${at === 0 ? '' : ','}${begun(plane)},"slices":[`;
    const inPlane = { ...of, plane: plane.name };
    for await (const { text } of figuresByFrame(stores.figures, inPlane, form.figure)) yield text;
    yield ']}';
  }
  yield '],"spatialFigures":[';
  yield* figureTexts(stores.figures, { ...of, plane: '' }, form.figure);
  yield ']}';
}

/** The keys every annotation has; `objects` are those it tells. */
async function headOf(
  stores: AnnotationSource['stores'],
  { row, objects, form }: { row: ItemRow; objects: readonly ObjectRow[]; form: AnnotationForm },
) {
  const tags = grouped(await stores.entityTags.of('object', idsOf(objects)), (tag) => tag.objectId);
  const [stored] = await stores.annotations.get([row.id]);
  return {
    ...form.owner,
    ...form.head(stored?.annotation),
    tags: (await stores.entityTags.of('item', [row.id])).map(form.tag),
    objects: objects.map((object) => form.object(object, tags.get(object.id) ?? [])),
  };
}

/** The text of an object that goes on. */
const begun = (head: object): string => JSON.stringify(head).slice(0, -1);
