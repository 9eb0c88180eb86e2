/**
 * Objects and tags of staged items and episodes. Inside a transaction. An object is of one item, except that point
 * clouds share: the same key in several clouds of a dataset is one object, and it becomes the dataset's with the
 * second of them. The objects of an episode are the dataset's from the start.
 */
import type { SqliteConnection } from '../database.ts';
import { insertTag, sameTag, type TagFields } from '../entity-tag-rows.ts';
import { shown } from '../entry-names.ts';
import { newHexKey } from '../object-store.ts';
import { statement } from '../statements.ts';
import type { PreparedHead, PreparedObject, PreparedTag } from './prepare-head.ts';

interface Stage {
  publicationId: number;
  projectType: string;
  now: number;
}

export interface LabelStager {
  /** Tags and objects of an item, or of the dataset where `itemId` is null. Gives what could not be stored. */
  head(owner: { datasetId: number; itemId: number | null }, head: PreparedHead): string[];
  tags(owner: Owner, tags: readonly PreparedTag[]): void;
}

type Owner = Pick<TagFields, 'datasetId' | 'itemId' | 'objectId' | 'figureId'>;

interface Holder {
  id: number;
  item_id: number | null;
  class_title: string;
}

export function createLabelStager(sqlite: SqliteConnection, stage: Stage): LabelStager {
  const { publicationId, projectType, now } = stage;
  const isEpisode = projectType === 'point_cloud_episodes';
  const isShared = isEpisode || projectType === 'point_clouds';
  // The dataset's own one comes first, else the one of the first cloud.
  const holder = statement<[number, string, number], Holder>(
    sqlite,
    `SELECT id, item_id, class_title FROM objects WHERE dataset_id = ? AND key = ? AND publication_id = ?
     ORDER BY item_id LIMIT 1`,
  );
  const share = statement<[number]>(sqlite, 'UPDATE objects SET item_id = NULL WHERE id = ?');

  const fieldsOf = (owner: Owner, tag: PreparedTag): TagFields => ({ ...owner, ...tag, publicationId });

  function insert(datasetId: number, itemId: number | null, object: PreparedObject): void {
    const { classTitle, key, json } = object;
    const row = {
      ...{ datasetId, itemId, classTitle, json, publicationId, now },
      key: key ?? newHexKey(),
      given: key === undefined ? 0 : 1,
    };
    const id = Number(
      statement<typeof row>(
        sqlite,
        `INSERT INTO objects (dataset_id, item_id, class_title, key, key_given, json, publication_id, created_at,
           updated_at)
         VALUES (@datasetId, @itemId, @classTitle, @key, @given, @json, @publicationId, @now, @now)`,
      ).run(row).lastInsertRowid,
    );
    const owner = { datasetId, itemId: null, objectId: id, figureId: null };
    for (const tag of object.tags) insertTag(sqlite, fieldsOf(owner, tag), now);
  }

  return {
    head({ datasetId, itemId }, { tags, objects }) {
      const problems: string[] = [];
      const owner = { datasetId, itemId, objectId: null, figureId: null };
      for (const tag of tags) insertTag(sqlite, fieldsOf(owner, tag), now);
      for (const object of objects) {
        const { key, classTitle } = object;
        const known = isShared && key !== undefined ? holder.get(datasetId, key, publicationId) : undefined;
        if (known === undefined) insert(datasetId, isEpisode ? null : itemId, object);
        else if (known.class_title === classTitle) {
          if (known.item_id !== null) share.run(known.id);
          const ofObject = { datasetId, itemId: null, objectId: known.id, figureId: null };
          for (const tag of object.tags.map((one) => fieldsOf(ofObject, one)))
            if (sameTag(sqlite, tag) === undefined) insertTag(sqlite, tag, now);
        } else if (isEpisode || itemId === null) {
          const other = `a ${shown(known.class_title)} of the dataset has its key`;
          problems.push(`object ${shown(key ?? '')} (${shown(classTitle)}): ${other}`);
        } else insert(datasetId, itemId, object);
      }
      return problems;
    },

    tags(owner, tags) {
      for (const tag of tags) insertTag(sqlite, fieldsOf(owner, tag), now);
    },
  };
}
