/** File names of Cityscapes: `<city>_<sequence>_<frame>_<what>`. */

export type Quality = 'gtFine' | 'gtCoarse';

export interface LabelFileName {
  /** What all files of a picture begin with. */
  prefix: string;
  quality: Quality;
  kind: 'polygons' | 'labelIds' | 'instanceIds' | 'other';
}

export const PICTURE_SUFFIX = '_leftImg8bit';

/** Undefined when it is not one of labels. */
export function labelFileName(base: string): LabelFileName | undefined {
  const match = /^(.+)_(gtFine|gtCoarse)_(\w+)\.(json|png)$/i.exec(base);
  if (match === null) return undefined;
  const [, prefix = '', quality = '', what = '', ending = ''] = match;
  const word = `${what}.${ending}`.toLowerCase();
  return {
    prefix,
    quality: quality.toLowerCase() === 'gtcoarse' ? 'gtCoarse' : 'gtFine',
    kind: KINDS[word] ?? 'other',
  };
}

const KINDS: Readonly<Record<string, LabelFileName['kind']>> = {
  'polygons.json': 'polygons',
  'labelids.png': 'labelIds',
  'instanceids.png': 'instanceIds',
};

/** Pictures of the data set that are not of the left camera. */
export const OTHER_CAMERA = /_(?:disparity|rightImg8bit|leftImg16bit|rightImg16bit)\.\w+$/i;

/** Without the ending that says left camera. */
export function plainStem(stem: string): string {
  return stem.toLowerCase().endsWith(PICTURE_SUFFIX.toLowerCase())
    ? stem.slice(0, -PICTURE_SUFFIX.length)
    : stem;
}
