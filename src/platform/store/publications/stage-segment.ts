/**
 * One segment into staged rows. Lines are checked as they come in and held in their stored form; the rows are
 * then written in one short transaction, so that a slow sender keeps nobody from the database.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { PublishItem, SegmentReply } from '../../../protocol/publish.ts';
import type { Database, SqliteConnection } from '../database.ts';
import { shown } from '../entry-names.ts';
import { indexLabels } from '../item-labels.ts';
import { blobRow, insertItem, itemByName } from '../item-rows.ts';
import { statement } from '../statements.ts';
import { type PreparedItem, prepareItem } from './prepare-item.ts';
import { livePublication, type PublicationRow } from './publication-rows.ts';
import { freeItemName, isStaged, type StagedDataset, stageDataset } from './staged-names.ts';

type Publication = ReturnType<typeof livePublication>;
type Note = SegmentReply['notes'][number];

/** Rows between two looks at what else waits in this process. */
const ROWS_AT_ONCE = 500;
const LINES_AT_ONCE = 200;

export async function stageSegment(
  db: Database,
  segment: { publicationId: number; number: number; items: AsyncIterable<PublishItem>; now: () => number },
): Promise<SegmentReply> {
  const { publicationId, number } = segment;
  const before = await db.transaction((sqlite) => {
    const publication = livePublication(sqlite, publicationId);
    return { publication, known: knownReply(sqlite, publication, number) };
  });
  if (before.known !== undefined) return before.known;

  const notes: Note[] = [];
  const prepared: { line: number; item: PreparedItem }[] = [];
  let line = 0;
  for await (const item of segment.items) {
    const ready = prepareItem(item, before.publication.project_type);
    if ('problem' in ready) notes.push({ line, outcome: 'failed', message: ready.problem });
    else prepared.push({ line, item: ready });
    if (++line % LINES_AT_ONCE === 0) await yieldToLoop();
  }

  return db.transaction(async (sqlite) => {
    const publication = livePublication(sqlite, publicationId);
    const known = knownReply(sqlite, publication, number);
    if (known !== undefined) return known;
    const now = segment.now();
    const stage = createStager(sqlite, publication, now);
    let stored = 0;
    for (const [at, { line: place, item }] of prepared.entries()) {
      const note = stage(item);
      if (note !== undefined) notes.push({ line: place, ...note });
      if (note === undefined || note.outcome === 'renamed') stored++;
      if (at % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await yieldToLoop();
    }
    const reply: SegmentReply = { stored, notes: notes.sort((a, b) => a.line - b.line) };
    statement<[number, number, string, number]>(
      sqlite,
      'INSERT INTO publication_segments (publication_id, number, reply, created_at) VALUES (?, ?, ?, ?)',
    ).run(publicationId, number, JSON.stringify(reply), now);
    statement<[number, number, number]>(
      sqlite,
      'UPDATE publications SET items = items + ?, updated_at = ? WHERE id = ?',
    ).run(stored, now, publicationId);
    return reply;
  });
}

/** The reply of the first time; a committed publication takes nothing more. */
function knownReply(
  sqlite: SqliteConnection,
  publication: PublicationRow,
  number: number,
): SegmentReply | undefined {
  const row = statement<[number, number], { reply: string }>(
    sqlite,
    'SELECT reply FROM publication_segments WHERE publication_id = ? AND number = ?',
  ).get(publication.id, number);
  if (row !== undefined) return JSON.parse(row.reply) as SegmentReply;
  return publication.state === 'committed' ? { stored: 0, notes: [] } : undefined;
}

/** Puts one item; the note says when it was not stored, or stored otherwise. */
function createStager(
  sqlite: SqliteConnection,
  publication: Publication,
  now: number,
): (item: PreparedItem) => Omit<Note, 'line'> | undefined {
  const datasets = new Map<string, StagedDataset>();
  const annotate = statement<[number, string, number, number]>(
    sqlite,
    'INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at) VALUES (?, ?, 0, ?, ?)',
  );

  function datasetOf(item: PreparedItem): StagedDataset {
    let dataset = datasets.get(item.path);
    if (dataset === undefined) {
      dataset = stageDataset(sqlite, publication, item.parts, now);
      datasets.set(item.path, dataset);
    }
    return dataset;
  }

  /** The name to store it under, or why it is not stored. */
  function nameFor(item: PreparedItem, dataset: StagedDataset): string | Omit<Note, 'line'> {
    const { conflict } = publication;
    const twin = isStaged(sqlite, publication.id, dataset.id, item.name);
    const taken = twin || (!dataset.staged && itemByName(sqlite, dataset.id, item.name) !== undefined);
    // Replacing is about what was there before: two files of one import both have a right to be stored.
    if (!taken || (conflict === 'replace' && !twin)) return item.name;
    const where = twin ? 'the same import has another one of this name' : 'the dataset has one already';
    const what = `${shown(item.name)} in ${shown(item.path)}: ${where}`;
    if (conflict === 'skip') return { outcome: 'skipped', message: what };
    if (conflict === 'fail') return { outcome: 'failed', message: what };
    return freeItemName(sqlite, publication.id, dataset, item.name);
  }

  return (item) => {
    const blob = item.sha256 === null ? undefined : blobRow(sqlite, item.sha256);
    if (item.sha256 !== null && blob === undefined)
      return {
        outcome: 'failed',
        message: `${shown(item.name)}: its bytes (SHA-256 ${item.sha256}) are not stored`,
      };
    const dataset = datasetOf(item);
    const name = nameFor(item, dataset);
    if (typeof name !== 'string') return name;
    const id = insertItem(sqlite, {
      projectId: publication.project_id,
      datasetId: dataset.id,
      type: publication.project_type,
      name,
      sha256: item.sha256,
      link: item.link,
      size: blob?.size ?? item.size,
      mime: item.mime ?? blob?.mime ?? null,
      width: item.width ?? blob?.width ?? null,
      height: item.height ?? blob?.height ?? null,
      meta: item.meta,
      customSort: null,
      publicationId: publication.id,
      now,
    });
    if (item.annotation !== null) {
      annotate.run(id, item.annotation.json, now, now);
      indexLabels(sqlite, [{ itemId: id, labels: item.annotation.labels }]);
    }
    return name === item.name ? undefined : { outcome: 'renamed', message: `stored as ${name}` };
  };
}
