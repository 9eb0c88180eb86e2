/**
 * One segment into staged rows. Lines are checked as they come in and held in their stored form; the rows are
 * then written in one short transaction, so that a slow sender keeps nobody from the database.
 */
import { setImmediate as yieldToLoop } from 'node:timers/promises';
import type { PublishLine, SegmentReply } from '../../../protocol/publish.ts';
import type { Database, SqliteConnection } from '../database.ts';
import { shown } from '../entry-names.ts';
import type { LookAtBytes } from '../repositories/publications.ts';
import { statement } from '../statements.ts';
import { type PreparedLine, prepareLine } from './prepare-line.ts';
import { type LivePublication, livePublication, type PublicationRow } from './publication-rows.ts';
import { createFigureStager } from './stage-figures.ts';
import { createItemStager, type Outcome } from './stage-item.ts';
import { createLabelStager } from './stage-labels.ts';
import { rememberKey } from './staged-keys.ts';
import { createDatasetStager } from './staged-names.ts';

type Note = SegmentReply['notes'][number];

/** Rows between two looks at what else waits in this process. */
const ROWS_AT_ONCE = 500;
const LINES_AT_ONCE = 200;

interface Segment {
  publicationId: number;
  number: number;
  lines: AsyncIterable<PublishLine>;
  look: LookAtBytes | undefined;
  now: () => number;
}

export async function stageSegment(db: Database, segment: Segment): Promise<SegmentReply> {
  const { publicationId, number } = segment;
  const before = await db.transaction((sqlite) => {
    const publication = livePublication(sqlite, publicationId);
    return { publication, known: knownReply(sqlite, publication, number) };
  });
  if (before.known !== undefined) return before.known;

  const prepared: PreparedLine[] = [];
  for await (const line of segment.lines) {
    prepared.push(await prepareLine(line, before.publication.project_type, segment.look));
    if (prepared.length % LINES_AT_ONCE === 0) await yieldToLoop();
  }

  return db.transaction(async (sqlite) => {
    const publication = livePublication(sqlite, publicationId);
    const known = knownReply(sqlite, publication, number);
    if (known !== undefined) return known;
    const now = segment.now();
    const stage = createStager(sqlite, publication, now);
    const notes: Note[] = [];
    let stored = 0;
    let rows = 0;
    for (const [line, one] of prepared.entries()) {
      const outcomes = stage(one);
      notes.push(...outcomes.map((outcome) => ({ line, ...outcome })));
      if (one.kind === 'item' && outcomes.every(({ outcome }) => outcome === 'renamed')) stored++;
      rows += one.kind === 'figures' ? one.figures.figures.length : 1;
      if (rows < ROWS_AT_ONCE) continue;
      rows = 0;
      await yieldToLoop();
    }
    const reply: SegmentReply = { stored, notes };
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

/** Puts one line; says what was not stored, or stored otherwise. */
function createStager(
  sqlite: SqliteConnection,
  publication: LivePublication,
  now: number,
): (line: PreparedLine) => Outcome[] {
  const { id: publicationId, project_type: projectType } = publication;
  const datasets = createDatasetStager(sqlite, publication, now);
  const labels = createLabelStager(sqlite, { publicationId, projectType, now });
  const stageItem = createItemStager(sqlite, { publication, datasets, labels, now });
  const stageFigures = createFigureStager(sqlite, { publicationId, labels, now });

  return (line) => {
    switch (line.kind) {
      case 'item': {
        const note = stageItem(line.item);
        return note === undefined ? [] : [note];
      }
      case 'figures':
        return stageFigures(line.figures).map(failed);
      case 'episode': {
        const { id, staged } = datasets.of(line.parts);
        if (staged && line.head.description !== '') describe(sqlite, id, line.head.description);
        const problems = labels.head({ datasetId: id, itemId: null }, line.head);
        return problems.map((problem) => failed(`episode ${shown(line.parts.join('/'))}: ${problem}`));
      }
      case 'refused':
        if (line.key !== undefined)
          rememberKey(sqlite, publicationId, line.key, { item_id: null, frames: null });
        return [failed(line.problem)];
    }
  };
}

const failed = (message: string): Outcome => ({ outcome: 'failed', message });

/** What is said of an episode is said of its dataset. */
function describe(sqlite: SqliteConnection, datasetId: number, description: string): void {
  statement<[string, number]>(sqlite, 'UPDATE datasets SET description = ? WHERE id = ?').run(
    description,
    datasetId,
  );
}
