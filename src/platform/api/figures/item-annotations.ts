/** What the annotations of videos, point clouds and volumes have in common: how they are told, and tags for one item. */
import type { FastifyReply } from 'fastify';
import type { ObjectRow } from '../../store/repositories/figures.ts';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { sendJsonText } from '../http/json-text.ts';
import { type ItemKind, itemOf } from '../items/items-of.ts';
import type { MetaIds } from './annotation-entity.ts';
import { figuresOf } from './figure-pages.ts';
import { ids as idsOf, idsOfProjects } from './ids-of-projects.ts';
import { figureText, grouped, objectJson, tagJson } from './label-json.ts';
import { type NewTag, newTags, tagNames } from './new-tags.ts';

/** The keys every annotation has but its item's own id and name; `objects` are those it tells. */
export async function annotationHead(
  stores: Stores,
  { row, objects, ids }: { row: ItemRow; objects: readonly ObjectRow[]; ids: MetaIds },
) {
  const tags = grouped(await stores.entityTags.of('object', idsOf(objects)), (tag) => tag.objectId);
  return {
    datasetId: row.datasetId,
    description: '',
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    tags: (await stores.entityTags.of('item', [row.id])).map((tag) => tagJson(tag, ids)),
    objects: objects.map((object) => objectJson(object, tags.get(object.id) ?? [], ids)),
  };
}

/** Figures as the elements of a JSON array. */
export async function* figureTexts(
  stores: Stores,
  of: Parameters<typeof figuresOf>[1],
): AsyncGenerator<string> {
  let comma = '';
  for await (const figure of figuresOf(stores.figures, of)) {
    yield comma + figureText(figure);
    comma = ',';
  }
}

/** A JSON array with one annotation an item, each read while it is sent. */
export async function sendAnnotations(
  stores: Stores,
  reply: FastifyReply,
  rows: readonly ItemRow[],
  annotationText: (row: ItemRow, ids: MetaIds) => AsyncGenerator<string>,
): Promise<FastifyReply> {
  const ids = await idsOfProjects(stores, rows);
  async function* text(): AsyncGenerator<string> {
    yield '[';
    for (const [at, row] of rows.entries()) {
      if (at > 0) yield ',';
      yield* annotationText(row, ids(row.projectId));
    }
    yield ']';
  }
  return sendJsonText(reply, text());
}

/** Tags for one item, which must be of the kind. */
export async function addItemTags(
  stores: Stores,
  kind: ItemKind,
  { itemId, tags }: { itemId: number; tags: readonly NewTag[] },
): Promise<{ id: number }[]> {
  const row = await itemOf(stores, kind, itemId);
  const names = await tagNames(stores, row.projectId);
  const added = newTags(tags, names, () => ({ datasetId: row.datasetId, itemId: row.id }));
  return (await stores.entityTags.add(added)).map((id) => ({ id }));
}
