/** What is known of a DICOM image before its pixels are read: its grid, its numbers, where each frame is in space. */
import type { DataSet } from 'dicom-parser';
import { invalid } from './invalid.ts';
import { type Parsed, parseHeader, uidIn, unreadable } from './parse.ts';
import { EXPLICIT_BIG, unreadSyntax } from './syntaxes.ts';
import { cross, dot, length, plus, type Triple, times } from './vectors.ts';

export interface DicomImage {
  file: string;
  syntax: string;
  pixels: NonNullable<Parsed['pixels']>;
  study: string;
  series: string;
  /** Of this one picture; the same in copies of it. */
  instance: string;
  instanceNumber: number;
  modality: string;
  rows: number;
  columns: number;
  allocated: 8 | 16 | 32;
  stored: number;
  highBit: number;
  signed: boolean;
  frames: number;
  /** Low values are shown bright. */
  isInverse: boolean;
  window: { center: number; width: number } | undefined;
}

export interface Slice {
  image: DicomImage;
  /** From 0. */
  frame: number;
  /** Of the centre of the first pixel, LPS, millimetres. */
  position: Triple | undefined;
  /** Unit vectors along a row and down a column. */
  along: Triple | undefined;
  down: Triple | undefined;
  /** Millimetres between rows, and between columns; undefined when the file does not say. */
  spacing: readonly [number, number] | undefined;
  /** Millimetres to the next slice, as the file says. */
  between: number | undefined;
  slope: number;
  intercept: number;
}

/** What is not among these is not told: it could be anything. */
const COLOURS = new Set([
  'MONOCHROME1',
  'MONOCHROME2',
  'RGB',
  'PALETTE COLOR',
  'YBR_FULL',
  'YBR_FULL_422',
  'YBR_PARTIAL_420',
  'YBR_ICT',
  'YBR_RCT',
]);
const MODALITIES = new Set('CR CT DX IO MG MR NM OCT OPT OT PT PX RF RTDOSE RTIMAGE SC SEG US XA'.split(' '));

const MOST_PIXELS = 1 << 25;
const MOST_FRAMES = 1 << 16;

/** A reason when the file holds no picture. Throws SLY_FORMAT_INVALID for one that cannot be read. */
export async function readImage(
  absolute: string,
  file: string,
): Promise<{ slices: Slice[] } | { none: string }> {
  const { data, syntax, pixels } = await parseHeader(absolute);
  if (data.elements.x00041220 !== undefined) return { none: 'it is a list of DICOM files' };
  if (pixels === undefined) return { none: 'it is DICOM without pixels' };
  const unread = unreadSyntax(syntax);
  if (unread !== undefined)
    throw invalid(
      `expected pixels uncompressed or in RLE, got ${unread}`,
      'Decompress it, for example with gdcmconv --raw.',
    );
  try {
    return { slices: slicesOf(data, imageOf(data, { file, syntax, pixels })) };
  } catch (error) {
    throw unreadable(error);
  }
}

function imageOf(
  data: DataSet,
  { file, syntax, pixels }: Pick<DicomImage, 'file' | 'syntax' | 'pixels'>,
): DicomImage {
  const samples = data.uint16('x00280002') ?? 1;
  const kind = text(data, 'x00280004') ?? 'MONOCHROME2';
  if (samples !== 1 || !/^MONOCHROME[12]$/.test(kind))
    throw invalid(
      `expected one grey value a pixel, got ${samples} of ${COLOURS.has(kind) ? kind : 'another kind'}`,
      'Pictures in colour are no volume; DICOM is not imported as images.',
    );
  const [rows, columns] = [data.uint16('x00280010') ?? 0, data.uint16('x00280011') ?? 0];
  if (rows * columns < 1 || rows * columns > MOST_PIXELS)
    throw invalid(`expected 1 to ${MOST_PIXELS} pixels, got ${columns} x ${rows}`);
  const allocated = data.uint16('x00280100') ?? 0;
  if (allocated !== 8 && allocated !== 16 && allocated !== 32)
    throw invalid(`expected 8, 16 or 32 bits a pixel, got ${allocated}`);
  const stored = data.uint16('x00280101') ?? allocated;
  const highBit = data.uint16('x00280102') ?? stored - 1;
  if (stored < 1 || highBit >= allocated || highBit < stored - 1)
    throw invalid(`expected bits of ${allocated}, got ${stored} up to bit ${highBit}`);
  const frames = Math.trunc(first(data, 'x00280008') ?? 1);
  if (!(frames >= 1 && frames <= MOST_FRAMES))
    throw invalid(`expected 1 to ${MOST_FRAMES} frames, got ${frames}`);
  const size = (rows * columns * frames * allocated) / 8;
  if (!pixels.isOpenEnded && size > pixels.length)
    throw invalid(`expected ${size} bytes of pixels, got ${pixels.length}`);
  // There they would be words of swapped bytes.
  if (syntax === EXPLICIT_BIG && allocated === 8 && data.elements.x7fe00010?.vr === 'OW')
    throw invalid('expected single bytes, got them in big-endian words');
  const modality = text(data, 'x00080060') ?? '';
  const [center, width] = [first(data, 'x00281050'), first(data, 'x00281051')];
  return {
    file,
    syntax,
    pixels,
    study: uid(data, 'x0020000d'),
    series: uid(data, 'x0020000e'),
    instance: uid(data, 'x00080018'),
    instanceNumber: first(data, 'x00200013') ?? 0,
    modality: MODALITIES.has(modality) ? modality : '',
    rows,
    columns,
    allocated,
    stored,
    highBit,
    signed: data.uint16('x00280103') === 1,
    frames,
    isInverse: kind === 'MONOCHROME1',
    window: center !== undefined && width !== undefined && width > 0 ? { center, width } : undefined,
  };
}

function slicesOf(data: DataSet, image: DicomImage): Slice[] {
  const shared = itemsOf(data, 'x52009229')[0];
  const own = itemsOf(data, 'x52009230');
  return Array.from({ length: image.frames }, (_, frame) => {
    const of = (sequence: string): DataSet =>
      itemsOf(own[frame], sequence)[0] ?? itemsOf(shared, sequence)[0] ?? data;
    const measures = of('x00289110');
    const values = of('x00289145');
    const [place, along, down] = [
      triple(of('x00209113'), 'x00200032'),
      triple(of('x00209116'), 'x00200037'),
      triple(of('x00209116'), 'x00200037', 3),
    ];
    const spacing = pair(measures, 'x00280030') ?? pair(data, 'x00181164');
    const between = positive(first(measures, 'x00180088')) ?? positive(first(measures, 'x00180050'));
    const directed = along !== undefined && down !== undefined && areUnits(along, down);
    const isPlaced = own[frame] !== undefined || image.frames === 1;
    return {
      image,
      frame,
      position:
        place && directed && !isPlaced
          ? plus(place, times(cross(along, down), frame * (between ?? 1)))
          : place,
      along: directed ? along : undefined,
      down: directed ? down : undefined,
      spacing,
      between,
      slope: first(values, 'x00281053') || 1,
      intercept: first(values, 'x00281052') ?? 0,
    };
  });
}

function itemsOf(data: DataSet | undefined, sequence: string): DataSet[] {
  return (data?.elements[sequence]?.items ?? []).flatMap(({ dataSet }) => dataSet ?? []);
}

function areUnits(along: Triple, down: Triple): boolean {
  const isUnit = (one: Triple): boolean => Math.abs(length(one) - 1) < 0.01;
  return isUnit(along) && isUnit(down) && Math.abs(dot(along, down)) < 0.01;
}

function triple(data: DataSet, tag: string, from = 0): Triple | undefined {
  const values = decimals(data, tag).slice(from, from + 3);
  return values.length === 3 && values.every(Number.isFinite) ? (values as Triple) : undefined;
}

function pair(data: DataSet, tag: string): [number, number] | undefined {
  const [rows, columns] = decimals(data, tag).map(positive);
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}

const decimals = (data: DataSet, tag: string): number[] =>
  (data.string(tag) ?? '').split('\\').map((one) => Number.parseFloat(one));

function first(data: DataSet, tag: string): number | undefined {
  const [value] = decimals(data, tag);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

const MOST = 1e6;
const positive = (value: number | undefined): number | undefined =>
  value !== undefined && value > 0 && value < MOST ? value : undefined;

const text = (data: DataSet, tag: string): string | undefined => data.string(tag)?.trim();
const uid = (data: DataSet, tag: string): string => uidIn(data.string(tag) ?? '');
