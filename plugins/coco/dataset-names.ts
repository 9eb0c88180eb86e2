/** Which dataset an image belongs to, and a name in it that nobody has. */

export type DatasetMode = 'split' | 'folder' | 'one';

export const ONLY_DATASET = 'ds0';

/** What is in the name of nearly every COCO file and says nothing about its images. */
const COMMON =
  /^(?:instances?|person|keypoints?|captions?|stuff|panoptic|image|info|annotations?|coco|labels?|dataset|result|results|export|json|data|default|output|boxes|bbox|segmentation|detection)$/i;
const IMAGE_FOLDERS = /^(?:images?|img|imgs|jpegimages|pictures|data)$/i;

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

/** Folders of a picture without those that only say that there are pictures: `a/images/b/c.jpg` is in `a/b`. */
export function folderDataset(path: string): string {
  const folders = path.split('/').slice(0, -1);
  const telling = folders.filter((folder) => !IMAGE_FOLDERS.test(folder));
  return telling.length > 0 ? telling.join('/') : ONLY_DATASET;
}

export function datasetFor(mode: DatasetMode, path: string, jsonFile: string | undefined): string {
  if (mode === 'one') return ONLY_DATASET;
  if (mode === 'folder' || jsonFile === undefined) return folderDataset(path);
  return splitOf(jsonFile) ?? folderDataset(path);
}

/** Gives `a.jpg`, then `a_01.jpg`, ... within a dataset; extension in lower case. */
export function createNames(): (dataset: string, name: string) => string {
  const taken = new Map<string, Set<string>>();
  return (dataset, wanted) => {
    const dot = wanted.lastIndexOf('.');
    const stem = dot > 0 ? wanted.slice(0, dot) : wanted;
    const extension = dot > 0 ? wanted.slice(dot).toLowerCase() : '';
    let names = taken.get(dataset);
    if (names === undefined) {
      names = new Set();
      taken.set(dataset, names);
    }
    let name = stem + extension;
    for (let n = 1; names.has(name); n++) name = `${stem}_${String(n).padStart(2, '0')}${extension}`;
    names.add(name);
    return name;
  };
}
