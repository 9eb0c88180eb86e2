/** The elements of a DICOM file before its pixels: with or without preamble, in any byte order, deflated or not. */
import { type FileHandle, open } from 'node:fs/promises';
import { constants, inflateRawSync } from 'node:zlib';
import dicomParser, { type DataSet } from 'dicom-parser';
import { SlyError } from '../../../src/lib/errors.ts';
import { isDicom, startsDicom } from '../volume-kind.ts';
import { invalid } from './invalid.ts';
import { DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './syntaxes.ts';

const FIRST_READ = 64 << 10;
/** Many times what the header of a file of thousands of frames takes. */
const MOST_HEADER = 64 << 20;
const MOST_INFLATED = 256 << 20;
const PIXELS = 'x7fe00010';
const PREAMBLE = 132;

export interface Parsed {
  data: DataSet;
  /** UID. */
  syntax: string;
  /** Where the pixels begin; of a deflated file, in what it is inflated. Undefined: it has none. */
  pixels: { offset: number; length: number; isOpenEnded: boolean } | undefined;
}

/** Reads as much as it takes to come to the pixels, not them. Throws SLY_FORMAT_INVALID. */
export async function parseHeader(absolute: string): Promise<Parsed> {
  const handle = await open(absolute);
  try {
    const { size } = await handle.stat();
    for (let wanted = FIRST_READ; ; wanted *= 8) {
      const length = Math.min(size, wanted, MOST_HEADER);
      const bytes = await readAt(handle, 0, length);
      const isAll = length === size;
      const last = isAll || length === MOST_HEADER;
      try {
        const parsed = parse(bytes);
        if (parsed.pixels !== undefined || isAll) return parsed;
      } catch (error) {
        if (last) throw unreadable(error);
      }
      if (last) throw invalid(`expected at most ${MOST_HEADER} bytes before the pixels, got more`);
    }
  } finally {
    await handle.close();
  }
}

/** Digits and dots, nothing that could be a name; else nothing. */
export const uidIn = (text: string): string => /^[\d.]{1,64}$/.exec(text.trim())?.[0] ?? '';

/** All of a deflated file, as `offset` of its pixels counts. Throws SLY_FORMAT_INVALID. */
export async function inflateFile(absolute: string): Promise<Buffer> {
  const handle = await open(absolute);
  try {
    const { size } = await handle.stat();
    if (size > MOST_INFLATED) throw invalid(`expected at most ${MOST_INFLATED} deflated bytes, got ${size}`);
    const { data } = parse(await readAt(handle, 0, size));
    return data.byteArray as Buffer;
  } catch (error) {
    throw unreadable(error);
  } finally {
    await handle.close();
  }
}

/** Throws SLY_FORMAT_INVALID when the file ends before. */
export async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw invalid(`expected ${length} bytes at ${offset}, got ${filled}`);
    filled += bytesRead;
  }
  return bytes;
}

function parse(bytes: Buffer): Parsed {
  const hasPreamble = isDicom(bytes);
  // Files from before the preamble may have its group of elements all the same.
  const hasMeta = !hasPreamble && bytes.length >= 8 && bytes.readUInt16LE(0) === 2;
  const shift = hasMeta ? PREAMBLE : 0;
  const whole = hasMeta ? Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), bytes]) : bytes;
  const data = dicomParser.parseDicom(whole, {
    untilTag: PIXELS,
    inflater: inflate,
    ...(hasPreamble || hasMeta ? {} : { TransferSyntaxUID: guessSyntax(bytes) }),
  });
  const named = data.elements.x00020010;
  const told = (named as { Value?: string } | undefined)?.Value ?? data.string('x00020010') ?? '';
  const syntax = uidIn(told);
  const element = data.elements[PIXELS];
  if (element === undefined) return { data, syntax, pixels: undefined };
  const offset = element.dataOffset - (syntax === DEFLATED ? 0 : shift);
  const isOpenEnded = element.hadUndefinedLength === true;
  return { data, syntax, pixels: { offset, length: element.length, isOpenEnded } };
}

/** As dicom-parser wants it: what was before, and behind it what was deflated. */
function inflate(bytes: Uint8Array, position: number): Uint8Array {
  const options = { maxOutputLength: MOST_INFLATED, finishFlush: constants.Z_SYNC_FLUSH };
  return Buffer.concat([bytes.subarray(0, position), inflateRawSync(bytes.subarray(position), options)]);
}

/** By how the first element is written. */
function guessSyntax(bytes: Buffer): string {
  if (!startsDicom(bytes))
    throw invalid('expected DICM at byte 128 or a first element of DICOM, got other bytes');
  if (bytes.readUInt16BE(0) < 0x100) return EXPLICIT_BIG;
  return /^[A-Z]{2}$/.test(bytes.toString('latin1', 4, 6)) ? EXPLICIT_LITTLE : IMPLICIT_LITTLE;
}

/** dicom-parser throws strings, and objects that hold them. */
export function unreadable(error: unknown): SlyError {
  if (error instanceof SlyError) return error;
  const { exception = error } = error as { exception?: unknown };
  const text = typeof exception === 'string' ? exception : (exception as Error).message;
  return invalid(`expected DICOM, got what cannot be read: ${text.replace(/^dicomParser\S*\s*/, '')}`);
}
