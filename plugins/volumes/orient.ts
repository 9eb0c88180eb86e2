/** Turns a grid so that x goes right, y anterior, z superior: axes are swapped and flipped, no voxel is computed anew. */
import type { NrrdGrid } from '../../src/format/write-nrrd.ts';

type Triple = [number, number, number];

export interface Turn {
  sizes: Triple;
  directions: NrrdGrid['directions'];
  origin: Triple;
  /** In the grid that is turned: where its first voxel is, and how far the next one is along each axis of the new. */
  first: number;
  strides: Triple;
  /** Which axis of the grid that is turned each axis of the new one is. */
  axes: Triple;
}

const ORDERS: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** `toWorld`: row-major 4 x 4, index to RAS; x varies fastest. */
export function turnToRas(sizes: Triple, toWorld: readonly number[]): Turn {
  const column = (axis: number): Triple => [0, 1, 2].map((row) => toWorld[4 * row + axis] ?? 0) as Triple;
  const columns = [column(0), column(1), column(2)] as const;
  const lengths = columns.map((one) => Math.hypot(...one) || 1);
  /** How much of axis `axis` goes along world axis `world`. */
  const share = (axis: number, world: number): number =>
    Math.abs((columns[axis]?.[world] ?? 0) / (lengths[axis] ?? 1));
  const match = (order: Triple): number => order.reduce((sum, axis, world) => sum + share(axis, world), 0);
  const order = ORDERS.reduce((best, one) => (match(one) > match(best) + 1e-9 ? one : best));
  const steps: Triple = [1, sizes[0], sizes[0] * sizes[1]];
  const origin = [0, 1, 2].map((row) => toWorld[4 * row + 3] ?? 0) as Triple;
  let first = 0;
  const turned = order.map((axis, world) => {
    const direction = columns[axis] as Triple;
    const size = sizes[axis] as number;
    const step = steps[axis] as number;
    if ((direction[world] as number) >= 0) return { size, step, direction };
    first += (size - 1) * step;
    for (const row of [0, 1, 2] as const) origin[row] += direction[row] * (size - 1);
    return { size, step: -step, direction: direction.map((value) => -value || 0) as Triple };
  });
  return {
    sizes: turned.map(({ size }) => size) as Triple,
    directions: turned.map(({ direction }) => direction) as unknown as NrrdGrid['directions'],
    origin,
    first,
    strides: turned.map(({ step }) => step) as Triple,
    axes: [...order],
  };
}

/** Calls `put` for each voxel of the turned grid, x fastest, with where it is in the grid it comes from. */
export function eachTurned({ sizes, first, strides }: Turn, put: (to: number, from: number) => void): void {
  const [nx, ny, nz] = sizes;
  const [dx, dy, dz] = strides;
  let to = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      let from = first + z * dz + y * dy;
      for (let x = 0; x < nx; x++) {
        put(to++, from);
        from += dx;
      }
    }
}
