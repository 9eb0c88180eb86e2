/** Which dataset an image belongs to: by the name of its COCO file or by its folders. */
import { folderDataset, ONLY_DATASET } from '../../src/plugin-kit/datasets.ts';

export type DatasetMode = 'split' | 'folder' | 'one';

/** What is in the name of nearly every COCO file and says nothing about its images. */
const COMMON =
  /^(?:instances?|person|keypoints?|captions?|stuff|panoptic|image|info|annotations?|coco|labels?|dataset|result|results|export|json|data|default|output|boxes|bbox|segmentation|detection)$/i;

/** `train2017` of `annotations/person_keypoints_train2017.json`; undefined where the name says no split. */
export function splitOf(jsonFile: string): string | undefined {
  const stem = jsonFile.slice(jsonFile.lastIndexOf('/') + 1).replace(/\.json$/i, '');
  const words = stem.split(/([-_.\s]+)/);
  const saysNothing = (word = ''): boolean => COMMON.test(word) || /^[-_.\s]*$/.test(word);
  // Common words go from both ends, those in between stay with what joins them.
  while (words.length > 0 && saysNothing(words[0])) words.shift();
  while (words.length > 0 && saysNothing(words.at(-1))) words.pop();
  const split = words.join('');
  return split === '' ? undefined : split;
}

export function datasetFor(mode: DatasetMode, path: string, jsonFile: string | undefined): string {
  if (mode === 'one') return ONLY_DATASET;
  if (mode === 'folder' || jsonFile === undefined) return folderDataset(path);
  return splitOf(jsonFile) ?? folderDataset(path);
}
