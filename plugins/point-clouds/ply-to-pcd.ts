/** PLY, ascii or binary, as PCD: every number of a point is kept, red, green and blue become one colour. */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { readLines } from '../../src/lib/lines.ts';
import { openPcd, type PcdField } from './pcd-writer.ts';
import { MOST_HEADER, type PlyHeader, readPlyHeader } from './ply-header.ts';
import { readRows } from './read-rows.ts';
import { UINT32 } from './scalars.ts';

const COLOUR = ['red', 'green', 'blue'];
/** What a full colour is, by the size of its number; of a fraction it is 1. */
const FULL: Readonly<Record<number, number>> = { 1: 255, 2: 65535, 4: 2 ** 32 - 1 };
const MOST_LINE = 64 << 10;

type Row = ArrayLike<number>;

/** Throws an Error that says what was expected. */
export async function plyToPcd(
  { path, handle }: { path: string; handle: FileHandle },
  to: FileHandle,
  signal: AbortSignal,
): Promise<void> {
  const head = Buffer.alloc(MOST_HEADER);
  const { bytesRead } = await handle.read(head, 0, MOST_HEADER, 0);
  const header = readPlyHeader(head.subarray(0, bytesRead));
  const { fields, convert } = plan(header);
  const writer = await openPcd(to, fields, header.points);
  const write = (row: Row): void | Promise<void> => {
    signal.throwIfAborted();
    return writer.point(convert(row));
  };
  const read = await (header.format === 'ascii'
    ? fromText(path, header, write)
    : fromRows(handle, header, write));
  if (read < header.points) throw new Error(`expected ${header.points} points, got ${read}`);
  await writer.end();
}

function plan({ properties }: PlyHeader): { fields: PcdField[]; convert(row: Row): Row } {
  const colour = COLOUR.map((name) => properties.findIndex((one) => one.name === name));
  if (colour.includes(-1)) return { fields: properties, convert: (row) => row };
  const others = [...properties.keys()].filter((at) => !colour.includes(at));
  const fields = [...others.map((at) => properties[at] as PcdField), { name: 'rgb', scalar: UINT32 }];
  const shares = colour.map((at) => {
    const { scalar } = properties[at] as PcdField;
    return scalar.type === 'F' ? 255 : 255 / (FULL[scalar.size] ?? 255);
  });
  const out = new Float64Array(fields.length);
  return {
    fields,
    convert(row) {
      for (const [k, at] of others.entries()) out[k] = row[at] as number;
      let rgb = 0;
      for (const [k, at] of colour.entries()) {
        const value = Math.round((row[at] as number) * (shares[k] as number));
        rgb = rgb * 256 + Math.min(255, Math.max(0, value || 0));
      }
      out[others.length] = rgb;
      return out;
    },
  };
}

function fromRows(
  handle: FileHandle,
  { properties, points, length, format }: PlyHeader,
  write: (row: Row) => void | Promise<void>,
): Promise<number> {
  const step = properties.reduce((sum, { scalar }) => sum + scalar.size, 0);
  const little = format === 'binary_little_endian';
  const row = new Float64Array(properties.length);
  return readRows(handle, { start: length, step, count: points }, (view, start) => {
    let at = start;
    for (const [k, { scalar }] of properties.entries()) {
      row[k] = scalar.read(view, at, little);
      at += scalar.size;
    }
    return write(row);
  });
}

async function fromText(
  file: string,
  { properties, points, length }: PlyHeader,
  write: (row: Row) => void | Promise<void>,
): Promise<number> {
  let read = 0;
  const row = new Float64Array(properties.length);
  for await (const { text } of readLines(createReadStream(file, { start: length }), MOST_LINE)) {
    if (read === points) break;
    const words = text.trim().split(/\s+/);
    if (words[0] === '') continue;
    for (let k = 0; k < row.length; k++) row[k] = Number(words[k] ?? Number.NaN);
    // NaN is how a scanner says that it saw nothing; a word is a broken file.
    if (words.length < row.length || (row.some(Number.isNaN) && !/^[\s\d.eE+naif-]*$/i.test(text)))
      throw new Error(
        `expected ${row.length} numbers for point ${read}, got ${JSON.stringify(text.slice(0, 60))}`,
      );
    const waiting = write(row);
    if (waiting !== undefined) await waiting;
    read++;
  }
  return read;
}
