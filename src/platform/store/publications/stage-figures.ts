/** Figures of staged items, and of the pictures beside them. Inside a transaction. */
import type { SqliteConnection } from '../database.ts';
import { shown } from '../entry-names.ts';
import { STAGED } from '../figure-rows.ts';
import { blobRow } from '../item-rows.ts';
import { newHexKey } from '../object-store.ts';
import { statement } from '../statements.ts';
import type { PreparedFigure, PreparedFigures } from './prepare-figures.ts';
import type { LabelStager } from './stage-labels.ts';
import { keyedItem } from './staged-keys.ts';

interface Place {
  itemId: number;
  /** For messages. */
  name: string;
  datasetId: number;
  frames: number | null;
  relatedImageId: number | null;
}

/** Gives what could not be stored. */
export function createFigureStager(
  sqlite: SqliteConnection,
  { publicationId, labels, now }: { publicationId: number; labels: LabelStager; now: number },
): (line: PreparedFigures) => string[] {
  const insert = statement<FigureRow>(
    sqlite,
    `INSERT INTO figures (dataset_id, item_id, related_image_id, object_id, class_title, key, geometry_type, geometry,
       sha256, waiting, plane, frame, json, created_at, updated_at)
     VALUES (@datasetId, @itemId, @relatedImageId, @objectId, NULL, @key, @geometryType, @geometry,
       @sha256, ${STAGED}, @plane, @frame, @json, @now, @now)`,
  );
  const withKey = statement<[number, string]>(
    sqlite,
    'SELECT 1 FROM figures WHERE item_id = ? AND key = ? AND sha256 IS NOT NULL',
  );
  const objectId = createObjectFinder(sqlite, publicationId);

  /** Undefined: the item was not stored. */
  function placeOf({ of, related }: PreparedFigures): Place | string | undefined {
    const known = keyedItem(sqlite, publicationId, of);
    if (known === undefined) return `figures of ${shown(of)}: no item of this import has the key`;
    if (known.item_id === null) return undefined;
    const { item_id: itemId, frames } = known;
    const item = statement<[number], { dataset_id: number; name: string }>(
      sqlite,
      'SELECT dataset_id, name FROM items WHERE id = ?',
    ).get(itemId);
    if (item === undefined) return undefined;
    const place = { itemId, name: item.name, datasetId: item.dataset_id, frames };
    if (related === undefined) return { ...place, relatedImageId: null };
    const picture = statement<[number, string], { id: number }>(
      sqlite,
      'SELECT id FROM related_images WHERE item_id = ? AND name = ?',
    ).get(itemId, related);
    if (picture !== undefined) return { ...place, relatedImageId: picture.id };
    return `figures of ${shown(item.name)}: no picture beside it is called ${shown(related)}`;
  }

  function problemOf({ sha256, frame, key }: PreparedFigure, { frames, itemId }: Place): string | undefined {
    if (frames !== null && frame >= frames)
      return `the video has the frames 0 to ${frames - 1}, got ${frame}`;
    if (sha256 === null) return undefined;
    if (blobRow(sqlite, sha256) === undefined) return `its bytes (SHA-256 ${sha256}) are not stored`;
    // An export names its files by these keys.
    const isTaken = key !== undefined && withKey.get(itemId, key) !== undefined;
    return isTaken ? 'another figure with a file has its key' : undefined;
  }

  return (line) => {
    const place = placeOf(line);
    if (place === undefined) return [];
    if (typeof place === 'string') return [place];
    const { itemId, name, datasetId, relatedImageId } = place;
    const problems = [...line.problems];
    for (const figure of line.figures) {
      const { named, objectKey, tags, key = newHexKey(), ...columns } = figure;
      const object = objectId(place, objectKey);
      const problem = object === undefined ? 'there is no such object' : problemOf(figure, place);
      if (problem !== undefined || object === undefined) {
        problems.push(`${named}: ${problem}`);
        continue;
      }
      const of = {
        datasetId,
        itemId: relatedImageId === null ? itemId : null,
        relatedImageId,
        objectId: object,
      };
      const { lastInsertRowid } = insert.run({ ...columns, ...of, key, now });
      const owner = { datasetId, itemId: null, objectId: null, figureId: Number(lastInsertRowid) };
      labels.tags(owner, tags);
    }
    return problems.map((problem) => `${shown(name)}: ${problem}`);
  };
}

interface FigureRow {
  datasetId: number;
  itemId: number | null;
  relatedImageId: number | null;
  objectId: number;
  key: string;
  geometryType: string;
  geometry: string;
  sha256: string | null;
  plane: string;
  frame: number;
  json: string;
  now: number;
}

/** Of the item itself, else of its dataset. A line names the same few objects over and over. */
function createObjectFinder(sqlite: SqliteConnection, publicationId: number) {
  const found = new Map<string, number>();
  const find = statement<[number, string, number, number | null], { id: number }>(
    sqlite,
    'SELECT id FROM objects WHERE dataset_id = ? AND key = ? AND publication_id = ? AND item_id IS ?',
  );
  return ({ datasetId, itemId }: Place, key: string): number | undefined => {
    const name = `${itemId} ${key}`;
    const known = found.get(name);
    if (known !== undefined) return known;
    const row =
      find.get(datasetId, key, publicationId, itemId) ?? find.get(datasetId, key, publicationId, null);
    if (row !== undefined) found.set(name, row.id);
    return row?.id;
  };
}
