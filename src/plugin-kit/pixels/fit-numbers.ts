/** A grid of numbers at another size: each pixel takes the number nearest to its centre, so no new numbers appear. */
import type { Numbers } from './split-values.ts';

export interface NumberGrid<T extends Numbers = Numbers> {
  width: number;
  height: number;
  /** Row-major. */
  numbers: T;
}

/** The same grid when it has the size already. */
export function fitNumbers<T extends Numbers>(
  grid: NumberGrid<T>,
  { width, height }: { width: number; height: number },
): NumberGrid<T> {
  if (grid.width === width && grid.height === height) return grid;
  const numbers = new (grid.numbers.constructor as new (length: number) => T)(width * height);
  const columns = Uint32Array.from({ length: width }, (_, x) => nearest(x, width, grid.width));
  for (let y = 0; y < height; y++) {
    const from = nearest(y, height, grid.height) * grid.width;
    const to = y * width;
    for (let x = 0; x < width; x++) numbers[to + x] = grid.numbers[from + (columns[x] as number)] as number;
  }
  return { width, height, numbers };
}

const nearest = (at: number, size: number, of: number): number =>
  Math.min(of - 1, Math.floor(((at + 0.5) * of) / size));
