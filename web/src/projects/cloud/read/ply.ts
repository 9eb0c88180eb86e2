/** The points of PLY files, ascii and binary (paulbourke.net/dataformats/ply). Faces are left out. */
import type { Scalar } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { binarySource, type Column, inRows, type PointSource, textSource } from './point-source.ts';

const MOST_HEADER = 1 << 20;
const SCALARS: Readonly<Record<string, Scalar>> = {
  char: 'int8',
  int8: 'int8',
  uchar: 'uint8',
  uint8: 'uint8',
  bool: 'uint8',
  short: 'int16',
  int16: 'int16',
  ushort: 'uint16',
  uint16: 'uint16',
  int: 'int32',
  int32: 'int32',
  uint: 'uint32',
  uint32: 'uint32',
  float: 'float32',
  float32: 'float32',
  double: 'float64',
  float64: 'float64',
};

export const isPly = (start: string): boolean => /^ply\s/.test(start);

export function plySource(bytes: Uint8Array): PointSource {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MOST_HEADER));
  const end = /\nend_header[ \t]*\r?\n/.exec(text);
  if (end === null) throw new Unreadable('This PLY file is damaged: its header has no end.');
  const lines = text
    .slice(0, end.index)
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const format = lines.find(([word]) => word === 'format')?.[1] ?? '';
  const [first, ...after] = lines.flatMap((line, at) => (line[0] === 'element' ? [at] : []));
  const [, element, points] = lines[first ?? 0] ?? [];
  const declared = Number(points);
  if (element !== 'vertex' || !Number.isSafeInteger(declared) || declared < 0)
    throw new Unreadable('This PLY file does not begin with its points.');
  const columns = lines.slice(first, after[0]).flatMap(([word, type = '', name = '']): Column[] => {
    if (word !== 'property') return [];
    const scalar = SCALARS[type];
    if (scalar === undefined)
      throw new Unreadable(`The points of this PLY file have a property of type ${type}.`);
    return [{ name: name.toLowerCase(), scalar }];
  });
  const body = bytes.subarray(end.index + end[0].length);
  if (format === 'ascii') return textSource(body, { declared, columns, places: [...columns.keys()] });
  if (!format.startsWith('binary_'))
    throw new Unreadable(`This PLY file is of the unknown format ${format}.`);
  const { columns: stored, step } = inRows(columns);
  const count = Math.min(declared, step === 0 ? 0 : Math.floor(body.length / step));
  return binarySource(body, { declared, count, columns: stored, little: format === 'binary_little_endian' });
}
