/** The header of a PLY file (paulbourke.net/dataformats/ply): what its points are. */
import { PLY_SCALARS, type Scalar } from './scalars.ts';

export interface PlyHeader {
  format: 'ascii' | 'binary_little_endian' | 'binary_big_endian';
  points: number;
  properties: { name: string; scalar: Scalar }[];
  /** Bytes before the points. */
  length: number;
}

export const MOST_HEADER = 64 << 10;

/** Throws an Error that says what was expected. */
export function readPlyHeader(head: Buffer): PlyHeader {
  const text = head.toString('latin1');
  const end = /\nend_header[ \t]*\r?\n/.exec(text);
  if (end === null) throw new Error('expected a header that ends with end_header, got none');
  const lines = text
    .slice(0, end.index)
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const format = lines.find(([word]) => word === 'format')?.[1] ?? 'none';
  if (format !== 'ascii' && format !== 'binary_little_endian' && format !== 'binary_big_endian')
    throw new Error(`expected a format ascii or binary, got ${format}`);
  const [first = lines.length, second] = lines.flatMap(([word], at) => (word === 'element' ? [at] : []));
  const [, element, count] = lines[first] ?? [];
  const points = Number(count);
  if (element !== 'vertex' || !Number.isSafeInteger(points) || points < 1)
    throw new Error(`expected its points first, got ${element ?? 'nothing'} ${count ?? ''}`.trim());
  const properties = lines.slice(first + 1, second).flatMap(([word, type = '', name = '']) => {
    if (word !== 'property') return [];
    const scalar = PLY_SCALARS.get(type);
    if (scalar === undefined || !/^[\w.-]+$/.test(name))
      throw new Error(`expected points of numbers, got a property of type ${type}`);
    return [{ name: name.toLowerCase(), scalar }];
  });
  const names = new Set(properties.map(({ name }) => name));
  if (!['x', 'y', 'z'].every((axis) => names.has(axis)) || names.size < properties.length)
    throw new Error(`expected points with x, y and z, got ${[...names].join(', ') || 'nothing'}`);
  return { format, points, properties, length: end.index + end[0].length };
}
