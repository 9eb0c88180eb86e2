/** Adding figures. Inside a transaction. */
import { missing } from './constraint.ts';
import type { SqliteConnection } from './database.ts';
import { newHexKey } from './object-store.ts';
import { FIRST_RELATED_IMAGE, type NewFigure } from './repositories/figures.ts';
import { statement } from './statements.ts';

/** `waiting` of a figure that an import has staged: nobody sees it. */
export const STAGED = 2;

interface Known {
  id: number;
  object_id: number | null;
  geometry_type: string;
  geometry: string;
  sha256: string | null;
  plane: string;
  frame: number;
  json: string;
}

/** Ids in the order given. What is there under its key, the same in every respect, is not added again. */
export function addFigures(
  sqlite: SqliteConnection,
  datasetId: number,
  figures: readonly NewFigure[],
  now: number,
): number[] {
  const owners = createOwners(sqlite, datasetId);
  const byKey = statement<[number, string], Known>(
    sqlite,
    'SELECT * FROM figures WHERE item_id = ? AND key = ?',
  );
  const insert = statement<NewFigureRow>(
    sqlite,
    `INSERT INTO figures (dataset_id, item_id, related_image_id, object_id, class_title, key, geometry_type, geometry,
       waiting, plane, frame, json, created_at, updated_at)
     VALUES (@datasetId, @itemId, @relatedImageId, @objectId, @classTitle, @key, @geometryType, @geometry,
       @waiting, @plane, @frame, @json, @now, @now)`,
  );
  const touch = statement<[number, number]>(sqlite, 'UPDATE items SET updated_at = ? WHERE id = ?');
  const touched = new Set<number>();
  const ids = figures.map((figure) => {
    const { entityId } = figure;
    const isRelated = entityId >= FIRST_RELATED_IMAGE;
    owners.assertEntity(entityId, isRelated);
    if (figure.objectId !== undefined) owners.assertObject(figure.objectId, figure.objectKey, entityId);
    const row: NewFigureRow = {
      datasetId,
      itemId: isRelated ? null : entityId,
      relatedImageId: isRelated ? entityId : null,
      objectId: figure.objectId ?? null,
      classTitle: figure.classTitle ?? null,
      key: figure.key ?? newHexKey(),
      geometryType: figure.geometryType,
      geometry: figure.geometry,
      waiting: figure.waiting ? 1 : 0,
      plane: figure.plane,
      frame: figure.frame,
      json: JSON.stringify(figure.rest),
      now,
    };
    if (figure.key !== undefined && !isRelated) {
      const same = byKey.all(entityId, figure.key).find((known) => isSame(known, row));
      if (same !== undefined) return same.id;
    }
    if (!isRelated) touched.add(entityId);
    return Number(insert.run(row).lastInsertRowid);
  });
  for (const id of touched) touch.run(now, id);
  return ids;
}

interface NewFigureRow {
  datasetId: number;
  itemId: number | null;
  relatedImageId: number | null;
  objectId: number | null;
  classTitle: string | null;
  key: string;
  geometryType: string;
  geometry: string;
  waiting: number;
  plane: string;
  frame: number;
  json: string;
  now: number;
}

function isSame(known: Known, row: NewFigureRow): boolean {
  return (
    known.object_id === row.objectId &&
    known.geometry_type === row.geometryType &&
    known.plane === row.plane &&
    known.frame === row.frame &&
    known.json === row.json &&
    // A geometry that came apart from the figure has taken the place of the announcement.
    (row.waiting === 1 || known.geometry === row.geometry)
  );
}

function createOwners(sqlite: SqliteConnection, datasetId: number) {
  const seen = new Set<string>();
  const item = statement<[number, number], { id: number }>(
    sqlite,
    'SELECT id FROM items WHERE id = ? AND dataset_id = ? AND publication_id IS NULL',
  );
  const related = statement<[number, number], { id: number }>(
    sqlite,
    'SELECT id FROM related_images WHERE id = ? AND dataset_id = ?',
  );
  const object = statement<[number, number], { item_id: number | null; key_given: number }>(
    sqlite,
    'SELECT item_id, key_given FROM objects WHERE id = ? AND dataset_id = ? AND publication_id IS NULL',
  );
  const nameObject = statement<[string, number]>(
    sqlite,
    'UPDATE objects SET key = ?, key_given = 1 WHERE id = ?',
  );
  return {
    assertEntity(id: number, isRelated: boolean): void {
      if (seen.has(`e${id}`)) return;
      if ((isRelated ? related : item).get(id, datasetId) === undefined)
        throw missing(`entity ${id} in dataset ${datasetId}`);
      seen.add(`e${id}`);
    },
    /** The client names its objects only when it adds their figures. */
    assertObject(id: number, key: string | undefined, entityId: number): void {
      if (seen.has(`o${id} ${entityId}`)) return;
      const row = object.get(id, datasetId);
      if (
        row === undefined ||
        (row.item_id !== null && entityId < FIRST_RELATED_IMAGE && row.item_id !== entityId)
      )
        throw missing(`object ${id} of entity ${entityId}`);
      if (key !== undefined && row.key_given === 0) nameObject.run(key, id);
      seen.add(`o${id} ${entityId}`);
    },
  };
}
