/** What the annotations of videos, point clouds and volumes have in common: how they are told, and tags for one item. */
import type { FastifyReply } from 'fastify';
import type { ItemRow } from '../../store/repositories/items.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { sendJsonText } from '../http/json-text.ts';
import { type ItemKind, itemOf } from '../items/items-of.ts';
import { apiForm } from './annotation-form.ts';
import type { AnnotationSource, videoText } from './annotation-texts.ts';
import { idsOfProjects } from './ids-of-projects.ts';
import { type NewTag, newTags, tagNames } from './new-tags.ts';

/** A JSON array with one annotation an item, each read while it is sent. */
export async function sendAnnotations(
  source: AnnotationSource & { stores: Stores },
  reply: FastifyReply,
  rows: readonly ItemRow[],
  { text, owner }: { text: typeof videoText; owner: (row: ItemRow) => Record<string, unknown> },
): Promise<FastifyReply> {
  const ids = await idsOfProjects(source.stores, rows);
  async function* list(): AsyncGenerator<string> {
    yield '[';
    for (const [at, row] of rows.entries()) {
      if (at > 0) yield ',';
      const { datasetId, createdAt, updatedAt } = row;
      yield* text(
        source,
        row,
        apiForm(ids(row.projectId), { ...owner(row), datasetId, createdAt, updatedAt }),
      );
    }
    yield ']';
  }
  return sendJsonText(reply, list());
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
