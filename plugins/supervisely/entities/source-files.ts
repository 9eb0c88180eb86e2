/** The files of the source as importing entities asks for them: sizes by path, and what lies beside an item. */
import { type BesideItems, createBesideItems } from '../../../src/format/beside-items.ts';
import type { SourceTree } from '../../../src/plugin-kit/plugin.ts';

export interface SourceFiles {
  /** Bytes; undefined when there is no such file. */
  size(file: string): number | undefined;
  readonly beside: BesideItems;
}

export function createSourceFiles({ files }: Pick<SourceTree, 'files'>): SourceFiles {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  return { size: (file) => sizes.get(file), beside: createBesideItems(sizes.keys()) };
}
