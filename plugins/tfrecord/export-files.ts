/** Which record file an item goes to, and in which of its shards: those are filled one after the other. */
import type { ArchiveWriter, ExportedItem, ExportedProject } from '../../src/plugin-kit/plugin.ts';
import { splitOfItem } from '../../src/plugin-kit/splits.ts';
import type { Crc32c } from './crc32c.ts';
import { openRecordFile, type RecordWriter } from './record-writer.ts';

export interface ExportFiles {
  writerFor(item: ExportedItem): Promise<RecordWriter>;
  /** Ends all files, and makes shards that got no item: readers count on all of them. */
  end(): Promise<void>;
}

export interface ExportFilesOptions {
  by: 'dataset' | 'split';
  shards: number;
  crc: Crc32c;
  isWanted: (item: ExportedItem) => boolean;
}

interface Target {
  /** Items that will come. */
  total: number;
  done: number;
  shard: number;
  writer: RecordWriter | undefined;
}

export async function planExportFiles(
  { project, archive }: { project: ExportedProject; archive: ArchiveWriter },
  { by, shards, crc, isWanted }: ExportFilesOptions,
): Promise<ExportFiles> {
  const targets = new Map<string, Target>();
  /** Those with an open file. */
  const unended = new Map<string, Target>();
  const nameOf = (item: ExportedItem): string =>
    by === 'split' ? (splitOfItem(item) ?? item.dataset) : item.dataset;
  const targetOf = (item: ExportedItem): Target => {
    const name = nameOf(item);
    let target = targets.get(name);
    if (target === undefined) {
      target = { total: 0, done: 0, shard: 0, writer: undefined };
      targets.set(name, target);
    }
    return target;
  };
  // What is not known to be complete would have to stay open, and there may be thousands of datasets.
  for await (const item of project.items()) if (isWanted(item)) targetOf(item).total++;

  const open = (name: string, shard: number): Promise<RecordWriter> =>
    openRecordFile(archive, `${name}.tfrecord${shards === 1 ? '' : shardEnding(shard, shards)}`, crc);

  async function moveTo(name: string, target: Target, shard: number): Promise<RecordWriter> {
    while (target.writer === undefined || target.shard < shard) {
      if (target.writer !== undefined) {
        await target.writer.end();
        target.shard++;
      }
      target.writer = await open(name, target.shard);
    }
    return target.writer;
  }

  return {
    async writerFor(item) {
      const target = targetOf(item);
      const shard = shards === 1 ? 0 : Math.floor((target.done * shards) / Math.max(1, target.total));
      target.done++;
      for (const [name, other] of unended)
        if (other !== target && other.done >= other.total) await finish(name, other);
      unended.set(nameOf(item), target);
      return moveTo(nameOf(item), target, Math.min(shard, shards - 1));
    },
    async end() {
      for (const [name, target] of targets) await finish(name, target);
    },
  };

  async function finish(name: string, target: Target): Promise<void> {
    if (target.shard >= shards) return;
    const writer = await moveTo(name, target, shards - 1);
    await writer.end();
    target.shard = shards;
    target.writer = undefined;
    unended.delete(name);
  }
}

function shardEnding(shard: number, shards: number): string {
  return `-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`;
}
