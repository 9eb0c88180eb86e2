/** Text files that belong to no picture: labels whose picture is gone, lists nobody named, anything else. */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { ImportContext, SourceFileEntry } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { looksLikeLabels } from './looks-like-labels.ts';

const HEAD_BYTES = 1024;
/** Of more, only the first are opened: a million of them are one mistake. */
const OPENED = 1000;

export async function reportStrays(
  { tree, report, signal }: ImportContext,
  strays: readonly SourceFileEntry[],
  book: ProblemBook,
): Promise<void> {
  for (const [i, { path: file, size }] of strays.entries()) {
    signal.throwIfAborted();
    const head = i < OPENED ? await tree.head(file, HEAD_BYTES) : undefined;
    if (head !== undefined && isList(head.toString('utf8'))) {
      await report.used(file, 'a list of pictures');
      continue;
    }
    const labels = head === undefined || size === 0 || looksLikeLabels(head, size) !== undefined;
    await report.skipped({
      file,
      code: labels ? 'SLY_NOT_FOUND' : 'SLY_FILE_UNUSED',
      message: labels
        ? 'expected a picture of the same name, got none'
        : 'expected lines of numbers (labels) or of paths (a list of pictures), got other text',
    });
  }
  await book.flush();
}

function isList(head: string): boolean {
  const [first = ''] = head.split(/\r?\n/);
  return isImageName(first.trim());
}
