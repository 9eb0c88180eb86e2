/** LAS files 1.0 to 1.4 without compression (asprs.org: LAS specification 1.4 R15). */
import { type Scalar, WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { binarySource, type PointSource, type StoredColumn } from './point-source.ts';

const SHORTEST_HEADER = 227;
const POINTS_AT = 96;
const FORMAT_AT = 104;
const RECORD_LENGTH_AT = 105;
const COUNT_AT = 107;
const SCALE_AT = 131;
const OFFSET_AT = 155;
/** Of version 1.4, which counts beyond 32 bits. */
const LONG_COUNT_AT = 247;
const COMPRESSED = 0x80;
/** Where the colour is in a record, by the format of the points. */
const COLOR_AT: Readonly<Record<number, number>> = { 2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30 };

export const isLas = (start: string): boolean => start.startsWith('LASF');

export function lasSource(bytes: Uint8Array): PointSource {
  if (bytes.length < SHORTEST_HEADER) throw new Unreadable('This LAS file ends before its points.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint8(FORMAT_AT);
  if (format >= COMPRESSED) throw new Unreadable('This is a compressed LAS file (LAZ). The page reads LAS.');
  const step = view.getUint16(RECORD_LENGTH_AT, true);
  const first = view.getUint32(POINTS_AT, true);
  const isLong = view.getUint8(25) >= 4 && bytes.length >= LONG_COUNT_AT + 8;
  const declared =
    view.getUint32(COUNT_AT, true) || (isLong ? Number(view.getBigUint64(LONG_COUNT_AT, true)) : 0);
  const columns: StoredColumn[] = ['x', 'y', 'z'].map((name, axis) => ({
    name,
    scalar: 'int32',
    at: first + 4 * axis,
    step,
    scale: view.getFloat64(SCALE_AT + 8 * axis, true),
    offset: view.getFloat64(OFFSET_AT + 8 * axis, true),
  }));
  const column = (name: string, scalar: Scalar, at: number): void => {
    if (at + WIDTH[scalar] <= step) columns.push({ name, scalar, at: first + at, step });
  };
  column('intensity', 'uint16', 12);
  const color = COLOR_AT[format];
  if (color !== undefined)
    for (const [k, name] of ['red', 'green', 'blue'].entries()) column(name, 'uint16', color + 2 * k);
  const count = step < 12 ? 0 : Math.min(declared, Math.max(0, Math.floor((bytes.length - first) / step)));
  return binarySource(bytes, { declared, count, columns, little: true });
}
