/** Staged datasets become visible, or are joined to the ones of their path. Inside the transaction of the commit. */
import { missing } from '../constraint.ts';
import type { SqliteConnection } from '../database.ts';
import { moveLabels } from '../item-labels.ts';
import { statement } from '../statements.ts';
import type { LivePublication } from './publication-rows.ts';
import { visibleDataset } from './staged-names.ts';

export interface ShownDatasets {
  /** Nothing else visible can be in them. */
  fresh: ReadonlySet<number>;
  /** A staged dataset -> the one that was there. Their rows go over one by one; then `removeJoined`. */
  joined: ReadonlyMap<number, number>;
  joinedInto: ReadonlySet<number>;
}

/** Parents before children. The items of joined ones are moved, what belongs to the items is not. */
export function showDatasets(
  sqlite: SqliteConnection,
  publication: LivePublication,
  now: number,
): ShownDatasets {
  const staged = statement<[number], { id: number; parent_id: number | null; name: string }>(
    sqlite,
    'SELECT id, parent_id, name FROM datasets WHERE publication_id = ? ORDER BY id',
  );
  const fresh = new Set<number>();
  const joined = new Map<number, number>();
  for (const { id, parent_id, name } of staged.all(publication.id)) {
    const parent = parent_id === null ? null : (joined.get(parent_id) ?? parent_id);
    if (parent !== null) assertVisible(sqlite, parent);
    const twin =
      parent !== null && fresh.has(parent)
        ? undefined
        : visibleDataset(sqlite, publication.project_id, parent ?? 0, name);
    if (twin === undefined) {
      statement<[number | null, number, number]>(
        sqlite,
        'UPDATE datasets SET publication_id = NULL, parent_id = ?, updated_at = ? WHERE id = ?',
      ).run(parent, now, id);
      fresh.add(id);
    } else {
      statement<[number, number, number]>(
        sqlite,
        'UPDATE items SET dataset_id = ? WHERE publication_id = ? AND dataset_id = ?',
      ).run(twin, publication.id, id);
      moveLabels(sqlite, id, twin);
      // Its children must not go with it.
      statement<[number, number, number]>(
        sqlite,
        'UPDATE datasets SET parent_id = ? WHERE parent_id = ? AND publication_id = ?',
      ).run(twin, id, publication.id);
      joined.set(id, twin);
    }
  }
  const used = statement<[number], { dataset_id: number }>(
    sqlite,
    'SELECT DISTINCT dataset_id FROM items WHERE publication_id = ?',
  ).all(publication.id);
  for (const { dataset_id } of used) if (!fresh.has(dataset_id)) assertVisible(sqlite, dataset_id);
  return { fresh, joined, joinedInto: new Set(joined.values()) };
}

/** Nothing is in them any more. */
export function removeJoined(sqlite: SqliteConnection, { joined }: ShownDatasets): void {
  const remove = statement<[number]>(sqlite, 'DELETE FROM datasets WHERE id = ?');
  for (const id of joined.keys()) remove.run(id);
}

function assertVisible(sqlite: SqliteConnection, datasetId: number): void {
  const row = statement<[number], { name: string; archived_at: number | null }>(
    sqlite,
    'SELECT name, archived_at FROM datasets WHERE id = ?',
  ).get(datasetId);
  if (row !== undefined && row.archived_at === null) return;
  throw missing(`dataset ${row?.name ?? datasetId}: it was removed while it was imported into`);
}
