/**
 * Makes a publication visible: one transaction, in pieces between which the process does other things. What
 * others committed since the segments were staged is met here again: a dataset of the same path is joined, a
 * name that was taken meanwhile follows the conflict policy.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { createMetaMerger, renameInAnnotation } from '../../../format/merge-meta.ts';
import { readMeta } from '../../../format/meta.ts';
import type { ImageAnnotation, Renames } from '../../../format/model.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { CommitReply } from '../../../protocol/publish.ts';
import { missing } from '../constraint.ts';
import type { SqliteConnection } from '../database.ts';
import { addToCounters } from '../item-counters.ts';
import { indexLabels, labelsOf, moveLabels } from '../item-labels.ts';
import { itemByName } from '../item-rows.ts';
import { readProjectMeta, writeProjectMeta } from '../project-meta.ts';
import { statement } from '../statements.ts';
import { livePublication } from './publication-rows.ts';
import { freeItemName, visibleDataset } from './staged-names.ts';

const ITEMS_AT_ONCE = 1000;

type Publication = ReturnType<typeof livePublication>;
type Changes = Map<number, { items: number; size: number }>;

interface StagedItem {
  id: number;
  dataset_id: number;
  name: string;
  size: number;
}

export async function commitPublication(
  sqlite: SqliteConnection,
  publicationId: number,
  metaJson: unknown,
  now: number,
): Promise<CommitReply> {
  const publication = livePublication(sqlite, publicationId);
  if (publication.state === 'committed') return replyOf(publication);
  const renames = mergeMeta(sqlite, publication.project_id, metaJson, now);
  const fresh = showDatasets(sqlite, publication, now);
  const changes: Changes = new Map();
  const next = statement<[number, number], StagedItem>(
    sqlite,
    `SELECT id, dataset_id, name, size FROM items WHERE publication_id = ? ORDER BY dataset_id, name LIMIT ?`,
  );
  const hasRenames = renames.classes.size > 0 || renames.tags.size > 0;
  let items = 0;
  // What is shown is no longer staged: the first rows are always the next ones.
  for (;;) {
    const batch = next.all(publicationId, hasRenames ? ITEMS_AT_ONCE / 10 : ITEMS_AT_ONCE);
    if (batch.length === 0) break;
    for (const item of batch) if (showItem(sqlite, publication, item, fresh, changes)) items++;
    if (hasRenames) renameLabels(sqlite, batch, renames);
    await yieldToLoop();
  }
  addToCounters(sqlite, changes, now);
  statement<[number, number]>(sqlite, 'UPDATE projects SET staged = 0, updated_at = ? WHERE id = ?').run(
    now,
    publication.project_id,
  );
  statement<[number, number, number]>(
    sqlite,
    `UPDATE publications SET state = 'committed', items = ?, updated_at = ? WHERE id = ?`,
  ).run(items, now, publicationId);
  return replyOf({ ...publication, items });
}

function replyOf(publication: Publication): CommitReply {
  return {
    projectId: publication.project_id,
    projectName: publication.project_name,
    items: publication.items,
    link: `/projects/${publication.project_id}`,
  };
}

function mergeMeta(sqlite: SqliteConnection, projectId: number, json: unknown, now: number): Renames {
  const { meta, problems } = readMeta(json);
  const fatal = problems.find((problem) => problem.severity === 'fatal');
  if (fatal !== undefined) {
    throw new SlyError('SLY_FORMAT_INVALID', { detail: `meta.json: ${fatal.message}`, file: 'meta.json' });
  }
  const merger = createMetaMerger(readProjectMeta(sqlite, projectId));
  const renames = merger.merge(meta);
  writeProjectMeta(sqlite, projectId, merger.meta(), now);
  return renames;
}

/** Parents before children. Gives the datasets nothing visible can be in. */
function showDatasets(sqlite: SqliteConnection, publication: Publication, now: number): ReadonlySet<number> {
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
      statement<[number]>(sqlite, 'DELETE FROM datasets WHERE id = ?').run(id);
      joined.set(id, twin);
    }
  }
  const used = statement<[number], { dataset_id: number }>(
    sqlite,
    'SELECT DISTINCT dataset_id FROM items WHERE publication_id = ?',
  ).all(publication.id);
  for (const { dataset_id } of used) if (!fresh.has(dataset_id)) assertVisible(sqlite, dataset_id);
  return fresh;
}

function assertVisible(sqlite: SqliteConnection, datasetId: number): void {
  const row = statement<[number], { name: string; archived_at: number | null }>(
    sqlite,
    'SELECT name, archived_at FROM datasets WHERE id = ?',
  ).get(datasetId);
  if (row !== undefined && row.archived_at === null) return;
  throw missing(`dataset ${row?.name ?? datasetId}: it was removed while it was imported into`);
}

/** False when the policy leaves it out after all. */
function showItem(
  sqlite: SqliteConnection,
  publication: Publication,
  item: StagedItem,
  fresh: ReadonlySet<number>,
  changes: Changes,
): boolean {
  let { name } = item;
  const taken = fresh.has(item.dataset_id) ? undefined : itemByName(sqlite, item.dataset_id, name);
  if (taken !== undefined) {
    const { conflict } = publication;
    if (conflict === 'fail') {
      throw new SlyError('SLY_NOT_UNIQUE', {
        detail: `${JSON.stringify(name)}: somebody else added an item of this name while this one was imported`,
        hint: 'Nothing was imported. Retry, or choose another conflict policy.',
      });
    }
    if (conflict === 'skip') {
      removeItem(sqlite, item.id);
      return false;
    }
    if (conflict === 'replace') add(changes, item.dataset_id, -1, -removeItem(sqlite, taken));
    else name = freeItemName(sqlite, publication.id, { id: item.dataset_id, staged: false }, name);
  }
  statement<[string, number]>(sqlite, 'UPDATE items SET publication_id = NULL, name = ? WHERE id = ?').run(
    name,
    item.id,
  );
  add(changes, item.dataset_id, 1, item.size);
  return true;
}

/** Gives its size. */
function removeItem(sqlite: SqliteConnection, id: number): number {
  const row = statement<[number], { size: number }>(
    sqlite,
    'DELETE FROM items WHERE id = ? RETURNING size',
  ).get(id);
  return row?.size ?? 0;
}

function add(changes: Changes, datasetId: number, items: number, size: number): void {
  const change = changes.get(datasetId) ?? { items: 0, size: 0 };
  changes.set(datasetId, { items: change.items + items, size: change.size + size });
}

function renameLabels(sqlite: SqliteConnection, items: readonly StagedItem[], renames: Renames): void {
  const read = statement<[number], { json: string }>(
    sqlite,
    'SELECT json FROM annotations WHERE item_id = ?',
  );
  const write = statement<[string, number]>(sqlite, 'UPDATE annotations SET json = ? WHERE item_id = ?');
  const words = [...renames.classes.keys(), ...renames.tags.keys()].map((name) => JSON.stringify(name));
  for (const { id } of items) {
    const row = read.get(id);
    // Reading a large annotation costs far more than looking for the word.
    if (row === undefined || !words.some((word) => row.json.includes(word))) continue;
    const annotation = JSON.parse(row.json) as ImageAnnotation;
    if (!Array.isArray(annotation.objects) || !Array.isArray(annotation.tags)) continue;
    const renamed = renameInAnnotation(annotation, renames);
    if (renamed === annotation) continue;
    write.run(JSON.stringify(renamed), id);
    indexLabels(sqlite, [{ itemId: id, labels: labelsOf(renamed) }]);
  }
}
