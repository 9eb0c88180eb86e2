/**
 * Two ways to say where a point is. Pixel: the index of the pixel, right and bottom of a box inclusive (files
 * and this program). Sub-pixel: a place in the plane, pixel 0 from 0 to 1 (newer servers). Masks are the
 * same in both.
 */
import { mapLabelPoints } from './label-points.ts';
import type { ImageAnnotation, Label, OpaqueLabel, Point } from './model.ts';
import { isKnownLabel } from './read-geometry.ts';
import { isBox, subpixelLabel } from './subpixel-label.ts';

/** A pixel at the border of a box belongs to it when at least this much of it is covered. */
const COVERED = 0.3;
/** Against binary fractions: 0.7 is not quite 1 - 0.3. */
const SLACK = 1e-9;

export function toSubpixel(annotation: ImageAnnotation): ImageAnnotation {
  return eachLabel(annotation, subpixelLabel);
}

/** Gives integers. `toPixel(toSubpixel(a))` is `a` where `a` has integers inside the image. */
export function toPixel(annotation: ImageAnnotation): ImageAnnotation {
  const { width, height } = annotation.size;
  const point = ([x, y]: Point): Point => [below(Math.floor(x), width), below(Math.floor(y), height)];
  return eachLabel(annotation, (label) => {
    if (!isBox(label)) return mapLabelPoints(label, point);
    const box = mapLabelPoints(label, ([x, y], i) =>
      i === 0 ? [below(firstPixel(x), width), below(firstPixel(y), height)] : [lastPixel(x), lastPixel(y)],
    );
    return ordered(box);
  });
}

const firstPixel = (edge: number): number => {
  const pixel = Math.floor(edge);
  return pixel + 1 - edge >= COVERED - SLACK ? pixel : pixel + 1;
};

const lastPixel = (edge: number): number => {
  const pixel = Math.floor(edge);
  return edge - pixel >= COVERED - SLACK ? pixel : pixel - 1;
};

const below = (pixel: number, size: number): number => (pixel === size ? size - 1 : pixel);

/** A box that covers no pixel enough keeps one. */
function ordered(box: Label): Label {
  const least = { x: -Infinity, y: -Infinity };
  return mapLabelPoints(box, ([x, y], i) => {
    if (i === 0) Object.assign(least, { x, y });
    return [Math.max(least.x, x), Math.max(least.y, y)];
  });
}

function eachLabel(annotation: ImageAnnotation, change: (label: Label) => Label): ImageAnnotation {
  const objects = annotation.objects.map((object: Label | OpaqueLabel) =>
    isKnownLabel(object) ? change(object) : object,
  );
  return { ...annotation, objects };
}
