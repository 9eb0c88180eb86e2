/** Whether the file of an item is a picture, and how large. */
import { type SlyError, toSlyError } from '../lib/errors.ts';
import { nameMismatch, type ProbedImage, probeImage } from './image-probe.ts';
import type { SourceTree } from './plugin.ts';
import type { ProblemBook } from './problem-book.ts';

export type Picture = Pick<ProbedImage, 'width' | 'height' | 'mime'>;

/** An error is for the caller to report; what is odd, but a picture, is said here. */
export function checkPicture(
  tree: Pick<SourceTree, 'locate'>,
  file: string,
  book: Pick<ProblemBook, 'note'>,
): Picture | SlyError {
  try {
    const { kind, mime, width, height, complete } = probeImage(tree.locate(file));
    if (!complete) {
      book.note('warning', 'pictures that end too early', () => ({
        file,
        code: 'SLY_IMAGE_UNREADABLE',
        message: 'expected the end of the picture, got the end of the file; it may show in part',
      }));
    }
    const mismatch = nameMismatch(file, kind);
    if (mismatch !== undefined) {
      book.note('warning', 'pictures with a name of another kind', () => ({
        file,
        code: 'SLY_FORMAT_INVALID',
        message: mismatch,
      }));
    }
    return { width, height, mime };
  } catch (error) {
    return toSlyError(error);
  }
}
