/** Matrices of MATLAB as grids of numbers, row by row. */
import { SlyError } from '../../../src/lib/errors.ts';
import type { NumberGrid } from '../../../src/plugin-kit/pixels/fit-numbers.ts';
import { describeValue, type MatValue } from './mat-values.ts';

/** Negative numbers keep their 32 bits. Throws SLY_FORMAT_INVALID for what is no matrix of whole numbers. */
export function matGrid(value: MatValue | undefined, name: string): NumberGrid<Uint32Array> {
  if (value?.kind !== 'numbers' || value.dims.length !== 2 || value.data.length === 0)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `${name}: expected a matrix with two sizes, got ${describeValue(value)}`,
    });
  const [height = 0, width = 0] = value.dims;
  const { data } = value;
  const numbers = new Uint32Array(data.length);
  for (let x = 0, from = 0; x < width; x++) {
    for (let y = 0; y < height; y++, from++) {
      const number = Number(data[from]);
      if (!Number.isInteger(number) || number < -0x80000000 || number > 0xffffffff)
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `${name}(${y + 1},${x + 1}): expected a whole number, got ${number}`,
        });
      numbers[y * width + x] = number;
    }
  }
  return { width, height, numbers };
}
