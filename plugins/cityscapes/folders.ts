/** What the folders of a picture say: `leftImg8bit/train/aachen`. */
import { ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';
import { type Split, splitNamed } from '../../src/plugin-kit/splits.ts';
import type { ImportOptions } from './options.ts';

/** Of the folders from the top: `leftImg8bit/train/aachen`. */
export function splitOf(file: string): Split | undefined {
  return foldersOf(file)
    .map(splitNamed)
    .find((split) => split !== undefined);
}

const NO_DATASET = /^(?:leftImg8bit\w*|gtFine|gtCoarse|images?|img)$/i;

export function datasetOf(file: string, datasets: ImportOptions['datasets']): string {
  if (datasets === 'one') return ONLY_DATASET;
  if (datasets === 'split') return splitOf(file) ?? ONLY_DATASET;
  const folders = foldersOf(file).filter((folder) => !NO_DATASET.test(folder));
  return folders.length > 0 ? folders.join('/') : ONLY_DATASET;
}

const foldersOf = (file: string): string[] => file.split('/').slice(0, -1);
