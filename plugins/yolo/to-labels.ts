/** One line of numbers as labels; sizes and places are shares of the picture, from 0 to 1. */
import type { Geometry, GraphNode, Label, Point, Ring, Tag } from '../../src/format/model.ts';
import { ringArea } from '../../src/format/raster.ts';
import { turnedBoxOfCorners } from '../../src/plugin-kit/oriented-box.ts';
import { turnedBoxGeometry } from '../../src/plugin-kit/round-shapes.ts';
import { boxPixels, pointPixel, polygonPixels, type Size } from '../../src/plugin-kit/to-pixels.ts';
import type { ObbAs, YoloClass } from './classes.ts';
import type { KeypointShape } from './config.ts';
import type { LineKind } from './line-shape.ts';

export interface LineContext {
  size: Size;
  obb: ObbAs;
  keypoints: KeypointShape | undefined;
  keepHidden: boolean;
  keypointBoxes: boolean;
  /** Outlines are to become their boxes. */
  boxesOnly: boolean;
  confidence(value: number): Tag;
  instance(): string;
}

/** Half of the sixth decimal, which is what most programs write. */
const ROUNDING = 0.6e-6;

/** Labels of a line; or why there are none: what was expected. The numbers are valid until the next line. */
export function labelsOfLine(
  values: Float64Array,
  count: number,
  { kind, owner, context }: { kind: LineKind; owner: YoloClass; context: LineContext },
): Label[] | string {
  const end = kind.hasConfidence ? count - 1 : count;
  const tags = kind.hasConfidence ? [context.confidence(values[end] ?? 0)] : [];
  switch (kind.shape) {
    case 'box': {
      const points = boxOf(values, context.size);
      if (points === undefined) return OUTSIDE;
      return [label(owner.boxTitle(), tags, rectangle(points))];
    }
    case 'keypoints':
      return keypointLabels(values, { owner, tags, context });
    case 'corners':
    case 'polygon': {
      const ring = ringOf(values, end, context.size);
      if (context.boxesOnly) return boxAround(ring, owner, tags, context.size);
      if (kind.shape === 'corners' && context.obb === 'oriented_bbox')
        return turnedBox(ring, owner, tags, context.size);
      return polygons(ring, owner, tags, context);
    }
  }
}

const OUTSIDE = 'a place inside the picture';

function boxOf(values: Float64Array, { width, height }: Size): [Point, Point] | undefined {
  const [w, h] = [(values[3] ?? 0) * width, (values[4] ?? 0) * height];
  return boxPixels((values[1] ?? 0) * width - w / 2, (values[2] ?? 0) * height - h / 2, w, h, {
    width,
    height,
  });
}

function keypointLabels(
  values: Float64Array,
  { owner, tags, context }: { owner: YoloClass; tags: Tag[]; context: LineContext },
): Label[] | string {
  const { size, keypoints, keepHidden } = context;
  const dims = keypoints?.dims ?? 3;
  const nodes: Record<string, GraphNode> = {};
  let any = false;
  for (let i = 0; i < owner.nodes.length; i++) {
    const at = 5 + i * dims;
    const [x, y] = [values[at] ?? 0, values[at + 1] ?? 0];
    const visible = dims === 3 ? (values[at + 2] ?? 0) : (x === 0 && y === 0) || x < 0 || y < 0 ? 0 : 2;
    if (visible <= 0 || (visible < 2 && Number.isInteger(visible) && !keepHidden)) continue;
    const loc = pointPixel(snap(x, size.width), snap(y, size.height), size);
    // A model writes how sure it is in that place; one half is its usual limit.
    const hidden = Number.isInteger(visible) ? visible === 1 : visible < 0.5;
    if (hidden && !keepHidden) continue;
    nodes[owner.nodes[i] ?? ''] = hidden ? { loc, disabled: true } : { loc };
    any = true;
  }
  const box = boxOf(values, size);
  const graph = any ? [label(owner.title, tags, { geometryType: 'graph', nodes })] : [];
  const withBox = box !== undefined && (context.keypointBoxes || !any);
  const boxes = withBox ? [label(owner.boxTitle(), tags, rectangle(box))] : [];
  if (!any && !withBox) return OUTSIDE;
  if (any && withBox) {
    const instance = context.instance();
    for (const one of [...graph, ...boxes]) one.instance = instance;
  }
  return [...graph, ...boxes];
}

function boxAround(ring: Ring, owner: YoloClass, tags: Tag[], size: Size): Label[] | string {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of ring) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const points = boxPixels(left, top, right - left, bottom - top, size);
  return points === undefined ? OUTSIDE : [label(owner.title, tags, rectangle(points))];
}

function turnedBox(ring: Ring, owner: YoloClass, tags: Tag[], size: Size): Label[] | string {
  const box = turnedBoxOfCorners(ring);
  if (box === undefined || !ring.some(([x, y]) => x >= 0 && y >= 0 && x <= size.width && y <= size.height))
    return OUTSIDE;
  return [label(owner.title, tags, turnedBoxGeometry(box))];
}

function polygons(ring: Ring, owner: YoloClass, tags: Tag[], context: LineContext): Label[] | string {
  const [first, last] = [ring[0], ring.at(-1)];
  if (
    ring.length > 3 &&
    first !== undefined &&
    last !== undefined &&
    first[0] === last[0] &&
    first[1] === last[1]
  )
    ring.pop();
  const pieces = polygonPixels({ exterior: ring, interior: [] }, context.size);
  if (pieces.length === 0) return ringArea(ring) === 0 ? 'an outline with an area' : OUTSIDE;
  const labels = pieces.map((points) => label(owner.title, tags, { geometryType: 'polygon', points }));
  if (labels.length > 1) {
    const instance = context.instance();
    for (const one of labels) one.instance = instance;
  }
  return labels;
}

function ringOf(values: Float64Array, end: number, { width, height }: Size): Ring {
  const ring: Ring = [];
  for (let i = 1; i + 1 < end; i += 2)
    ring.push([snap(values[i] ?? 0, width), snap(values[i + 1] ?? 0, height)]);
  return ring;
}

/** A whole number of pixels that lost its last decimals is that number again. */
function snap(share: number, size: number): number {
  const place = share * size;
  const whole = Math.round(place);
  return Math.abs(place - whole) <= size * ROUNDING ? whole : place;
}

const rectangle = ([a, b]: [Point, Point]): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});

function label(classTitle: string, tags: Tag[], geometry: Geometry): Label {
  return { classTitle, tags, shape: geometry.geometryType, ...geometry };
}
