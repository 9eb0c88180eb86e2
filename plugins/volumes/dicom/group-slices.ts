/** Which slices are of one volume: one series, one grid, one direction, all of them placed in space or none. */
import type { Slice } from './read-image.ts';
import { dot } from './vectors.ts';

/** Cosine of what scanners let the direction of one volume drift by. */
const SAME_DIRECTION = 0.9999;
const SAME_SPACING = 1e-3;
/** A series of thousands of directions is no reason to compare each with all. */
const COMPARED = 64;

/** In the order in which their first slices come. */
export function groupSlices(slices: Iterable<Slice>): Slice[][] {
  const found = new Map<string, Slice[][]>();
  for (const slice of slices) {
    const { study, series, rows, columns, isInverse } = slice.image;
    const key = [study, series, rows, columns, isInverse].join('|');
    const groups = found.get(key) ?? [];
    const group = groups.slice(-COMPARED).find(([first]) => first !== undefined && isAlike(first, slice));
    if (group === undefined) groups.push([slice]);
    else group.push(slice);
    found.set(key, groups);
  }
  return [...found.values()].flat();
}

function isAlike(a: Slice, b: Slice): boolean {
  if (isPlaced(a) !== isPlaced(b)) return false;
  const [rows, columns] = a.spacing ?? [0, 0];
  const [rowsOfB, columnsOfB] = b.spacing ?? [0, 0];
  if (Math.abs(rows - rowsOfB) > SAME_SPACING || Math.abs(columns - columnsOfB) > SAME_SPACING) return false;
  const alongIsAlike = a.along === undefined ? b.along === undefined : b.along && isTo(a.along, b.along);
  return alongIsAlike === true && (a.down === undefined || (b.down !== undefined && isTo(a.down, b.down)));
}

const isPlaced = ({ position, along }: Slice): boolean => position !== undefined && along !== undefined;
const isTo = (a: NonNullable<Slice['along']>, b: NonNullable<Slice['along']>): boolean =>
  dot(a, b) > SAME_DIRECTION;
