/**
 * A panoptic annotation as labels: each segment is the pixels of one number, which the colours of its PNG are
 * (R + 256 G + 65536 B). Things and stuff alike become masks.
 */
import { readFileSync } from 'node:fs';
import { decodeBitmap } from '../../src/format/bitmap.ts';
import type { BitmapJson, Label, Tag } from '../../src/format/model.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import { maskToPolygons } from '../../src/format/raster.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { fitNumbers, type NumberGrid } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { decodePngValues, toColours } from '../../src/plugin-kit/pixels/read-values.ts';
import { type ValueBitmap, valueBitmaps } from '../../src/plugin-kit/pixels/value-bitmaps.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { CategoryClasses } from './categories.ts';
import type { MaskOutcome } from './convert-job.ts';
import type { RawEntry } from './job-entries.ts';

export interface PanopticContext {
  /** Path of the JSON file. */
  file: string;
  /** Absolute path of a file of the source. */
  locate(path: string): string;
  size: Size;
  /** By the id of a category as the file has it. */
  classesOf(id: unknown): CategoryClasses | undefined;
  tagsOf(segment: Readonly<Record<string, unknown>>): Tag[];
  instance(): string;
  book: Pick<ProblemBook, 'note'>;
}

/** What became of the mask, when it is there; other problems are in the book. */
export function addSegments(
  entry: RawEntry,
  context: PanopticContext,
  into: Label[],
): MaskOutcome | undefined {
  const { file, size, book } = context;
  const { mask, index } = entry;
  const segments = entry.value.segments_info as unknown[];
  const place = `annotations[${index}]`;
  const warn = (kind: string, key: string, message: () => string, code = 'SLY_FORMAT_INVALID'): void =>
    book.note('warning', kind, () => ({ file, place: `${place}.${key}`, code, message: message() }));
  if (mask === undefined) {
    const name = entry.value.file_name;
    warn(
      'panoptic masks that are not among the files',
      'file_name',
      () => `expected the PNG of its segments, ${shown(name)}, among the files, got none`,
      'SLY_NOT_FOUND',
    );
    return undefined;
  }
  const bitmaps = readBitmaps(mask, segments, context);
  if (bitmaps instanceof SlyError)
    return { path: mask, problem: { file: mask, code: bitmaps.code, message: bitmaps.detail } };
  const left = new Set(bitmaps.keys());
  for (const [s, segment] of segments.entries()) {
    const key = `segments_info[${s}]`;
    const id = isRecord(segment) ? toNumber(segment.id) : undefined;
    if (!isRecord(segment) || id === undefined) {
      warn('segments without an id', key, () => `expected {id, category_id}, got ${shown(segment)}`);
      continue;
    }
    left.delete(id);
    const classes = context.classesOf(segment.category_id);
    if (classes === undefined) {
      warn(
        'annotations of a category the file does not have',
        `${key}.category_id`,
        () => `expected the id of a category, got ${shown(segment.category_id)}; the segment is left out`,
      );
      continue;
    }
    const found = bitmaps.get(id);
    if (found === undefined) {
      warn(
        'segments without a pixel',
        `${key}.id`,
        () => `expected pixels of number ${id} in ${mask}, got none`,
      );
      continue;
    }
    addSegment(found.bitmap, classes, context.tagsOf(segment), context, into, () =>
      warn('masks too thin for a polygon', key, () => 'expected an area; use rle_as: bitmap to keep it'),
    );
  }
  if (left.size > 0)
    warn(
      'panoptic masks with numbers that no segment has',
      'segments_info',
      () =>
        `expected a segment for each number in ${mask}, got none for ${[...left].slice(0, 5).join(', ')}${left.size > 5 ? ', ...' : ''}; those pixels are left out (${size.width} x ${size.height})`,
    );
  return { path: mask };
}

function readBitmaps(
  mask: string,
  segments: readonly unknown[],
  { locate, size, book }: PanopticContext,
): ReadonlyMap<number, ValueBitmap> | SlyError {
  // 0 is what nobody labelled, unless a segment says otherwise.
  const hasZero = segments.some((one) => isRecord(one) && toNumber(one.id) === 0);
  try {
    const grid = segmentNumbers(readFileSync(locate(mask)));
    if (grid.width !== size.width || grid.height !== size.height)
      book.note('warning', 'panoptic masks of another size than their image', () => ({
        file: mask,
        code: 'SLY_FORMAT_INVALID',
        message: `expected ${size.width} x ${size.height} pixels, got ${grid.width} x ${grid.height}; the mask is scaled`,
      }));
    const { numbers, width, height } = fitNumbers(grid, size);
    return valueBitmaps(numbers, width, height, new Set(hasZero ? [] : [0]));
  } catch (error) {
    return toSlyError(error);
  }
}

/** Of a grey PNG the numbers as they are. Throws SLY_IMAGE_UNREADABLE. */
export function segmentNumbers(png: Uint8Array): NumberGrid {
  const image = decodePngValues(png);
  const { width, height, channels, palette, data } = image;
  if (palette === undefined && channels === 1) return { width, height, numbers: data };
  const numbers = toColours(image);
  for (let i = 0; i < numbers.length; i++) {
    const colour = numbers[i] as number;
    numbers[i] = (colour >> 16) | (colour & 0xff00) | ((colour & 0xff) << 16);
  }
  return { width, height, numbers };
}

function addSegment(
  bitmap: BitmapJson,
  classes: CategoryClasses,
  tags: Tag[],
  { instance }: PanopticContext,
  into: Label[],
  tooThin: () => void,
): void {
  if (classes.mask !== undefined) {
    into.push({ classTitle: classes.mask, tags, geometryType: 'bitmap', shape: 'bitmap', bitmap });
    return;
  }
  const title = classes.polygon;
  if (title === undefined) return;
  const polygons = maskToPolygons(decodeBitmap(bitmap));
  if (polygons.length === 0) tooThin();
  const key = polygons.length > 1 ? { instance: instance() } : {};
  for (const points of polygons)
    into.push({ classTitle: title, tags, geometryType: 'polygon', shape: 'polygon', points, ...key });
}
