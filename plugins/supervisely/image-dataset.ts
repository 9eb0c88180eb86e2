/** The pictures of one dataset, a few at a time, written in the order of the source. */
import type { FoundDataset } from '../../src/format/project-tree.ts';
import type { ImportContext, NewItem } from '../../src/plugin-kit/plugin.ts';
import type { ItemReader } from './item-reader.ts';

/** Items that are read at once; they are written in order. */
const PARALLEL = 16;

/** `name`: of the dataset in the project that is written. `onItems` is told how many more are done. */
export async function importImageDataset(
  ctx: ImportContext,
  dataset: FoundDataset,
  name: string,
  { reader, onItems }: { reader: ItemReader; onItems(count: number): void },
): Promise<void> {
  for (let at = 0; at < dataset.items.length; at += PARALLEL) {
    ctx.signal.throwIfAborted();
    const batch = dataset.items.slice(at, at + PARALLEL);
    const read = await Promise.all(batch.map((item) => reader.read(item)));
    for (const one of read) {
      const item: NewItem | undefined = await reader.settle(one, name);
      if (item !== undefined) await ctx.project.add(item);
    }
    onItems(batch.length);
  }
}
