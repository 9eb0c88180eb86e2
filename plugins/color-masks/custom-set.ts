/**
 * Colour masks of nobody's data set: the classes come from the option `legend` or from a file such as colors.txt, the
 * masks are found by their folder or by the end of their name.
 */

import { folderDataset } from '../../src/plugin-kit/datasets.ts';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { createStemMatcher, stemOf } from '../../src/plugin-kit/match-images.ts';
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createSourceTree } from '../../src/plugin-kit/source-tree.ts';
import type { DataSet } from './data-set.ts';
import { type ReadLegend, readLegend } from './legend-lines.ts';
import type { Pair } from './match-layout.ts';
import { orphansOf, type Plan } from './plan-pairs.ts';

const LEGEND_FILE =
  /(?:^|\/)(?:label_?colou?rs?|colou?rs?|labels?|class_?dict|classes|class_?colou?rs?|colou?r_?map|legend|palette)\.(?:txt|csv)$/i;
const MASK_FOLDER =
  /(?:^|[_-])(?:masks?|labels?|labell?ed|annotations?|annots?|anns?|gt|ground_?truths?|seg(?:mentations?)?|segmentationclass)(?:[_-](?:colou?rs?|rgb|png))?$/i;
const MASK_NAME =
  /[_-](?:masks?|labels?|gt|ground_?truth|seg(?:mentation)?|annotations?|annot|colou?r|rgb|L|m)$/i;
const MAX_LEGEND_BYTES = 1 << 20;
const BACKGROUND = /^_*back_?ground_*$/i;

export interface FoundLegend extends ReadLegend {
  /** Undefined for the option. */
  file?: string;
}

/** The best legend among the files: colours before numbers, fewer folders before more. */
export async function findLegend(tree: SourceTree): Promise<FoundLegend | undefined> {
  const files = tree.files.filter(({ path, size }) => LEGEND_FILE.test(path) && size <= MAX_LEGEND_BYTES);
  files.sort((a, b) => depth(a.path) - depth(b.path));
  let found: FoundLegend | undefined;
  for (const { path } of files.slice(0, 20)) {
    const read = readLegend(await tree.text(path));
    if (read.classes.length === 0 || read.faults.length > read.classes.length / 4) continue;
    if (read.numbers === 'colours') return { ...read, file: path };
    found ??= { ...read, file: path };
  }
  return found;
}

export function customSet({ numbers, classes }: ReadLegend): DataSet {
  const ground = classes.find(({ title }) => BACKGROUND.test(title));
  return {
    name: 'custom',
    title: 'the legend',
    layouts: [],
    read: { kind: 'grid' },
    legend: {
      numbers,
      classes: classes.filter((entry) => entry !== ground),
      ...(ground === undefined ? {} : { background: { ...ground, import: false } }),
      // What nobody painted is black in most tools.
      skip: [0],
      rest: { kind: 'unknown' },
    },
    objects: 'class',
  };
}

/** `folder`: name of the folder with the masks, empty = any that sounds like one. */
export function planCustom(tree: SourceTree, folder: string): Plan & { doubtful: string[] } {
  const masks: SourceFileEntry[] = [];
  const pictures: SourceFileEntry[] = [];
  for (const file of tree.files) {
    if (isImageName(file.path)) (isMask(file.path, folder) ? masks : pictures).push(file);
  }
  const match = createStemMatcher(createSourceTree(tree.root, pictures));
  const maskOf = new Map<string, string>();
  const doubtful: string[] = [];
  const orphans: string[] = [];
  for (const { path } of masks) {
    const stem = stemOf(path.slice(path.lastIndexOf('/') + 1));
    const within = path.slice(0, path.lastIndexOf('/') + 1);
    const found = match(within + stem, path) ?? match(within + stem.replace(MASK_NAME, ''), path);
    if (found === undefined || maskOf.has(found.file)) orphans.push(path);
    else {
      maskOf.set(found.file, path);
      if (found.rivals > 0) doubtful.push(path);
    }
  }
  const pairs = pictures.map(({ path: picture }): Pair => {
    const mask = maskOf.get(picture);
    return { picture, dataset: folderDataset(picture), ...(mask === undefined ? {} : { mask }) };
  });
  return { pairs, orphans: [...new Set([...orphans, ...orphansOf(pairs, tree)])].sort(), used: [], doubtful };
}

function isMask(path: string, folder: string): boolean {
  const folders = path.split('/').slice(0, -1);
  if (folder !== '') return path.startsWith(`${folder}/`) || folders.includes(folder);
  const name = stemOf(path.slice(path.lastIndexOf('/') + 1));
  return folders.some((part) => MASK_FOLDER.test(part)) || MASK_NAME.test(name);
}

const depth = (path: string): number => path.split('/').length;
