/**
 * What an annotation says of itself, read from its bytes while they pass by: whose it is and what it has. The rest is
 * left for the second pass.
 */
import type { IdCodes } from './id-code.ts';

export const HAS = {
  polygon: 1,
  rle: 2,
  box: 4,
  keypoints: 8,
  caption: 16,
  /** Panoptic: the segments are in a PNG beside it. */
  segments: 32,
  /** NaN or Infinity, which JSON.parse does not take. */
  nan: 64,
} as const;

/** One object, filled anew for each annotation. */
export interface FoundAnnotation {
  index: number;
  /** Bytes in the file. */
  offset: number;
  length: number;
  /** See id-code.ts; NaN where there is none. */
  image: number;
  category: number;
  /** Bits of HAS. */
  has: number;
  /** `file_name`, which only panoptic annotations have: the PNG of their segments. */
  fileName: string | undefined;
}

const [QUOTE, COMMA, ZERO, NINE, COLON] = [0x22, 0x2c, 0x30, 0x39, 0x3a];
const [OPEN, BACKSLASH, CLOSE, BRACE, CLOSE_BRACE] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d];
const [F_IMAGE, F_CATEGORY, F_SEGMENTATION, F_BBOX, F_KEYPOINTS, F_CAPTION, F_SEGMENTS, F_FILE] = [
  1, 2, 3, 4, 5, 6, 7, 8,
];

/** In the order of the codes, with the quote before and without the one behind. */
const NAMES = [
  'image_id',
  'category_id',
  'segmentation',
  'bbox',
  'keypoints',
  'caption',
  'segments_info',
  'file_name',
].map((name) => Buffer.from(`"${name}`));

/** The member whose key ends before the quote at `end`; 0 for those that do not matter. */
export function fieldOf(buffer: Buffer, end: number): number {
  for (let f = 0; f < NAMES.length; f++) {
    const name = NAMES[f];
    if (name === undefined) continue;
    let at = end - 1;
    let left = name.length - 1;
    while (left >= 0 && buffer[at] === name[left]) {
      at--;
      left--;
    }
    if (left < 0 && buffer[at] !== BACKSLASH) return f + 1;
  }
  return 0;
}

/** Notes in `found` what the member `field` is, whose key ended before `from` and whose value ends before `end`. */
export function readField(
  field: number,
  found: FoundAnnotation,
  buffer: Buffer,
  from: number,
  end: number,
  idOf: IdCodes,
): void {
  let at = skipSpace(buffer, from);
  if (buffer[at] === COLON) at = skipSpace(buffer, at + 1);
  const first = buffer[at];
  switch (field) {
    case F_IMAGE:
      found.image = readId(buffer, at, end, idOf);
      break;
    case F_CATEGORY:
      found.category = readId(buffer, at, end, idOf);
      break;
    case F_SEGMENTATION: {
      if (first === BRACE) found.has |= HAS.rle;
      if (first !== OPEN) break;
      const inner = buffer[skipSpace(buffer, at + 1)];
      if (inner === BRACE) found.has |= HAS.rle;
      else if (inner !== CLOSE) found.has |= HAS.polygon;
      break;
    }
    case F_BBOX:
      if (first === OPEN && buffer[skipSpace(buffer, at + 1)] !== CLOSE) found.has |= HAS.box;
      break;
    case F_KEYPOINTS:
      if (first === OPEN && buffer[skipSpace(buffer, at + 1)] !== CLOSE) found.has |= HAS.keypoints;
      break;
    case F_CAPTION:
      if (first === QUOTE) found.has |= HAS.caption;
      break;
    case F_SEGMENTS:
      found.has |= HAS.segments;
      break;
    case F_FILE:
      if (first === QUOTE) found.fileName = JSON.parse(buffer.toString('utf8', at, end)) as string;
      break;
  }
}

function skipSpace(buffer: Buffer, from: number): number {
  let at = from;
  while ((buffer[at] ?? 0x21) <= 0x20) at++;
  return at;
}

function readId(buffer: Buffer, from: number, end: number, idOf: IdCodes): number {
  let value = 0;
  let at = from;
  for (let byte = buffer[at] ?? 0; byte >= ZERO && byte <= NINE; byte = buffer[++at] ?? 0)
    value = value * 10 + byte - ZERO;
  const stop = buffer[at] ?? 0;
  if (at > from && at - from < 16 && (stop === COMMA || stop === CLOSE_BRACE || stop <= 0x20)) return value;
  try {
    return idOf(JSON.parse(buffer.toString('utf8', from, end)));
  } catch {
    return Number.NaN;
  }
}
