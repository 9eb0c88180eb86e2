/** The numbers of a mask file, whatever kind of file it is. Runs in a worker. */
import { readFileSync, statSync } from 'node:fs';
import { SlyError } from '../../src/lib/errors.ts';
import type { NumberGrid } from '../../src/plugin-kit/pixels/fit-numbers.ts';
import { readValues, toColours, toValues, type ValueImage } from '../../src/plugin-kit/pixels/read-values.ts';
import type { Legend, MaskReading } from './data-set.ts';
import { matGrid } from './mat/mat-grid.ts';
import { readMat } from './mat/read-mat.ts';
import { parseTextGrid } from './text-grid.ts';

/** Pixels; a mask of this size takes some 500 MB while it is worked on. */
const MAX_PIXELS = 64e6;
const MAX_TEXT_BYTES = 128 << 20;
const MAX_MAT_BYTES = 128 << 20;

export type Reading = Exclude<MaskReading, { kind: 'mat-parts' }>;

/** `file` is absolute. Throws SLY_FORMAT_INVALID or SLY_IMAGE_UNREADABLE with expected and got. */
export async function readGrid(
  file: string,
  reading: Reading,
  numbers: Legend['numbers'],
): Promise<NumberGrid> {
  if (reading.kind === 'mat')
    return matGrid(
      readMat(readSmall(file, MAX_MAT_BYTES), { wanted: new Set([reading.variable]) }).get(reading.variable),
      reading.variable,
    );
  if (/\.txt$/i.test(file)) return parseTextGrid(readSmall(file, MAX_TEXT_BYTES).toString('latin1'));
  const image = await readValues(file, MAX_PIXELS);
  return { width: image.width, height: image.height, numbers: numbersOf(image, numbers) };
}

export function readSmall(file: string, maxBytes = MAX_MAT_BYTES): Buffer {
  const { size } = statSync(file);
  if (size > maxBytes)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected a mask of at most ${maxBytes} bytes, got ${size}`,
    });
  return readFileSync(file);
}

function numbersOf(image: ValueImage, numbers: Legend['numbers']): NumberGrid['numbers'] {
  if (numbers === 'values') return toValues(image);
  const colours = toColours(image);
  if (numbers === 'category-instance')
    for (let i = 0; i < colours.length; i++) colours[i] = (colours[i] as number) >>> 8;
  return colours;
}
