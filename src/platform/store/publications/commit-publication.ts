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
import type { SqliteConnection } from '../database.ts';
import { addToCounters } from '../item-counters.ts';
import { indexLabels, labelsOf } from '../item-labels.ts';
import { itemByName } from '../item-rows.ts';
import { readProjectMeta, writeProjectMeta } from '../project-meta.ts';
import { statement } from '../statements.ts';
import { inPieces } from './in-pieces.ts';
import { type LivePublication, livePublication } from './publication-rows.ts';
import { removeJoined, type ShownDatasets, showDatasets } from './show-datasets.ts';
import { showFigures, showLabels } from './show-labels.ts';
import { forgetKeys } from './staged-keys.ts';
import { frameHolder, freeItemName } from './staged-names.ts';

const ITEMS_AT_ONCE = 1000;

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
  const datasets = showDatasets(sqlite, publication, now);
  const changes: Changes = new Map();
  const next = statement<[number, number], StagedItem>(
    sqlite,
    `SELECT id, dataset_id, name, size FROM items WHERE publication_id = ? ORDER BY dataset_id, name LIMIT ?`,
  );
  const isOfImages = publication.project_type === 'images';
  const hasRenames = renames.classes.size > 0 || renames.tags.size > 0;
  let items = 0;
  let skipped = false;
  // What is shown is no longer staged: the first rows are always the next ones.
  for (;;) {
    const batch = next.all(publicationId, hasRenames ? ITEMS_AT_ONCE / 10 : ITEMS_AT_ONCE);
    if (batch.length === 0) break;
    for (const item of batch) {
      if (await showItem(sqlite, publication, item, datasets, changes)) items++;
      else skipped = true;
    }
    if (hasRenames && isOfImages) renameLabels(sqlite, batch, renames);
    await yieldToLoop();
  }
  await showLabels(sqlite, { publication, datasets, renames, skipped });
  removeJoined(sqlite, datasets);
  await inPieces((limit) => forgetKeys(sqlite, publicationId, limit));
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

function replyOf(publication: LivePublication): CommitReply {
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

/** False when the policy leaves it out after all. */
async function showItem(
  sqlite: SqliteConnection,
  publication: LivePublication,
  item: StagedItem,
  datasets: ShownDatasets,
  changes: Changes,
): Promise<boolean> {
  let { name } = item;
  const isFresh = datasets.fresh.has(item.dataset_id);
  const taken = isFresh ? undefined : itemByName(sqlite, item.dataset_id, name);
  if (taken !== undefined) {
    const { conflict } = publication;
    if (conflict === 'fail') throw meanwhile(`an item of the name ${JSON.stringify(name)}`);
    if (conflict === 'skip') {
      await removeItem(sqlite, item.id);
      return false;
    }
    if (conflict === 'replace') add(changes, item.dataset_id, -1, -(await removeItem(sqlite, taken)));
    else name = freeItemName(sqlite, publication.id, { id: item.dataset_id, staged: false }, name);
  }
  if (publication.project_type === 'point_cloud_episodes' && !isFresh) assertFrameFree(sqlite, item);
  statement<[string, number]>(sqlite, 'UPDATE items SET publication_id = NULL, name = ? WHERE id = ?').run(
    name,
    item.id,
  );
  if (publication.project_type !== 'images') await showFigures(sqlite, item, datasets);
  add(changes, item.dataset_id, 1, item.size);
  return true;
}

/** When it was staged the frame was free. */
function assertFrameFree(sqlite: SqliteConnection, { id, dataset_id }: StagedItem): void {
  const row = statement<[number], { frame: number | null }>(
    sqlite,
    `SELECT json_extract(meta, '$.frame') AS frame FROM items WHERE id = ?`,
  ).get(id);
  const frame = row?.frame ?? null;
  if (frame === null) return;
  const holder = frameHolder(sqlite, { datasetId: dataset_id, frame, publicationId: null, except: [id] });
  if (holder !== undefined) throw meanwhile(`frame ${frame} (${JSON.stringify(holder.name)})`);
}

const meanwhile = (what: string): SlyError =>
  new SlyError('SLY_NOT_UNIQUE', {
    detail: `somebody else added ${what} while it was imported`,
    hint: 'Nothing was imported. Retry, or choose another conflict policy.',
  });

/** Gives its size. */
async function removeItem(sqlite: SqliteConnection, id: number): Promise<number> {
  const figures = statement<[number, number]>(
    sqlite,
    'DELETE FROM figures WHERE id IN (SELECT id FROM figures WHERE item_id = ? LIMIT ?)',
  );
  await inPieces((limit) => figures.run(id, limit).changes);
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
