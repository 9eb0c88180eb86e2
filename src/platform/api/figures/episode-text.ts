/** The one annotation of an episode, a dataset whose point clouds are frames, as JSON text that is read while it is sent. */
import type { ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { DatasetRow } from '../../store/repositories/projects.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { frameOf } from '../entities/point-cloud.ts';
import type { AnnotationForm } from './annotation-form.ts';
import { figuresOf } from './figure-pages.ts';
import { ids as idsOf } from './ids-of-projects.ts';
import { grouped } from './label-json.ts';

const PAGE = 1000;

type EpisodeStores = Pick<Stores, 'items' | 'objects' | 'figures' | 'entityTags'>;

export async function* episodeText(
  stores: EpisodeStores,
  dataset: DatasetRow,
  form: AnnotationForm,
): AsyncGenerator<string> {
  const clouds = await cloudsOf(stores, dataset.id);
  const frames = new Map(clouds.map(({ row, frame }) => [row.id, frame]));
  const own = await stores.entityTags.ofDataset(dataset.id);
  // A tag that was given to one cloud is one of the episode, for its frame.
  const ofClouds = (await stores.entityTags.of('item', [...frames.keys()])).map((tag) => {
    const frame = frames.get(tag.itemId ?? 0) ?? 0;
    return { ...tag, rest: { frameRange: [frame, frame], ...tag.rest } };
  });
  const framesCount = Math.max(clouds.length, (clouds.at(-1)?.frame ?? -1) + 1);
  const { description } = dataset;
  const tags = [...own, ...ofClouds].map(form.tag);
  const head = { ...form.owner, description, framesCount, tags };
  yield `${JSON.stringify(head).slice(0, -1)},"objects":[`;
  const known = new Set<number>();
  for await (const page of objectPages(stores, dataset.id)) {
    const ofObject = grouped(await stores.entityTags.of('object', idsOf(page)), (tag) => tag.objectId);
    for (const object of page) {
      const json = JSON.stringify(form.object(object, ofObject.get(object.id) ?? []));
      yield known.size === 0 ? json : `,${json}`;
      known.add(object.id);
    }
  }
  yield '],"frames":[';
  let isFirst = true;
  for (const { row, frame } of clouds) {
    const head = JSON.stringify({ index: frame, ...form.frame(row) }).slice(0, -1);
    let begins = `${isFirst ? '' : ','}${head},"figures":[`;
    const before = begins;
    for await (const figure of figuresOf(stores.figures, { itemId: row.id, plane: '', objects: known })) {
      yield begins + form.figure(figure);
      begins = ',';
    }
    if (begins === before) continue;
    yield ']}';
    isFirst = false;
  }
  yield ']}';
}

/** In the order of their frames. */
async function cloudsOf(
  stores: EpisodeStores,
  datasetId: number,
): Promise<{ row: ItemRow; frame: number }[]> {
  const clouds: { row: ItemRow; frame: number }[] = [];
  for (let after = 0; ; ) {
    const { entities } = await stores.items.list({ datasetId, perPage: PAGE, after });
    for (const row of entities) {
      const frame = frameOf(row);
      if (frame !== undefined) clouds.push({ row, frame });
    }
    const last = entities.at(-1);
    if (last === undefined || entities.length < PAGE) break;
    after = last.id;
  }
  return clouds.sort((a, b) => a.frame - b.frame || a.row.id - b.row.id);
}

async function* objectPages(stores: EpisodeStores, datasetId: number): AsyncGenerator<ObjectRow[]> {
  for (let after = 0; ; ) {
    const page = await stores.objects.ofDataset(datasetId, { after, limit: PAGE });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}
