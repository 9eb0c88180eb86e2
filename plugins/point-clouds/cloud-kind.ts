/** Which kind of point cloud a file is: by its first bytes, of .bin by what its numbers are. */
type CloudKind = 'pcd' | 'ply' | 'las' | 'laz' | 'bin';

export const HEAD_BYTES = 4096;

const NAMES = /\.(?:pcd|ply|las|laz|bin)$/i;
/** Of LAS: format of the points, with a bit for LAZ. */
const FORMAT_AT = 104;
const COMPRESSED = 0x80;
/** Farther away no scanner sees; in metres. */
const FARTHEST = 1e5;
const MOST_RINGS = 512;

/** By the ending of its name. */
export const isCloudName = (file: string): boolean => NAMES.test(file);

/** Undefined when it is none of them. A .bin has no mark: `binValues` says whether it may be one. */
export function cloudKind(name: string, head: Buffer): CloudKind | undefined {
  const text = head.toString('latin1');
  if (/^(?:#[^\n]*\n|\s)*(?:VERSION|FIELDS)\b/.test(text)) return 'pcd';
  if (/^ply\s/.test(text)) return 'ply';
  if (text.startsWith('LASF')) return (head[FORMAT_AT] ?? 0) >= COMPRESSED ? 'laz' : 'las';
  return /\.bin$/i.test(name) ? 'bin' : undefined;
}

/**
 * How many floats a point of a .bin has: 5 when the fifth of each is a small whole number (the ring of the scanner),
 * else 4. Undefined when these are no points.
 */
export function binValues(head: Buffer, size: number): 4 | 5 | undefined {
  if (size % 20 === 0 && isCloud(head, 5) && column(head, 5, 4).every(isRing)) return 5;
  if (size % 16 === 0 && isCloud(head, 4)) return 4;
  return size % 20 === 0 && isCloud(head, 5) ? 5 : undefined;
}

/** Places within sight and an intensity, and not all of them nothing. Whole numbers read as floats are tiny. */
function isCloud(head: Buffer, values: number): boolean {
  const axes = [0, 1, 2].map((axis) => column(head, values, axis));
  const isPlace = (value: number): boolean =>
    value === 0 || (Math.abs(value) <= FARTHEST && Math.abs(value) > 1e-20);
  const isIntensity = (value: number): boolean =>
    value >= 0 && value <= FARTHEST && !(value > 0 && value < 1e-20);
  return (
    axes.every((axis) => axis.length > 0 && axis.every(isPlace)) &&
    axes.flat().some((value) => Math.abs(value) > 1e-3) &&
    column(head, values, 3).every(isIntensity)
  );
}

function column(head: Buffer, values: number, at: number): number[] {
  const points = Math.floor(head.length / (4 * values));
  return Array.from({ length: points }, (_, point) => head.readFloatLE(4 * (point * values + at)));
}

const isRing = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < MOST_RINGS;
