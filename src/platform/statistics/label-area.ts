/** How much of an image an object covers, as pixels. */
import { bitmapSize, decodeBitmap } from '../../format/bitmap.ts';
import type { Label, OpaqueLabel, Ring } from '../../format/model.ts';

/** What may still be decoded: masks cost a thousand times what a polygon costs. */
export interface MaskBudget {
  masks: number;
  pixels: number;
}

/**
 * Undefined for what has no area (points, lines, graphs) or is not known, and for masks when the budget is used up.
 * `subpixel` says what the coordinates are: positions, or indices with the last pixel included.
 */
export function labelArea(
  label: Label | OpaqueLabel,
  options: { subpixel: boolean; budget: MaskBudget },
): number | undefined {
  const one = label as Label;
  const last = options.subpixel ? 0 : 1;
  try {
    switch (one.geometryType) {
      case 'rectangle': {
        const [width, height] = extent(one.points.exterior);
        return (width + last) * (height + last);
      }
      case 'oriented_bbox': {
        const [width, height] = extent(one.points);
        return (width + last) * (height + last);
      }
      case 'polygon':
        return ringsArea(one.points);
      case 'multipolygon':
        return one.parts.reduce((sum, part) => sum + ringsArea(part), 0);
      case 'bitmap':
      case 'alpha_mask':
        return maskArea(one.bitmap, options.budget);
      default:
        return undefined;
    }
  } catch {
    // Something an import kept as it was found; it has no area anybody knows.
    return undefined;
  }
}

function maskArea(json: { origin: [number, number]; data: string }, budget: MaskBudget): number | undefined {
  const { width, height } = bitmapSize(json);
  if (budget.masks <= 0 || width * height > budget.pixels) return undefined;
  budget.masks--;
  budget.pixels -= width * height;
  let set = 0;
  for (const value of decodeBitmap(json).data) set += value === 0 ? 0 : 1;
  return set;
}

function ringsArea({ exterior, interior }: { exterior: Ring; interior: Ring[] }): number {
  return Math.max(
    0,
    (interior ?? []).reduce((rest, ring) => rest - ringArea(ring), ringArea(exterior)),
  );
}

function ringArea(ring: Ring): number {
  let twice = 0;
  let before = ring.at(-1);
  for (const point of ring) {
    if (before !== undefined) twice += before[0] * point[1] - point[0] * before[1];
    before = point;
  }
  return Math.abs(twice) / 2;
}

function extent(points: Ring): [number, number] {
  const along = (axis: 0 | 1): number => {
    const values = points.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  };
  return [along(0), along(1)];
}
