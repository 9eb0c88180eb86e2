/**
 * Cityscapes has one list of points for an object. Holes go into it ring behind ring, each closed by its first
 * point again: filled by even and odd, that is what it looks like. `out of roi` was always written so.
 */
import type { Points, Ring } from '../../src/format/model.ts';
import { pointBounds } from '../../src/format/raster.ts';

/** `always`: the first ring is an outline and the rest holes, even where nothing is closed (after five points). */
export function splitRings(list: Ring, always: boolean): Points {
  const rings = closedRings(list);
  const [first] = rings ?? [];
  if (
    rings !== undefined &&
    first !== undefined &&
    (always || rings.slice(1).every((ring) => isWithin(ring, first)))
  )
    return { exterior: first, interior: rings.slice(1) };
  if (always && list.length >= 8)
    return { exterior: open(list.slice(0, 5)), interior: [open(list.slice(5))] };
  return { exterior: open(list), interior: [] };
}

/** Rings without their last point; undefined when something is left over. */
function closedRings(list: Ring): Ring[] | undefined {
  const rings: Ring[] = [];
  for (let start = 0; start < list.length; ) {
    const first = list[start];
    let end = start + 3;
    while (end < list.length && !isSame(list[end], first)) end++;
    if (end >= list.length) return undefined;
    rings.push(list.slice(start, end));
    start = end + 1;
  }
  return rings;
}

export function joinRings({ exterior, interior }: Points): Ring {
  if (interior.length === 0) return exterior;
  return [exterior, ...interior].flatMap((ring) => {
    const [first] = ring;
    return first === undefined ? [] : [...ring, first];
  });
}

function open(ring: Ring): Ring {
  return ring.length > 3 && isSame(ring[0], ring.at(-1)) ? ring.slice(0, -1) : ring;
}

function isSame(a: Ring[number] | undefined, b: Ring[number] | undefined): boolean {
  return a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1];
}

function isWithin(inner: Ring, outer: Ring): boolean {
  const [a, b] = [pointBounds(inner), pointBounds(outer)];
  if (a === undefined || b === undefined) return false;
  return a.left >= b.left && a.top >= b.top && a.right <= b.right && a.bottom <= b.bottom;
}
