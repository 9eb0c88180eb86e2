/**
 * The way of a picture with labels into the project, the same for every importer: look at the picture, check its
 * labels, give it a name nobody has, crop to its border, add. Knows which pictures were added, so that the rest
 * can follow without labels and every file is accounted for. What cannot be read of an annotation goes through
 * `fault`, where the option `bad_annotation` decides what becomes of it.
 */
import { cropAnnotation } from '../format/crop.ts';
import type { ImageAnnotation, Label, OpaqueLabel, Tag } from '../format/model.ts';
import { isJunk } from '../format/project-folders.ts';
import type { ErrorCodeName } from '../lib/error-codes.ts';
import { SlyError } from '../lib/errors.ts';
import { createNames, folderDataset } from './datasets.ts';
import { isImageName } from './image-kinds.ts';
import { checkPicture } from './picture-check.ts';
import type { ImportContext, NewItem, Problem } from './plugin.ts';
import { createProblemBook, type ProblemBook } from './problem-book.ts';

export interface LookedAt {
  /** Path in the tree. */
  file: string;
  /** The bytes are not `file` but this one below `results/` (a picture that was inside of `file`). */
  result?: string;
  /** Bytes `[start, end)` of `file`, when the picture is only a part of it. */
  range?: readonly [start: number, end: number];
  /** Pixels as stored. */
  width: number;
  height: number;
  mime: string;
}

export interface LabelledItem {
  dataset: string;
  /** With extension; absent = the file's base name. Made unique in the dataset. */
  name?: string;
  labels: (Label | OpaqueLabel)[];
  tags?: Tag[];
  meta?: Record<string, unknown>;
  /** Description of the whole annotation. */
  description?: string;
}

export interface LabelledItems {
  readonly book: ProblemBook;
  /** Header of the picture; undefined when it is none: it is reported as failed then, with its reason. */
  look(file: string): LookedAt | undefined;
  /**
   * Part of an annotation (or all of it) cannot be used. `kind` in the plural, for the count. With `bad_annotation`
   * skip-annotation a warning; skip-item: the item added next is left out as well; stop: throws.
   */
  fault(kind: string, describe: () => Problem): void;
  /** Labels are cropped to the picture; those fully outside are left out with a word in the book. */
  add(picture: LookedAt, item: LabelledItem): Promise<void>;
  /** Says that a picture will not become an item (reported otherwise), so that `addRest` leaves it alone. */
  claim(file: string): void;
  /**
   * Every picture of the tree that was neither added nor claimed becomes an item without labels, with a warning
   * that says `lacks` ("a label file"). `datasetOf` undefined = its folder.
   */
  addRest(lacks: string, datasetOf?: (file: string) => string): Promise<void>;
  /** Counts of what was not shown. Call it last. Throws SLY_PUBLISH_NOTHING when not one item was added. */
  finish(): Promise<void>;
}

export type BadAnnotation = 'skip-annotation' | 'skip-item' | 'stop';

export function createLabelledItems(ctx: ImportContext): LabelledItems {
  const { tree, report, project, signal } = ctx;
  const policy = ctx.options.bad_annotation as BadAnnotation | undefined;
  const book = createProblemBook(report);
  const names = createNames();
  const taken = new Set<string>();
  const refused = new Set<string>();
  let added = 0;
  let fault: Problem | undefined;

  function look(file: string): LookedAt | undefined {
    if (refused.has(file)) return undefined;
    const picture = checkPicture(tree, file, book);
    if (!(picture instanceof SlyError)) return { file, ...picture };
    refused.add(file);
    const { code, detail: message } = picture;
    book.note('failed', 'files that are no pictures', () => ({ file, code, message }));
    return undefined;
  }

  function cropped(picture: LookedAt, item: LabelledItem): ImageAnnotation {
    const { width, height } = picture;
    const { annotation, dropped } = cropAnnotation({
      description: item.description ?? '',
      size: { height, width },
      tags: item.tags ?? [],
      objects: item.labels,
    });
    for (const { severity, place, code, message } of dropped) {
      const gone = severity === 'dropped';
      const kind = gone ? 'labels outside of their picture' : 'labels cut at the border of their picture';
      book.note('warning', kind, () => ({ file: picture.file, place, code, message }));
    }
    return annotation;
  }

  const items: LabelledItems = {
    book,
    look,
    fault(kind, describe) {
      if (policy === 'stop') {
        const { file, place, code, message, hint } = describe();
        throw new SlyError(code as ErrorCodeName, {
          detail: place === undefined ? message : `${place}: ${message}`,
          ...(file === undefined ? {} : { file }),
          ...(hint === undefined ? {} : { hint }),
        });
      }
      if (policy === 'skip-item') fault ??= describe();
      else book.note('warning', kind, describe);
    },
    async add(picture, item) {
      signal.throwIfAborted();
      taken.add(picture.file);
      const bad = fault;
      fault = undefined;
      if (bad !== undefined) {
        const where = [bad.file, bad.place].filter((part) => part !== undefined).join(' ');
        await report.skipped({
          file: picture.file,
          code: bad.code,
          message: where === '' ? bad.message : `${where}: ${bad.message}`,
          hint: 'Set bad_annotation: skip-annotation to import it with what is good.',
        });
        return;
      }
      const { file, result, range, width, height, mime } = picture;
      const wanted = item.name ?? file.slice(file.lastIndexOf('/') + 1);
      const made: NewItem = {
        dataset: item.dataset,
        name: names(item.dataset, wanted),
        ...(result === undefined ? { file } : { result }),
        ...(range === undefined ? {} : { range }),
        mime,
        width,
        height,
        annotation: cropped(picture, item),
        ...(item.meta === undefined ? {} : { meta: item.meta }),
      };
      await book.flush();
      await project.add(made);
      added++;
    },
    claim: (file) => void taken.add(file),
    async addRest(lacks, datasetOf = folderDataset) {
      for (const { path: file } of tree.files) {
        const base = file.slice(file.lastIndexOf('/') + 1);
        if (!isImageName(file) || taken.has(file) || refused.has(file) || isJunk(base)) continue;
        const picture = look(file);
        if (picture === undefined) continue;
        book.note('warning', `pictures without ${lacks}`, () => ({
          file,
          code: 'SLY_FORMAT_INVALID',
          message: `expected ${lacks} for this picture, got none; it is imported without labels`,
        }));
        await items.add(picture, { dataset: datasetOf(file), labels: [] });
      }
    },
    async finish() {
      await book.finish();
      if (added > 0) return;
      throw new SlyError('SLY_PUBLISH_NOTHING', {
        detail:
          'expected at least one picture that can be imported, got none; the report says why for each file',
      });
    },
  };
  return items;
}
