/** Every file below a folder as the pipeline counts it: to be imported, left out, or refused. */
import { errnoOf, SlyError } from '../../lib/errors.ts';
import type { Progress, ReportLine } from '../../protocol/task.ts';
import type { SourceFile, SourceTree } from '../ports/sources.ts';
import { leftOutByName, refusedByKind, refusedByMode } from './left-out.ts';
import { type WalkEntry, walkFolder } from './walk-folder.ts';

const PROGRESS_MS = 250;

/** Throws SLY_SOURCE_UNREADABLE when the folder itself cannot be read. */
export async function readSourceTree(
  root: string,
  options: { signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<SourceTree> {
  const files: SourceFile[] = [];
  const refused: ReportLine[] = [];
  const wayIn = (entry: WalkEntry): ReportLine | undefined =>
    leftOutByName(entry.path, entry.name) ?? refusedByKind(entry) ?? refusedByMode(entry);
  const walk = walkFolder(root, { signal: options.signal, enter: (entry) => wayIn(entry) === undefined });
  let toldAt = performance.now();
  try {
    for await (const batch of walk) {
      for (const entry of batch) {
        const line = wayIn(entry);
        if (line !== undefined) refused.push(line);
        else if (entry.kind === 'file') {
          const { path, size, mtimeNs, inode } = entry;
          files.push({ path, size, mtimeNs, inode });
        }
      }
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      options.onProgress({ phase: 'looking', items: { done: files.length } });
    }
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR')
      throw new SlyError('SLY_SOURCE_GONE', { detail: `${root} is not there any more`, cause: error });
    if (errno !== 'EACCES' && errno !== 'EPERM') throw error;
    throw new SlyError('SLY_SOURCE_UNREADABLE', {
      detail: `${root} cannot be read by the agent`,
      hint: `Let others read it: chmod -R o+rX ${JSON.stringify(root)}`,
      cause: error,
    });
  }
  return { root, files, refused };
}
