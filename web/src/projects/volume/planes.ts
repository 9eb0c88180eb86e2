/** The three planes of a volume. Index axes x, y, z are 0, 1, 2; a slice has columns and rows of two of them. */
export type Axis = 0 | 1 | 2;
export type Triple = [x: number, y: number, z: number];

export interface Plane {
  name: 'axial' | 'coronal' | 'sagittal';
  title: string;
  column: Axis;
  row: Axis;
  /** Along which the slices follow each other. */
  normal: Axis;
}

export const PLANES: readonly Plane[] = [
  { name: 'axial', title: 'Axial', column: 0, row: 1, normal: 2 },
  { name: 'coronal', title: 'Coronal', column: 0, row: 2, normal: 1 },
  { name: 'sagittal', title: 'Sagittal', column: 1, row: 2, normal: 0 },
];

/** Direction in the world of an index axis: its column of the matrix. */
const columnOf = (toWorld: readonly number[], axis: Axis): Triple =>
  [0, 4, 8].map((row) => toWorld[row + axis] ?? 0) as Triple;

/** Millimetres from one voxel to the next along each axis. */
export function spacingOf(toWorld: readonly number[]): Triple {
  return ([0, 1, 2] as const).map((axis) => Math.hypot(...columnOf(toWorld, axis)) || 1) as Triple;
}

const ENDS = [
  ['L', 'R'],
  ['P', 'A'],
  ['I', 'S'],
] as const;

/** Where an axis comes from and goes to in the body: `['L', 'R']` from left to right. */
export function endsOf(toWorld: readonly number[], axis: Axis): [from: string, to: string] {
  const direction = columnOf(toWorld, axis);
  const sizes = direction.map(Math.abs);
  const main = sizes.indexOf(Math.max(...sizes));
  const [low, high] = ENDS[main] ?? ['', ''];
  return (direction[main] ?? 0) >= 0 ? [low, high] : [high, low];
}

/** Front and head are up: rows that go there are shown from the last to the first. */
export const isUpward = (toWorld: readonly number[], row: Axis): boolean =>
  ['A', 'S', 'R'].includes(endsOf(toWorld, row)[1]);

/** A place in the world as an index, not rounded. Undefined when the matrix has no inverse. */
export function indexOf(toWorld: readonly number[], world: Triple): Triple | undefined {
  const [a, b, c] = ([0, 1, 2] as const).map((axis) => columnOf(toWorld, axis)) as [Triple, Triple, Triple];
  const away = world.map((value, k) => value - (toWorld[4 * k + 3] ?? 0)) as Triple;
  const whole = determinant(a, b, c);
  if (Math.abs(whole) < 1e-12) return undefined;
  return [determinant(away, b, c) / whole, determinant(a, away, c) / whole, determinant(a, b, away) / whole];
}

export function worldOf(toWorld: readonly number[], [x, y, z]: Triple): Triple {
  return [0, 4, 8].map(
    (row) =>
      (toWorld[row] ?? 0) * x +
      (toWorld[row + 1] ?? 0) * y +
      (toWorld[row + 2] ?? 0) * z +
      (toWorld[row + 3] ?? 0),
  ) as Triple;
}

const determinant = (a: Triple, b: Triple, c: Triple): number =>
  a[0] * (b[1] * c[2] - b[2] * c[1]) -
  b[0] * (a[1] * c[2] - a[2] * c[1]) +
  c[0] * (a[1] * b[2] - a[2] * b[1]);
