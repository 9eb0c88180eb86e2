/** What the makers of labels are given, and how they say that something of an annotation is left out. */
import type { Tag } from '../../src/format/model.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { CategoryClasses } from './categories.ts';

export type RawAnnotation = Readonly<Record<string, unknown>>;

/** Where an annotation stands, for what is said of it. */
export interface AnnotationPlace {
  file: string;
  index: number;
}

export interface AnnotationContext {
  classes: CategoryClasses;
  size: Size;
  tags: Tag[];
  /** Key for labels of this annotation, asked for when there is more than one. */
  instance(): string;
  at: AnnotationPlace;
}

/** `kind` in the plural, for the count; `key` below the annotation; `message` is asked for when it is shown. */
export type Warn = (kind: string, at: AnnotationPlace, key: string, message: () => string) => void;

export function createWarn(book: Pick<ProblemBook, 'note'>): Warn {
  return (kind, at, key, message) =>
    book.note('warning', kind, () => ({
      file: at.file,
      place: `annotations[${at.index}].${key}`,
      code: 'SLY_FORMAT_INVALID',
      message: message(),
    }));
}
