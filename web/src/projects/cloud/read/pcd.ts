/** PCD files 0.6 and 0.7: ascii, binary, binary_compressed (pointclouds.org/documentation/tutorials/pcd_file_format). */
import { type Scalar, WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { unpackLzf } from './lzf.ts';
import {
  binarySource,
  type Column,
  inRows,
  type PointSource,
  type StoredColumn,
  textSource,
} from './point-source.ts';

/** A header has a dozen short lines. */
const MOST_HEADER = 64 << 10;
const MOST_UNPACKED = 1 << 30;
const SCALARS: Readonly<Record<string, Scalar>> = {
  F4: 'float32',
  F8: 'float64',
  I1: 'int8',
  I2: 'int16',
  I4: 'int32',
  I8: 'int64',
  U1: 'uint8',
  U2: 'uint16',
  U4: 'uint32',
  U8: 'uint64',
};

interface Field extends Column {
  /** Values a point; a cloud has the first of them. */
  values: number;
}

export const isPcd = (start: string): boolean => /^(?:#[^\n]*\n|\s)*(?:VERSION|FIELDS)\b/.test(start);

export function pcdSource(bytes: Uint8Array): PointSource {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MOST_HEADER));
  const data = /(?:^|\n)DATA[ \t]+(\w+)[ \t]*\r?\n/.exec(text);
  if (data === null) throw new Unreadable('This PCD file is damaged: its header has no line DATA.');
  const header = headerOf(text.slice(0, data.index));
  const body = bytes.subarray(data.index + data[0].length);
  const { declared, fields } = header;
  const encoding = (data[1] ?? '').toLowerCase();
  if (encoding === 'ascii') return asciiSource(body, header);
  if (encoding === 'binary') {
    const { columns, step } = inRows(fields.map((field) => ({ ...field, scalar: bitsOf(field) })));
    const count = Math.min(declared, Math.floor(body.length / step));
    return binarySource(body, { declared, count, columns, little: true });
  }
  if (encoding === 'binary_compressed') return compressedSource(body, header);
  throw new Unreadable(`This PCD file is ${encoding}; the page reads ascii, binary and binary_compressed.`);
}

function asciiSource(body: Uint8Array, { declared, fields }: Header): PointSource {
  let place = 0;
  const places = fields.map((field) => {
    const first = place;
    place += field.values;
    return first;
  });
  return textSource(body, { declared, columns: fields, places });
}

/** All values of the first field, then all of the second. */
function compressedSource(body: Uint8Array, { declared, fields }: Header): PointSource {
  if (body.length < 8) throw new Unreadable('This PCD file ends before its points.');
  const sizes = new DataView(body.buffer, body.byteOffset, 8);
  const [packed, unpacked] = [sizes.getUint32(0, true), sizes.getUint32(4, true)];
  if (unpacked > MOST_UNPACKED)
    throw new Unreadable('This PCD file has more points than the page can unpack.');
  if (packed > body.length - 8) throw new Unreadable('This PCD file ends before the end of its points.');
  let at = 0;
  const columns = fields.map((field): StoredColumn => {
    const step = field.values * WIDTH[field.scalar];
    const column = { ...field, scalar: bitsOf(field), at, step };
    at += declared * step;
    return column;
  });
  if (at > unpacked) throw new Unreadable('This PCD file has fewer points than its header says.');
  const points = unpackLzf(body.subarray(8, 8 + packed), unpacked);
  return binarySource(points, { declared, count: declared, columns, little: true });
}

/** A colour in a float is read as its bits: an opaque one is no number. */
const bitsOf = ({ name, scalar }: Field): Scalar =>
  scalar === 'float32' && (name === 'rgb' || name === 'rgba') ? 'uint32' : scalar;

interface Header {
  declared: number;
  fields: Field[];
}

function headerOf(text: string): Header {
  const lines = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [key = '', ...words] = line.trim().split(/\s+/);
    if (key !== '' && !key.startsWith('#')) lines.set(key.toUpperCase(), words);
  }
  const names = lines.get('FIELDS') ?? lines.get('COLUMNS') ?? [];
  const [sizes, types, counts] = ['SIZE', 'TYPE', 'COUNT'].map((key) => lines.get(key) ?? []);
  const fields = names.map((name, at): Field => {
    const scalar = SCALARS[`${types?.[at]?.toUpperCase() ?? 'F'}${sizes?.[at] ?? 4}`];
    const values = Number(counts?.[at] ?? 1);
    if (scalar === undefined || !Number.isSafeInteger(values) || values < 1)
      throw new Unreadable(`This PCD file is damaged: its header does not say what the field ${name} is.`);
    return { name: name.toLowerCase(), scalar, values };
  });
  const number = (key: string, otherwise: number): number => Number(lines.get(key)?.[0] ?? otherwise);
  const declared = number('POINTS', number('WIDTH', Number.NaN) * number('HEIGHT', 1));
  if (fields.length === 0 || !Number.isSafeInteger(declared) || declared < 0)
    throw new Unreadable('This PCD file is damaged: its header does not say how many points of what it has.');
  return { declared, fields };
}
