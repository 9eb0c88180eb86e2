/** One item into staged rows, with what belongs to it. Inside a transaction. */
import type { SegmentReply } from '../../../protocol/publish.ts';
import type { SqliteConnection } from '../database.ts';
import { shown } from '../entry-names.ts';
import { indexLabels } from '../item-labels.ts';
import { blobRow, insertItem, itemByName } from '../item-rows.ts';
import { statement } from '../statements.ts';
import type { PreparedItem } from './prepare-item.ts';
import type { LivePublication } from './publication-rows.ts';
import type { LabelStager } from './stage-labels.ts';
import { keyedItem, rememberKey } from './staged-keys.ts';
import {
  type DatasetStager,
  frameHolder,
  freeItemName,
  isStaged,
  type StagedDataset,
} from './staged-names.ts';

export type Outcome = Pick<SegmentReply['notes'][number], 'outcome' | 'message'>;

const failed = (message: string): Outcome => ({ outcome: 'failed', message });

/** The note says when it was not stored, or stored otherwise. */
export function createItemStager(
  sqlite: SqliteConnection,
  stage: { publication: LivePublication; datasets: DatasetStager; labels: LabelStager; now: number },
): (item: PreparedItem) => Outcome | undefined {
  const { publication, datasets, labels, now } = stage;
  const { conflict } = publication;
  const annotate = statement<[number, string, number, number]>(
    sqlite,
    'INSERT INTO annotations (item_id, json, subpixel, created_at, updated_at) VALUES (?, ?, 0, ?, ?)',
  );

  /** The name to store it under, or why it is not stored. */
  function nameFor(item: PreparedItem, dataset: StagedDataset): string | Outcome {
    const twin = isStaged(sqlite, publication.id, dataset.id, item.name);
    const taken = twin || (!dataset.staged && itemByName(sqlite, dataset.id, item.name) !== undefined);
    // Replacing is about what was there before: two files of one import both have a right to be stored.
    if (!taken || (conflict === 'replace' && !twin)) return item.name;
    const where = twin ? 'the same import has another one of this name' : 'the dataset has one already';
    const what = `${shown(item.name)} in ${shown(item.path)}: ${where}`;
    if (conflict === 'skip') return { outcome: 'skipped', message: what };
    if (conflict === 'fail') return failed(what);
    return freeItemName(sqlite, publication.id, dataset, item.name);
  }

  /** The frame of an episode is one cloud's; the one it replaces makes room. */
  function frameProblem(item: PreparedItem, dataset: StagedDataset): string | undefined {
    if (item.frame === null) return undefined;
    const replaced = conflict === 'replace' ? itemByName(sqlite, dataset.id, item.name) : undefined;
    const holder = frameHolder(sqlite, {
      ...{ datasetId: dataset.id, frame: item.frame, publicationId: publication.id },
      except: [replaced ?? 0],
    });
    if (holder === undefined) return undefined;
    return `${shown(item.name)} in ${shown(item.path)}: frame ${item.frame} is ${shown(holder.name)} already`;
  }

  function bytesProblem({ name, sha256, related }: PreparedItem): string | undefined {
    if (sha256 !== null && blobRow(sqlite, sha256) === undefined)
      return `${shown(name)}: its bytes (SHA-256 ${sha256}) are not stored`;
    const picture = related.find((one) => blobRow(sqlite, one.sha256) === undefined);
    if (picture === undefined) return undefined;
    return `${shown(name)}: the bytes of ${shown(picture.name)} (SHA-256 ${picture.sha256}) are not stored`;
  }

  function addRelated(itemId: number, datasetId: number, related: PreparedItem['related']): void {
    const insert = statement<[number, number, string, string, string, number, number]>(
      sqlite,
      `INSERT INTO related_images (dataset_id, item_id, name, sha256, meta, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { name, sha256, meta } of related) insert.run(datasetId, itemId, name, sha256, meta, now, now);
  }

  function addHead(itemId: number, datasetId: number, item: PreparedItem): string[] {
    if (item.head === null) return [];
    const { description, key } = item.head;
    // What the file says of itself has no other place.
    if (description !== '' || key !== undefined)
      annotate.run(itemId, JSON.stringify({ description, key }), now, now);
    return labels.head({ datasetId, itemId }, item.head);
  }

  function store(item: PreparedItem): { id: number | null; note?: Outcome } {
    const { key, sha256 } = item;
    if (key !== null && keyedItem(sqlite, publication.id, key) !== undefined)
      return { id: null, note: failed(`${shown(item.name)}: another item of this import has its key`) };
    const unstored = bytesProblem(item);
    if (unstored !== undefined) return { id: null, note: failed(unstored) };
    const dataset = datasets.of(item.parts);
    const name = nameFor(item, dataset);
    if (typeof name !== 'string') return { id: null, note: name };
    const clash = frameProblem(item, dataset);
    if (clash !== undefined) return { id: null, note: failed(clash) };
    const blob = sha256 === null ? undefined : blobRow(sqlite, sha256);
    const id = insertItem(sqlite, {
      projectId: publication.project_id,
      datasetId: dataset.id,
      type: publication.project_type,
      name,
      sha256,
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
    addRelated(id, dataset.id, item.related);
    const problems = addHead(id, dataset.id, item);
    const messages = [...(name === item.name ? [] : [`stored as ${name}`]), ...problems];
    return messages.length === 0
      ? { id }
      : { id, note: { outcome: 'renamed', message: messages.join('; ') } };
  }

  return (item) => {
    const { id, note } = store(item);
    if (item.key !== null)
      rememberKey(sqlite, publication.id, item.key, { item_id: id, frames: item.frames });
    return note;
  };
}
