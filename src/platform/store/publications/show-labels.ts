/**
 * What belongs to items becomes visible with them: figures and pictures item by item, tags and objects all at once.
 * In a dataset that others see already, objects of point clouds are joined to the ones of their key. Inside the
 * transaction of the commit.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { Renames } from '../../../format/model.ts';
import type { SqliteConnection } from '../database.ts';
import { type EntityTagTableRow, sameTag } from '../entity-tag-rows.ts';
import { newHexKey } from '../object-store.ts';
import { statement } from '../statements.ts';
import { inPieces } from './in-pieces.ts';
import type { LivePublication } from './publication-rows.ts';
import type { ShownDatasets } from './show-datasets.ts';

const ROWS_A_BATCH = 1000;

interface Show {
  publication: LivePublication;
  datasets: ShownDatasets;
  renames: Renames;
  /** An item was left out after all: what only it needed goes too. */
  skipped: boolean;
}

/** Figures on the item and on the pictures beside it, in the item's dataset. */
export async function showFigures(
  sqlite: SqliteConnection,
  item: { id: number; dataset_id: number },
  { joinedInto }: ShownDatasets,
): Promise<void> {
  const { id, dataset_id: datasetId } = item;
  // Most are where they belong: what is written costs its indexes too.
  const isMoved = joinedInto.has(datasetId);
  const show = async (which: string): Promise<void> => {
    const change = statement<{ id: number; datasetId: number; limit: number }>(
      sqlite,
      `UPDATE figures SET waiting = 0${isMoved ? ', dataset_id = @datasetId' : ''} WHERE id IN (${which} LIMIT @limit)`,
    );
    await inPieces((limit) => change.run({ id, datasetId, limit }).changes);
  };
  await show('SELECT id FROM figures INDEXED BY figures_staged WHERE item_id = @id AND waiting = 2');
  await show(`SELECT f.id FROM related_images r CROSS JOIN figures f ON f.related_image_id = r.id
    WHERE r.item_id = @id AND f.waiting = 2`);
  if (!isMoved) return;
  statement<[number, number]>(sqlite, 'UPDATE related_images SET dataset_id = ? WHERE item_id = ?').run(
    datasetId,
    id,
  );
}

export async function showLabels(sqlite: SqliteConnection, show: Show): Promise<void> {
  await inBatches<EntityTagTableRow>(sqlite, 'entity_tags', show, showTag);
  // Whose tags are there by now.
  await inBatches<StagedObject>(sqlite, 'objects', show, showObject);
}

/** What is shown is no longer staged: the first rows are always the next ones. */
async function inBatches<Row>(
  sqlite: SqliteConnection,
  table: 'entity_tags' | 'objects',
  show: Show,
  one: (sqlite: SqliteConnection, show: Show, row: Row) => void | Promise<void>,
): Promise<void> {
  const next = statement<[number, number], Row>(
    sqlite,
    `SELECT * FROM ${table} WHERE publication_id = ? ORDER BY id LIMIT ?`,
  );
  for (;;) {
    const rows = next.all(show.publication.id, ROWS_A_BATCH);
    if (rows.length === 0) return;
    for (const row of rows) await one(sqlite, show, row);
    await yieldToLoop();
  }
}

function showTag(sqlite: SqliteConnection, { datasets, renames }: Show, row: EntityTagTableRow): void {
  const datasetId = datasets.joined.get(row.dataset_id) ?? row.dataset_id;
  const name = renames.tags.get(row.name) ?? row.name;
  const isOfDataset = row.item_id === null && row.object_id === null && row.figure_id === null;
  if (isOfDataset && !datasets.fresh.has(datasetId)) {
    const fields = { datasetId, itemId: null, objectId: null, figureId: null, name, publicationId: null };
    if (sameTag(sqlite, { ...fields, ...keyAndJson(row) }) !== undefined) {
      statement<[number]>(sqlite, 'DELETE FROM entity_tags WHERE id = ?').run(row.id);
      return;
    }
  }
  statement<[number, string, number]>(
    sqlite,
    'UPDATE entity_tags SET publication_id = NULL, dataset_id = ?, name = ? WHERE id = ?',
  ).run(datasetId, name, row.id);
}

const keyAndJson = ({ key, key_given, json }: EntityTagTableRow) => ({
  key: key_given === 1 ? key : undefined,
  json,
});

interface StagedObject {
  id: number;
  dataset_id: number;
  item_id: number | null;
  class_title: string;
  key: string;
}

async function showObject(sqlite: SqliteConnection, show: Show, row: StagedObject): Promise<void> {
  const { publication, datasets, renames } = show;
  const { project_type: type } = publication;
  const object = {
    ...row,
    dataset_id: datasets.joined.get(row.dataset_id) ?? row.dataset_id,
    class_title: renames.classes.get(row.class_title) ?? row.class_title,
  };
  if (show.skipped && type === 'point_clouds' && row.item_id === null && !hasFigures(sqlite, row.id)) {
    statement<[number]>(sqlite, 'DELETE FROM objects WHERE id = ?').run(row.id);
    return;
  }
  if (
    (type === 'point_clouds' || type === 'point_cloud_episodes') &&
    !datasets.fresh.has(object.dataset_id)
  ) {
    const there = statement<[number, string], StagedObject>(
      sqlite,
      `SELECT id, dataset_id, item_id, class_title, key FROM objects
       WHERE dataset_id = ? AND key = ? AND publication_id IS NULL ORDER BY item_id LIMIT 1`,
    ).get(object.dataset_id, object.key);
    if (there?.class_title === object.class_title) return join(sqlite, object, there);
    // One dataset has every key once, or nobody could tell whose figures are whose.
    if (there !== undefined && object.item_id === null) object.key = newHexKey();
  }
  statement<[number, string, string, number]>(
    sqlite,
    'UPDATE objects SET publication_id = NULL, dataset_id = ?, class_title = ?, key = ? WHERE id = ?',
  ).run(object.dataset_id, object.class_title, object.key, object.id);
}

function hasFigures(sqlite: SqliteConnection, objectId: number): boolean {
  return (
    statement<[number]>(sqlite, 'SELECT 1 FROM figures WHERE object_id = ? LIMIT 1').get(objectId) !==
    undefined
  );
}

/** The object was there: what belongs to the staged one belongs to it. */
async function join(sqlite: SqliteConnection, object: StagedObject, there: StagedObject): Promise<void> {
  const figures = statement<[number, number, number]>(
    sqlite,
    'UPDATE figures SET object_id = ? WHERE id IN (SELECT id FROM figures WHERE object_id = ? LIMIT ?)',
  );
  await inPieces((limit) => figures.run(there.id, object.id, limit).changes);
  const tags = statement<[number], EntityTagTableRow>(
    sqlite,
    'SELECT * FROM entity_tags WHERE object_id = ? ORDER BY id',
  ).all(object.id);
  const move = statement<[number, number]>(sqlite, 'UPDATE entity_tags SET object_id = ? WHERE id = ?');
  const owner = { datasetId: object.dataset_id, itemId: null, objectId: there.id, figureId: null };
  for (const tag of tags) {
    const same = sameTag(sqlite, { ...owner, name: tag.name, publicationId: null, ...keyAndJson(tag) });
    if (same === undefined) move.run(there.id, tag.id);
  }
  if (there.item_id !== null && there.item_id !== object.item_id)
    statement<[number]>(sqlite, 'UPDATE objects SET item_id = NULL WHERE id = ?').run(there.id);
  statement<[number]>(sqlite, 'DELETE FROM objects WHERE id = ?').run(object.id);
}
