/** Pictures on disk that no COCO file speaks of: items without labels, unless they may belong to a broken file. */
import { isJunk } from '../../src/format/project-folders.ts';
import { SlyError } from '../../src/lib/errors.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { stemOf } from '../../src/plugin-kit/match-images.ts';
import { checkPicture } from '../../src/plugin-kit/picture-check.ts';
import type { ImportContext } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { datasetFor } from './dataset-names.ts';
import type { ItemTable } from './item-table.ts';
import type { ImportOptions } from './options.ts';

export interface UndescribedOptions {
  items: ItemTable;
  described: ReadonlySet<string>;
  /** Pictures that hold the segments of others. */
  masks: ReadonlySet<string>;
  broken: readonly string[];
  options: Pick<ImportOptions, 'datasets' | 'badAnnotationFile'>;
  names: (dataset: string, name: string) => string;
  book: ProblemBook;
}

export async function importUndescribed(
  ctx: ImportContext,
  { items, described, masks, broken, options, names, book }: UndescribedOptions,
): Promise<void> {
  let known: Set<string> | undefined;
  const stems = (): Set<string> => {
    known ??= new Set([...described].map((file) => stemOf(baseName(file))));
    return known;
  };
  const left: string[] = [];
  for (const { path: file } of ctx.tree.files) {
    if (!isImageName(file) || described.has(file) || masks.has(file) || isJunk(baseName(file))) continue;
    if (MASK_FOLDER.test(file) && stems().has(stemOf(baseName(file))))
      await ctx.report.skipped({
        file,
        code: 'SLY_FILE_UNUSED',
        message: 'expected a panoptic JSON file that names this mask, got none; it is no picture of its own',
      });
    else left.push(file);
  }
  const [culprit] = broken;
  if (culprit !== undefined && options.badAnnotationFile === 'fail') {
    for (const file of left) {
      await ctx.report.skipped({
        file,
        code: 'SLY_FORMAT_JSON',
        message: `its labels may be in ${culprit}, which cannot be read`,
        hint: 'Repair the file, or set bad_annotation_file: skip to import such pictures without labels.',
      });
    }
    return;
  }
  if (left.length === 0) return;
  const { emptyAnnotation } = await import('../../src/format/annotation.ts');
  const datasets = datasetsOfFolders(items);
  for (const file of left) {
    ctx.signal.throwIfAborted();
    const picture = checkPicture(ctx.tree, file, book);
    if (picture instanceof SlyError) {
      const { code, detail: message } = picture;
      book.note('failed', 'files that are no pictures', () => ({ file, code, message }));
      continue;
    }
    book.note('warning', 'pictures that no COCO file describes', () => ({
      file,
      code: 'SLY_FORMAT_INVALID',
      message: 'expected an entry in images of a COCO file, got none; it is imported without labels',
    }));
    const dataset = datasets.get(folderOf(file)) ?? datasetFor(options.datasets, file, undefined);
    await ctx.project.add({
      dataset,
      name: names(dataset, baseName(file)),
      file,
      ...picture,
      annotation: emptyAnnotation({ height: picture.height, width: picture.width }),
    });
    await book.flush();
  }
}

/** Of COCO's own archives: `panoptic_val2017/`, `stuff_train2017_pixelmaps/` (the same as the run lengths beside it). */
const MASK_FOLDER = /(?:^|\/)(?:panoptic_[^/]*|[^/]*_pixelmaps)\/[^/]*\.png$/i;

/** A picture goes where its neighbours went. */
function datasetsOfFolders(items: ItemTable): Map<string, string> {
  const datasets = new Map<string, string>();
  for (let i = 0; i < items.count; i++) {
    const file = items.file(i);
    if (file === undefined) continue;
    const folder = folderOf(file);
    if (!datasets.has(folder)) datasets.set(folder, items.datasets[items.dataset(i)] ?? '');
  }
  return datasets;
}

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);
const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
