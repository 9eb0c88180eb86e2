/** A label as four corners: its own where it has four, else those of the smallest rectangle around it. */
import { decodeAlphaMask, decodeBitmap, type Mask } from '../../src/format/bitmap.ts';
import type { Label, Point, Points, Ring } from '../../src/format/model.ts';
import { orientedCorners } from '../../src/format/raster.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { isConvexQuad, minAreaRectangle } from '../../src/plugin-kit/oriented-box.ts';

/** Undefined when there is no place for it; why is counted. */
export function cornersOf(label: Label, losses: Losses): Ring | undefined {
  switch (label.geometryType) {
    case 'rectangle': {
      const [a, b] = label.points.exterior;
      if (a === undefined || b === undefined) return undefined;
      return orientedCorners([a, b], 0);
    }
    case 'oriented_bbox':
      return orientedCorners(label.points, label.angle);
    case 'polygon':
      return outlineCorners([label.points], losses);
    case 'multipolygon':
      return outlineCorners(label.parts, losses);
    case 'line':
      losses.add('line (its smallest rectangle is written)');
      return minAreaRectangle(label.points.exterior);
    case 'bitmap':
    case 'alpha_mask':
      try {
        const { geometryType, bitmap } = label;
        const mask = geometryType === 'bitmap' ? decodeBitmap(bitmap) : decodeAlphaMask(bitmap);
        losses.add('mask (its smallest rectangle is written)');
        return minAreaRectangle(edgePixels(mask));
      } catch (error) {
        losses.add(`mask without readable data (${toSlyError(error).detail})`);
        return undefined;
      }
    default:
      losses.add(`label of shape ${label.geometryType}`);
      return undefined;
  }
}

function outlineCorners(parts: readonly Points[], losses: Losses): Ring | undefined {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only.interior.length === 0 && isConvexQuad(only.exterior))
    return only.exterior;
  losses.add('outline (its smallest rectangle is written)');
  return minAreaRectangle(parts.flatMap(({ exterior }) => exterior));
}

/** The first and last pixel of each row: no other can be at the edge of the hull. */
function edgePixels({ x, y, width, height, data }: Mask): Point[] {
  const points: Point[] = [];
  for (let row = 0; row < height; row++) {
    const start = row * width;
    let first = start;
    while (first < start + width && data[first] === 0) first++;
    if (first === start + width) continue;
    let last = start + width - 1;
    while (data[last] === 0) last--;
    points.push([x + first - start, y + row]);
    if (last > first) points.push([x + last - start, y + row]);
  }
  return points;
}
