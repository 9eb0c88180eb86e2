/**
 * Cuts every label to the image, `[0, width - 1] x [0, height - 1]` in pixel indices. A label may fall into
 * several or into none. Cropping what is cropped changes nothing. Labels that are inside come back as the
 * same objects, and reading their place costs no decoding of masks.
 */
import { toSlyError } from '../lib/errors.ts';
import {
  bitmapSize,
  decodeAlphaMask,
  decodeBitmap,
  encodeAlphaMask,
  encodeBitmap,
  type Mask,
} from './bitmap.ts';
import { type Box, clipLine, clipPolygon } from './clip.ts';
import { labelPoints, mapLabelPoints } from './label-points.ts';
import type { FormatProblem, ImageAnnotation, Label, OpaqueLabel, Point, Points, Ring } from './model.ts';
import { problem } from './problem.ts';
import { isKnownLabel } from './read-geometry.ts';

export interface Cropped {
  /** The same object when nothing had to be cut. */
  annotation: ImageAnnotation;
  /** `dropped` for labels nothing is left of, `warning` for those that were cut. */
  dropped: FormatProblem[];
}

export function cropAnnotation(annotation: ImageAnnotation): Cropped {
  const { width, height } = annotation.size;
  const box: Box = { left: 0, top: 0, right: width - 1, bottom: height - 1 };
  const dropped: FormatProblem[] = [];
  const objects: (Label | OpaqueLabel)[] = [];
  let changed = false;
  for (const [i, object] of annotation.objects.entries()) {
    const pieces = isKnownLabel(object) ? cropLabel(object, box) : [object];
    objects.push(...pieces);
    if (pieces.length === 1 && pieces[0] === object) continue;
    changed = true;
    const inside = `a ${object.geometryType} inside the image of ${width} x ${height}`;
    const gone = pieces.length === 0;
    const got = whereIs(object);
    const hint = gone ? 'Nothing of it is in the image; it was left out.' : 'It was cut at the border.';
    dropped.push(problem(gone ? 'dropped' : 'warning', `objects[${i}]`, inside, got, hint));
  }
  return { annotation: changed ? { ...annotation, objects } : annotation, dropped };
}

/** The label itself when it is inside. */
function cropLabel(label: Label, box: Box): Label[] {
  switch (label.geometryType) {
    case 'oriented_bbox':
    case 'multichannelBitmap':
      return [label];
    case 'bitmap':
    case 'alpha_mask':
      return cropMaskLabel(label, box);
    default:
      if (labelPoints(label).every((point) => isInside(point, box))) return [label];
      return cutLabel(label, box);
  }
}

function cutLabel(label: Label, box: Box): Label[] {
  const whole = labelPoints(label).every(([x, y]) => Number.isInteger(x) && Number.isInteger(y));
  const round = (points: Points): Points => (whole ? roundPoints(points) : points);
  switch (label.geometryType) {
    case 'rectangle':
      return cutRectangle(label, box);
    case 'polygon':
      return pieces(
        label,
        clipPolygon(label.points, box).map((points) => ({ ...label, points: round(points) })),
      );
    case 'multipolygon': {
      const parts = label.parts.flatMap((part) => clipPolygon(part, box)).map(round);
      return parts.length === 0 ? [] : [{ ...label, parts }];
    }
    case 'line':
      return pieces(
        label,
        clipLine(label.points.exterior, box).map((exterior) => ({
          ...label,
          points: round({ ...label.points, exterior }),
        })),
      );
    // A point has no extent and a graph no part that could be left: inside or gone. Newer servers place
    // points inside the last pixel (x up to the width), which is still that pixel.
    case 'point':
    case 'graph':
    case 'cuboid_2d':
    case 'cuboid': {
      const inImage = labelPoints(label).every(
        ([x, y]) => x >= 0 && y >= 0 && x <= box.right + 1 && y <= box.bottom + 1,
      );
      if (!inImage) return [];
      return [mapLabelPoints(label, ([x, y]) => [Math.min(x, box.right), Math.min(y, box.bottom)])];
    }
    default:
      return [label];
  }
}

function cutRectangle(
  label: Extract<Label, { geometryType: 'rectangle' | 'point' | 'line' | 'polygon' }>,
  box: Box,
) {
  const [a, b] = label.points.exterior;
  if (a === undefined || b === undefined) return [];
  const corner: Point = [Math.max(box.left, Math.min(a[0], b[0])), Math.max(box.top, Math.min(a[1], b[1]))];
  const opposite: Point = [
    Math.min(box.right, Math.max(a[0], b[0])),
    Math.min(box.bottom, Math.max(a[1], b[1])),
  ];
  if (corner[0] > opposite[0] || corner[1] > opposite[1]) return [];
  return [{ ...label, points: { ...label.points, exterior: [corner, opposite] } }];
}

/** Several pieces of one label: only the first can be the object the server knows by its id. */
function pieces(label: Label, cut: Label[]): Label[] {
  return cut.map((piece, i) => {
    if (i === 0 || label.id === undefined) return piece;
    const { id: _id, ...rest } = piece;
    return rest as Label;
  });
}

function cropMaskLabel(label: Extract<Label, { bitmap: unknown }>, box: Box): Label[] {
  const { width, height } = bitmapSize(label.bitmap);
  const [x, y] = label.bitmap.origin;
  if (x >= 0 && y >= 0 && x + width - 1 <= box.right && y + height - 1 <= box.bottom) return [label];
  const alpha = label.geometryType === 'alpha_mask';
  const mask = alpha ? decodeAlphaMask(label.bitmap) : decodeBitmap(label.bitmap);
  const part = cropMask(mask, { width: box.right + 1, height: box.bottom + 1 });
  if (part === undefined) return [];
  return [{ ...label, bitmap: { ...label.bitmap, ...(alpha ? encodeAlphaMask(part) : encodeBitmap(part)) } }];
}

/** The part of a mask inside the image, itself when all of it is; undefined when nothing is set in it. */
export function cropMask(mask: Mask, size: { width: number; height: number }): Mask | undefined {
  const left = Math.max(0, mask.x);
  const top = Math.max(0, mask.y);
  const right = Math.min(size.width, mask.x + mask.width);
  const bottom = Math.min(size.height, mask.y + mask.height);
  if (left >= right || top >= bottom) return undefined;
  const width = right - left;
  if (width === mask.width && bottom - top === mask.height) return isBlank(mask.data) ? undefined : mask;
  const data = new Uint8Array(width * (bottom - top));
  for (let y = top; y < bottom; y++) {
    const from = (y - mask.y) * mask.width + left - mask.x;
    data.set(mask.data.subarray(from, from + width), (y - top) * width);
  }
  if (isBlank(data)) return undefined;
  return { x: left, y: top, width, height: bottom - top, data };
}

function isBlank(data: Uint8Array): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) return false;
  return true;
}

/** Rounding stays inside: the border has whole numbers. */
function roundPoints({ exterior, interior, ...rest }: Points): Points {
  const round = (ring: Ring): Ring => ring.map(([x, y]) => [Math.round(x), Math.round(y)]);
  return { ...rest, exterior: round(exterior), interior: interior.map(round) };
}

function isInside([x, y]: Point, { left, top, right, bottom }: Box): boolean {
  return x >= left && y >= top && x <= right && y <= bottom;
}

function whereIs(object: Label | OpaqueLabel): unknown {
  if (!isKnownLabel(object)) return object.geometryType;
  if (object.geometryType !== 'bitmap' && object.geometryType !== 'alpha_mask') return labelPoints(object);
  try {
    const { width, height } = bitmapSize(object.bitmap);
    return `${width} x ${height} at ${object.bitmap.origin.join(', ')}`;
  } catch (error) {
    return toSlyError(error).detail;
  }
}
