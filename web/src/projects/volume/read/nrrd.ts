/** NRRD files with their data in them, raw or gzip. */
import { type NrrdHeader, readNrrdHeader } from '../../../../../src/format/nrrd-header.ts';
import { type Scalar, WIDTH } from '../../../reading/scalars.ts';
import { Unreadable } from '../../../reading/unreadable.ts';
import { byteStream } from './byte-stream.ts';
import { assertFits } from './limits.ts';
import type { Volume } from './volume.ts';
import { voxelsOf } from './voxels.ts';

const MOST_HEADER = 1 << 20;
const NEWLINE = 10;

/** Every word of the format for each kind of number. */
const SCALARS = new Map<string, Scalar>(
  (
    [
      ['int8', 'signed char', 'int8_t'],
      ['uint8', 'uchar', 'unsigned char', 'uint8_t'],
      ['int16', 'short', 'short int', 'signed short', 'signed short int', 'int16_t'],
      ['uint16', 'ushort', 'unsigned short', 'unsigned short int', 'uint16_t'],
      ['int32', 'int', 'signed int', 'int32_t'],
      ['uint32', 'uint', 'unsigned int', 'uint32_t'],
      [
        'int64',
        'longlong',
        'long long',
        'long long int',
        'signed long long',
        'signed long long int',
        'int64_t',
      ],
      ['uint64', 'ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64_t'],
      ['float32', 'float'],
      ['float64', 'double'],
    ] as [Scalar, ...string[]][]
  ).flatMap(([scalar, ...words]) => [scalar, ...words].map((word): [string, Scalar] => [word, scalar])),
);

export const isNrrd = (start: string): boolean => start.startsWith('NRRD000');

/** All but `inner`. Throws Unreadable. */
export async function readNrrd(bytes: Uint8Array<ArrayBuffer>): Promise<Omit<Volume, 'inner'>> {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MOST_HEADER));
  // Such a header may end with the file.
  if (/^data ?file:/im.test(text.split(/\r?\n\r?\n/, 1)[0] ?? ''))
    throw new Unreadable('This is only the header of a volume: its voxels are in another file.');
  const header = readNrrdHeader(text);
  if (header === undefined)
    throw new Unreadable(
      'This NRRD file is no volume: it has fewer than three axes, or its header is damaged.',
    );
  const { fields, meta } = header;
  const type = (fields.get('type') ?? '').toLowerCase();
  const scalar = SCALARS.get(type);
  if (scalar === undefined)
    throw new Unreadable(`The voxels of this NRRD file are of the unknown type "${type}".`);
  const { x, y, z } = meta.dimensionsIJK;
  const layers = meta.channelsCount;
  assertFits(x * y * z * layers, scalar);
  const data = await dataOf(bytes.subarray(header.length), header, x * y * z * layers * WIDTH[scalar]);
  const little = (fields.get('endian') ?? 'little').toLowerCase() !== 'big';
  return {
    size: [x, y, z],
    voxels: voxelsOf(data, scalar, little),
    stride: strides([x, y, z], header.channelAxis, layers),
    slope: 1,
    intercept: 0,
    toWorld: meta.IJK2WorldMatrix,
    layers,
  };
}

/** The axis of channels may stand before, between or behind those of space. */
function strides(size: Volume['size'], channelAxis: number, layers: number): Volume['stride'] {
  let step = channelAxis === 0 ? layers : 1;
  return size.map((count, axis) => {
    const stride = step;
    step *= count * (channelAxis === axis + 1 ? layers : 1);
    return stride;
  }) as Volume['stride'];
}

async function dataOf(
  body: Uint8Array<ArrayBuffer>,
  { fields }: NrrdHeader,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const encoding = (fields.get('encoding') ?? '').toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'gz';
  if (!gzip && encoding !== 'raw')
    throw new Unreadable(
      `The voxels of this NRRD file are stored as ${encoding}; the page reads raw and gzip.`,
    );
  const lines = Number(fields.get('line skip') ?? fields.get('lineskip') ?? 0);
  const skip = Number(fields.get('byte skip') ?? fields.get('byteskip') ?? 0);
  let start = 0;
  for (let line = 0; line < lines; line++) start = body.indexOf(NEWLINE, start) + 1;
  const stream = byteStream(body.subarray(start), { gzip });
  try {
    // -1: the voxels are the end of the data.
    if (skip === -1) {
      const all = await stream.rest(2 * size + MOST_HEADER);
      if (all.length < size) throw new Unreadable('This NRRD file ends before its voxels do.');
      return all.slice(all.length - size);
    }
    if (!Number.isSafeInteger(skip) || skip < 0 || skip > body.length)
      throw new Unreadable(`This NRRD file skips ${fields.get('byte skip')} bytes, which it does not have.`);
    await stream.take(skip);
    return await stream.take(size);
  } finally {
    await stream.close();
  }
}
