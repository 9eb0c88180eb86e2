/** Which split a picture is in: by the folders and lists of a config, else by the names of its folders. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createImageMatcher } from '../../src/plugin-kit/match-images.ts';
import type { ImportContext, SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { type Split, splitNamed } from '../../src/plugin-kit/splits.ts';
import { configFor, folderOf, isBelow, type YoloConfig } from './config.ts';
import { findByEnd } from './read-darknet.ts';

export type DatasetMode = 'split' | 'folder' | 'one';

export interface Splits {
  /** Lists of pictures that were read: no labels. */
  lists: ReadonlySet<string>;
  datasetOf(picture: string): string;
}

const MAX_LIST_BYTES = 256 << 20;

export async function findSplits(
  ctx: ImportContext,
  configs: readonly YoloConfig[],
  { mode, book }: { mode: DatasetMode; book: ProblemBook },
): Promise<Splits> {
  const { tree } = ctx;
  const folders: { folder: string; split: Split }[] = [];
  const listed = new Map<string, Split>();
  const lists = new Set<string>();
  const there = createFolderTest(tree);
  const files = new Set(tree.files.filter(({ path }) => /\.txt$/i.test(path)).map(({ path }) => path));
  const match = createImageMatcher(tree);

  async function readList(file: string, split: Split): Promise<void> {
    lists.add(file);
    const text = await tree.text(file, MAX_LIST_BYTES);
    let missing = 0;
    let count = 0;
    for (const line of text.split('\n')) {
      const written = line.trim();
      if (written === '') continue;
      count++;
      const picture = match(written, file)?.file;
      if (picture === undefined || !isImageName(picture)) missing++;
      else put(picture, split);
    }
    await ctx.report.used(file, `YOLO: ${count} pictures of ${split}`);
    if (missing > 0) {
      await ctx.report.warning({
        file,
        code: 'SLY_NOT_FOUND',
        message: `expected ${count} pictures among the files, got ${count - missing} of them`,
      });
    }
  }

  function put(picture: string, split: Split): void {
    const known = listed.get(picture);
    if (known === undefined) listed.set(picture, split);
    else if (known !== split) {
      book.note('warning', 'pictures in two splits', () => ({
        file: picture,
        code: 'SLY_FORMAT_INVALID',
        message: `expected the picture in one split, got it in ${known} and ${split}; ${known} counts`,
      }));
    }
  }

  for (const config of configs) {
    for (const { split, entries } of config.splits) {
      for (const entry of entries) {
        const found = config.folders
          .map((folder) => findByEnd(entry, folder, (path) => there(path) || files.has(path)))
          .find((path) => path !== undefined);
        if (found !== undefined && files.has(found)) await readList(found, split);
        else if (found !== undefined) folders.push({ folder: found, split });
        else if (!/^[a-z]+:\/\//i.test(entry)) {
          await ctx.report.warning({
            file: config.file,
            place: split,
            code: 'SLY_NOT_FOUND',
            message: `expected a folder or a list of pictures among the files, got ${JSON.stringify(entry)}; the names of the folders say the split`,
          });
        }
      }
    }
  }

  const several = new Set(configs.filter(({ rank }) => rank < 2).map(({ file }) => file)).size > 1;
  const byFolder = new Map<string, string>();

  function datasetOfFolder(folder: string): string {
    let best: { split: Split; depth: number } | undefined;
    for (const one of folders)
      if ((best === undefined || one.folder.length > best.depth) && isBelow(`${folder}/`, one.folder))
        best = { split: one.split, depth: one.folder.length };
    const split = best?.split ?? splitOfFolders(folder);
    return split === undefined ? folderDataset(`${folder}/x`) : withRoot(folder, split);
  }

  /** Two datasets in one source keep apart. */
  function withRoot(folder: string, split: Split): string {
    const root = several ? (configFor(configs, `${folder}/`)?.folders[0] ?? '') : '';
    return root === '' ? split : `${root}/${split}`;
  }

  return {
    lists,
    datasetOf(picture) {
      if (mode === 'one') return ONLY_DATASET;
      if (mode === 'folder') return folderDataset(picture);
      const folder = folderOf(picture);
      const split = listed.get(picture);
      if (split !== undefined) return withRoot(folder, split);
      let dataset = byFolder.get(folder);
      if (dataset === undefined) {
        dataset = datasetOfFolder(folder);
        byFolder.set(folder, dataset);
      }
      return dataset;
    },
  };
}

function splitOfFolders(folder: string): Split | undefined {
  return folder
    .split('/')
    .map(splitNamed)
    .findLast((split) => split !== undefined);
}

/** Whether a path is a folder of the tree. */
function createFolderTest(tree: SourceTree): (path: string) => boolean {
  const folders = new Set(['']);
  let last = '';
  for (const { path } of tree.files) {
    const folder = folderOf(path);
    if (folder === last) continue;
    last = folder;
    for (let at = folder; at !== '' && !folders.has(at); at = folderOf(at)) folders.add(at);
  }
  return (path) => folders.has(path);
}
