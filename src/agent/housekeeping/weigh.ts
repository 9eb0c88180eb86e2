/** How much lies in files and folders, precisely enough to see that something changed. */
import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { bytesOnDisk, visitFolder } from '../../lib/measure-folder.ts';

export interface Weight {
  bytes: number;
  entries: number;
  /** Ms since 1970 of the last change; 0 when there is nothing. */
  newestMs: number;
}

export async function weigh(files: readonly string[], signal: AbortSignal): Promise<Weight> {
  const weight: Weight = { bytes: 0, entries: 0, newestMs: 0 };
  const add = (stat: Stats): true => {
    weight.bytes += bytesOnDisk(stat);
    weight.entries++;
    weight.newestMs = Math.max(weight.newestMs, Math.round(stat.mtimeMs));
    return true;
  };
  for (const file of files) {
    const stat = await lstat(file).catch(() => undefined);
    if (stat === undefined) continue;
    add(stat);
    if (stat.isDirectory()) await visitFolder(file, { signal }, (_file, inside) => add(inside));
  }
  return weight;
}

export const isSame = (a: Weight, b: Weight): boolean =>
  a.bytes === b.bytes && a.entries === b.entries && a.newestMs === b.newestMs;
