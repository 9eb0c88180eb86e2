/** What a publication has staged under which name, beside what is visible there. Inside a transaction. */
import type { SqliteConnection } from '../database.ts';
import { nameProblem, numberedName, shown } from '../entry-names.ts';
import { itemByName } from '../item-rows.ts';
import { statement } from '../statements.ts';

export interface StagedDataset {
  id: number;
  /** True while only the publication sees it: nothing visible can be in it. */
  staged: boolean;
}

/** Path parts of a dataset, or what is wrong with them. */
export function splitDatasetPath(path: string): string[] | { problem: string } {
  const parts = path.split('/');
  for (const part of parts) {
    const problem = nameProblem(part);
    if (problem !== undefined)
      return { problem: `dataset ${JSON.stringify(shown(path))}: a name in it: ${problem}` };
  }
  return parts;
}

/** Finds or stages the dataset and its parents. What the publication has staged goes first, so that one path stays one dataset. */
function stageDataset(
  sqlite: SqliteConnection,
  publication: { id: number; project_id: number },
  parts: readonly string[],
  now: number,
): StagedDataset {
  const own = statement<[number, number, string], { id: number }>(
    sqlite,
    'SELECT id FROM datasets WHERE publication_id = ? AND coalesce(parent_id, 0) = ? AND name = ?',
  );
  const insert = statement<[number, number | null, string, number, number, number]>(
    sqlite,
    `INSERT INTO datasets (project_id, parent_id, name, publication_id, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  let at: StagedDataset = { id: 0, staged: false };
  for (const name of parts) {
    const known = own.get(publication.id, at.id, name);
    const visible =
      known === undefined && !at.staged
        ? visibleDataset(sqlite, publication.project_id, at.id, name)
        : undefined;
    if (known !== undefined) at = { id: known.id, staged: true };
    else if (visible !== undefined) at = { id: visible, staged: false };
    else {
      const parent = at.id === 0 ? null : at.id;
      const done = insert.run(publication.project_id, parent, name, publication.id, now, now);
      at = { id: Number(done.lastInsertRowid), staged: true };
    }
  }
  return at;
}

export interface DatasetStager {
  /** The same path is the same dataset. */
  of(parts: readonly string[]): StagedDataset;
}

export function createDatasetStager(
  sqlite: SqliteConnection,
  publication: { id: number; project_id: number },
  now: number,
): DatasetStager {
  const datasets = new Map<string, StagedDataset>();
  return {
    of(parts) {
      const path = parts.join('/');
      const known = datasets.get(path) ?? stageDataset(sqlite, publication, parts, now);
      datasets.set(path, known);
      return known;
    },
  };
}

/** `parentId` 0 = top level. */
export function visibleDataset(
  sqlite: SqliteConnection,
  projectId: number,
  parentId: number,
  name: string,
): number | undefined {
  return statement<[number, number, string], { id: number }>(
    sqlite,
    `SELECT id FROM datasets WHERE project_id = ? AND coalesce(parent_id, 0) = ? AND name = ?
     AND publication_id IS NULL AND archived_at IS NULL`,
  ).get(projectId, parentId, name)?.id;
}

export function isStaged(
  sqlite: SqliteConnection,
  publicationId: number,
  datasetId: number,
  name: string,
): boolean {
  return (
    statement<[number, number, string]>(
      sqlite,
      'SELECT 1 FROM items WHERE publication_id = ? AND dataset_id = ? AND name = ?',
    ).get(publicationId, datasetId, name) !== undefined
  );
}

/**
 * A name of the form `name_01`, `name_02`, ... that is neither staged nor visible: the first one where the taken
 * ones have no gap. A hundred thousand files of one name cost some thirty looks each.
 */
export function freeItemName(
  sqlite: SqliteConnection,
  publicationId: number,
  dataset: StagedDataset,
  wanted: string,
): string {
  const isFree = (number: number): boolean => {
    const name = numberedName(wanted, number);
    if (isStaged(sqlite, publicationId, dataset.id, name)) return false;
    return dataset.staged || itemByName(sqlite, dataset.id, name) === undefined;
  };
  let free = 1;
  while (!isFree(free)) free *= 2;
  let taken = Math.floor(free / 2);
  while (free - taken > 1) {
    const middle = Math.floor((free + taken) / 2);
    if (isFree(middle)) free = middle;
    else taken = middle;
  }
  return numberedName(wanted, free);
}

/** The cloud that has a frame of an episode already, visible or of the same import. */
export function frameHolder(
  sqlite: SqliteConnection,
  of: { datasetId: number; frame: number; publicationId: number | null; except: readonly number[] },
): { id: number; name: string } | undefined {
  return statement<[number, number, number | null], { id: number; name: string }>(
    sqlite,
    `SELECT id, name FROM items WHERE dataset_id = ? AND type = 'point_cloud_episodes'
       AND json_extract(meta, '$.frame') = ? AND (publication_id IS NULL OR publication_id = ?)`,
  )
    .all(of.datasetId, of.frame, of.publicationId)
    .find(({ id }) => !of.except.includes(id));
}
