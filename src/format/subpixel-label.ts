/** One label from indices of pixels to places in the plane; of a box the last pixel belongs to it. */
import { mapLabelPoints } from './label-points.ts';
import type { Label } from './model.ts';

export function subpixelLabel(label: Label): Label {
  return isBox(label)
    ? mapLabelPoints(label, ([x, y], i) => (i === 0 ? [x, y] : [x + 1, y + 1]))
    : mapLabelPoints(label, ([x, y]) => [x + 0.5, y + 0.5]);
}

export function isBox(label: Label): boolean {
  return label.geometryType === 'rectangle' || label.geometryType === 'oriented_bbox';
}
