/** Which of train, val and test an item goes to in an export. */
import type { Tag } from '../format/model.ts';

export const SPLITS = ['train', 'val', 'test'] as const;
export type Split = (typeof SPLITS)[number];

const NAMES: Record<string, Split> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
};

/** What a folder, dataset or tag of that name says; `train2017` and `val_480p` count. */
export function splitNamed(name: string): Split | undefined {
  const word = /^(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?)(?![a-z])/i.exec(name)?.[1];
  return word === undefined ? undefined : NAMES[word.toLowerCase()];
}

/**
 * By the item: a tag `split` with the value, a tag named train, val or test; else the last part of the dataset's
 * path that names one; else undefined.
 */
export function splitOfItem({
  dataset,
  annotation,
}: {
  dataset: string;
  annotation: { tags: readonly Tag[] };
}): Split | undefined {
  for (const { name, value } of annotation.tags) {
    if (
      name.toLowerCase() === 'split' &&
      typeof value === 'string' &&
      NAMES[value.toLowerCase()] !== undefined
    )
      return NAMES[value.toLowerCase()];
  }
  for (const { name } of annotation.tags)
    if (NAMES[name.toLowerCase()] !== undefined) return NAMES[name.toLowerCase()];
  return dataset
    .split('/')
    .map(splitNamed)
    .findLast((split) => split !== undefined);
}

/** What the words of a path say, the last one first: `WIDER_train/images/a.jpg`, `labels_images_val.json`. */
export function splitInPath(file: string): Split | undefined {
  return file
    .split(/[^A-Za-z0-9]+/)
    .map(splitNamed)
    .findLast((split) => split !== undefined);
}
