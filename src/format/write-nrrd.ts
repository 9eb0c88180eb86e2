/** The header of an NRRD file of one volume, as the Supervisely Format wants it: RAS, three axes of space, gzip. */
type Triple = readonly [number, number, number];

export interface NrrdGrid {
  /** Of a voxel, in NRRD's words: `uint8`, `int16`, `float`, ... */
  type: string;
  /** x, y, z; x varies fastest. */
  sizes: Triple;
  /** Step of each axis in the world, in millimetres. */
  directions: readonly [Triple, Triple, Triple];
  /** Of the first voxel. */
  origin: Triple;
  /** Default right-anterior-superior. */
  space?: string;
}

/** The bytes that follow are the gzipped voxels, little endian. */
export function nrrdHeader({ type, sizes, directions, origin, space }: NrrdGrid): string {
  const vector = (values: Triple): string => `(${values.join(',')})`;
  const lines = [
    'NRRD0004',
    `type: ${type}`,
    'dimension: 3',
    `space: ${space ?? 'right-anterior-superior'}`,
    `sizes: ${sizes.join(' ')}`,
    `space directions: ${directions.map(vector).join(' ')}`,
    'kinds: domain domain domain',
    'endian: little',
    'encoding: gzip',
    `space origin: ${vector(origin)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}
