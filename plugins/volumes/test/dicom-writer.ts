/** Writes DICOM files by the book (PS3.5, PS3.10), element by element. */
import { deflateRawSync } from 'node:zlib';

export type Value = string | number | readonly number[] | Buffer | readonly Elements[];
/** By `ggggeeee`: VR and value. */
export type Elements = Readonly<Record<string, readonly [vr: string, value: Value]>>;

export const IMPLICIT = '1.2.840.10008.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const BIG = '1.2.840.10008.1.2.2';
export const RLE = '1.2.840.10008.1.2.5';

const LONG = new Set(['OB', 'OW', 'SQ', 'UN']);

function encode(elements: Elements, syntax: string): Buffer {
  const isBig = syntax === BIG;
  const parts: Buffer[] = [];
  const uint = (value: number, bytes: 2 | 4): Buffer => {
    const out = Buffer.alloc(bytes);
    if (isBig) out.writeUIntBE(value, 0, bytes);
    else out.writeUIntLE(value, 0, bytes);
    return out;
  };
  for (const [tag, [vr, value]] of Object.entries(elements).sort(([a], [b]) => (a < b ? -1 : 1))) {
    let bytes: Buffer;
    if (Buffer.isBuffer(value)) bytes = value;
    else if (vr === 'SQ')
      bytes = Buffer.concat(
        (value as readonly Elements[]).map((one) => {
          const item = encode(one, syntax);
          return Buffer.concat([uint(0xfffe, 2), uint(0xe000, 2), uint(item.length, 4), item]);
        }),
      );
    else if (typeof value === 'string') {
      const text = Buffer.from(value, 'latin1');
      bytes = text.length % 2 === 0 ? text : Buffer.concat([text, Buffer.from(vr === 'UI' ? '\0' : ' ')]);
    } else bytes = Buffer.concat([value].flat().map((one) => uint(one as number, 2)));
    parts.push(uint(Number.parseInt(tag.slice(0, 4), 16), 2), uint(Number.parseInt(tag.slice(4), 16), 2));
    if (syntax === IMPLICIT) parts.push(uint(bytes.length, 4));
    else {
      parts.push(Buffer.from(vr));
      parts.push(LONG.has(vr) ? Buffer.concat([uint(0, 2), uint(bytes.length, 4)]) : uint(bytes.length, 2));
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

export interface FileWish {
  syntax?: string;
  /** `bare`: without preamble and first group. */
  start?: 'preamble' | 'group' | 'bare';
}

export function dicomFile(
  elements: Elements,
  { syntax = EXPLICIT, start = 'preamble' }: FileWish = {},
): Buffer {
  const body = encode(elements, syntax);
  if (start === 'bare') return body;
  const group = encode(
    { '00020002': ['UI', '1.2.840.10008.5.1.4.1.1.2'], '00020010': ['UI', syntax] },
    EXPLICIT,
  );
  const length = Buffer.from([2, 0, 0, 0, 0x55, 0x4c, 4, 0, group.length, 0, 0, 0]);
  const whole = [length, group, syntax === DEFLATED ? deflateRawSync(body) : body];
  return Buffer.concat(start === 'group' ? whole : [Buffer.alloc(128), Buffer.from('DICM'), ...whole]);
}

export interface Picture {
  /** Row by row, all frames. */
  values: readonly number[];
  columns: number;
  rows: number;
  number?: number;
  series?: string;
  position?: readonly number[] | undefined;
  /** Along a row, down a column. Default axial. */
  orientation?: readonly number[];
  bits?: 8 | 16 | 32;
  signed?: boolean;
  big?: boolean;
  more?: Elements;
}

export const SERIES = '1.2.3.4';

/** A slice of CT as scanners write it: 2 mm between rows, 1 mm between columns, 3 mm thick. */
export function picture({
  values,
  columns,
  rows,
  number = 1,
  series = SERIES,
  position,
  orientation = [1, 0, 0, 0, 1, 0],
  bits = 16,
  signed = false,
  big = false,
  more = {},
}: Picture): Elements {
  const pixels = Buffer.alloc((values.length * bits) / 8 + (bits === 8 ? values.length % 2 : 0));
  const mask = 2 ** bits;
  for (const [at, value] of values.entries()) {
    const raw = ((value % mask) + mask) % mask;
    if (big) pixels.writeUIntBE(raw, (at * bits) / 8, bits / 8);
    else pixels.writeUIntLE(raw, (at * bits) / 8, bits / 8);
  }
  return {
    '00080018': ['UI', `${series}.${number}.${values.length}`],
    '00080060': ['CS', 'CT'],
    '0020000d': ['UI', '1.2.3'],
    '0020000e': ['UI', series],
    '00200013': ['IS', String(number)],
    ...(position === undefined
      ? {}
      : {
          '00200032': ['DS', position.join('\\')],
          '00200037': ['DS', orientation.join('\\')],
        }),
    '00180050': ['DS', '3'],
    '00280002': ['US', 1],
    '00280004': ['CS', 'MONOCHROME2'],
    '00280010': ['US', rows],
    '00280011': ['US', columns],
    '00280030': ['DS', '2\\1'],
    '00280100': ['US', bits],
    '00280101': ['US', bits],
    '00280102': ['US', bits - 1],
    '00280103': ['US', signed ? 1 : 0],
    '7fe00010': [bits === 8 ? 'OB' : 'OW', pixels],
    ...more,
  };
}
