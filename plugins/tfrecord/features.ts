/** Names of the features of the TF Object Detection API, as they are read and written here. */

export const IMAGE = {
  filename: 'image/filename',
  sourceId: 'image/source_id',
  height: 'image/height',
  width: 'image/width',
  encoded: 'image/encoded',
  format: 'image/format',
  sha256: 'image/key/sha256',
  classText: 'image/class/text',
  classLabel: 'image/class/label',
} as const;

/** One value for each object of the picture. */
export const OBJECT = {
  xmin: 'image/object/bbox/xmin',
  xmax: 'image/object/bbox/xmax',
  ymin: 'image/object/bbox/ymin',
  ymax: 'image/object/bbox/ymax',
  text: 'image/object/class/text',
  label: 'image/object/class/label',
  mask: 'image/object/mask',
} as const;

/** What else there is about objects: `image/object/<name>`. */
export const OBJECT_PREFIX = 'image/object/';

/** Integers that mean yes or no: a tag without a value where it is not 0. */
export const FLAGS: ReadonlySet<string> = new Set([
  'difficult',
  'truncated',
  'is_crowd',
  'group_of',
  'occluded',
  'depiction',
]);

/** Derived from what is read: following it would say nothing new. */
export const DERIVED: ReadonlySet<string> = new Set([
  ...Object.values(IMAGE),
  ...Object.values(OBJECT),
  'image/object/area',
  'image/channels',
  'image/colorspace',
]);

/** A tag of this name would be read as something else. */
export function isTagFeature(name: string): boolean {
  return name !== '' && !name.includes('/') && !['mask', 'area', 'bbox', 'class'].includes(name);
}
