/** Objects of one picture as lines, by task. All numbers are shares of the picture, inside 0 and 1: loaders refuse others. */
import type { Label, Point, Ring } from '../../src/format/model.ts';
import { geometryBounds, pointBounds } from '../../src/format/raster.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { isConvexQuad, minAreaRectangle } from '../../src/plugin-kit/oriented-box.ts';
import { turnedBoxOf, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { Graph, YoloObject } from './export-objects.ts';
import { boxCorners, joinRings, middle, outlineRings } from './export-rings.ts';
import type { Task } from './line-shape.ts';

export interface LineOptions {
  task: Task;
  size: Size;
  /** Keypoints of every line. */
  keypoints: number;
  joinParts: boolean;
  losses: Losses;
}

export function linesOf(object: YoloObject, options: LineOptions): string[] {
  switch (options.task) {
    case 'detect':
      return detectLines(object, options);
    case 'segment':
      return segmentLines(object, options);
    case 'pose':
      return poseLines(object, options);
    case 'obb':
      return obbLines(object, options);
  }
}

/** Left, top, right, bottom in the plane. */
type Box = [left: number, top: number, right: number, bottom: number];

function detectLines(object: YoloObject, { size, losses }: LineOptions): string[] {
  const { box, graph, others } = object;
  const boxed = others.filter((label) => {
    if (label.geometryType !== 'point' && label.geometryType !== 'multichannelBitmap') return true;
    losses.add(`label of shape ${label.geometryType}`);
    return false;
  });
  for (const { geometryType } of [...boxed, ...(graph === undefined ? [] : [graph])])
    losses.add(`label of shape ${geometryType} beyond its box`);
  const own = box === undefined ? unionBox([...boxed, ...(graph === undefined ? [] : [graph])]) : edges(box);
  const line = own === undefined ? undefined : boxLine(own, size, losses);
  return line === undefined ? [] : [`${object.owner.index} ${line}`];
}

function unionBox(geometries: readonly (Label | Graph)[]): Box | undefined {
  let union: Box | undefined;
  for (const geometry of geometries) {
    const box = boxOf(geometry);
    if (box === undefined) continue;
    union =
      union === undefined
        ? box
        : [
            Math.min(union[0], box[0]),
            Math.min(union[1], box[1]),
            Math.max(union[2], box[2]),
            Math.max(union[3], box[3]),
          ];
  }
  return union;
}

function boxOf(geometry: Label | Graph): Box | undefined {
  if (geometry.geometryType === 'oriented_bbox') {
    const bounds = pointBounds(turnedCorners(turnedBoxOf(geometry.points, geometry.angle)));
    return bounds === undefined ? undefined : [bounds.left, bounds.top, bounds.right, bounds.bottom];
  }
  const bounds = geometryBounds(geometry);
  return bounds === undefined ? undefined : [bounds.left, bounds.top, bounds.right + 1, bounds.bottom + 1];
}

const edges = ([a, b]: [Point, Point]): Box => [a[0], a[1], b[0] + 1, b[1] + 1];

/** Centre and size; undefined when nothing of it is in the picture. */
function boxLine([l, t, r, b]: Box, { width, height }: Size, losses: Losses): string | undefined {
  const [left, right] = [Math.max(0, l), Math.min(width, r)];
  const [top, bottom] = [Math.max(0, t), Math.min(height, b)];
  if (left >= right || top >= bottom) {
    losses.add('label outside of its picture');
    return undefined;
  }
  return [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ]
    .map(share)
    .join(' ');
}

function segmentLines(object: YoloObject, options: LineOptions): string[] {
  const { box, graph, others } = object;
  const { losses, joinParts } = options;
  if (graph !== undefined) losses.add('label of shape graph');
  const rings: Ring[] = [];
  let outlined = false;
  for (const label of others) {
    const own = outlineRings(label, losses);
    if (own === undefined) losses.add(`label of shape ${label.geometryType}`);
    else {
      outlined = true;
      rings.push(...own);
      if (label.geometryType === 'oriented_bbox')
        losses.add('label of shape oriented_bbox (it is written as an outline)');
    }
  }
  if (box !== undefined && outlined) losses.add('box beside an outline of the same object');
  else if (box !== undefined) {
    losses.add('label of shape rectangle (it is written as an outline)');
    const corners = boxCorners(box);
    if (corners !== undefined) rings.push(corners);
  }
  if (rings.length > 1 && !joinParts)
    for (let i = 1; i < rings.length; i++) losses.add('part of an object (it is written as one of its own)');
  const written = joinParts && rings.length > 1 ? [joinRings(rings)] : rings;
  return written.map((ring) => `${object.owner.index} ${ringLine(ring, options)}`);
}

/** The middle of a pixel is inside; only corners of turned boxes may be outside, and are moved. */
function ringLine(ring: Ring, { size, losses }: LineOptions): string {
  const numbers: string[] = [];
  let outside = false;
  for (const [x, y] of ring) {
    if (x < 0 || y < 0 || x > size.width || y > size.height) outside = true;
    numbers.push(share(x / size.width), share(y / size.height));
  }
  if (outside) losses.add('corner outside of its picture (it is moved to the border)');
  return numbers.join(' ');
}

function poseLines(object: YoloObject, { size, keypoints, losses }: LineOptions): string[] {
  const { owner, box, graph, others } = object;
  for (const { geometryType } of others) losses.add(`label of shape ${geometryType}`);
  if (owner.keypoints === undefined) {
    if (graph !== undefined) losses.add('graph of a class without a template');
    if (box !== undefined) losses.add('label of shape rectangle');
    return [];
  }
  if (graph === undefined && box === undefined) return [];
  const numbers: string[] = [];
  const points: Ring = [];
  const nodes = graph?.nodes ?? {};
  for (const id of owner.keypoints.ids) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (node === undefined) numbers.push('0 0 0');
    else {
      points.push(node.loc);
      const [x, y] = middle(node.loc);
      numbers.push(`${share(x / size.width)} ${share(y / size.height)} ${node.disabled === true ? 1 : 2}`);
    }
  }
  for (const id of Object.keys(nodes))
    if (!owner.keypoints.ids.includes(id)) losses.add('node outside of the template of its class');
  while (numbers.length < keypoints) numbers.push('0 0 0');
  const bounds = pointBounds(points);
  const own: Box | undefined =
    box === undefined ? bounds && [bounds.left, bounds.top, bounds.right + 1, bounds.bottom + 1] : edges(box);
  const line = own === undefined ? undefined : boxLine(own, size, losses);
  return line === undefined ? [] : [`${owner.index} ${line} ${numbers.join(' ')}`];
}

function obbLines(object: YoloObject, options: LineOptions): string[] {
  const { box, graph, others } = object;
  const { losses } = options;
  if (graph !== undefined) losses.add('label of shape graph');
  const turned: Ring[] = [];
  const points: Point[] = [];
  let quad: Ring | undefined;
  let outlines = 0;
  for (const label of others) {
    if (label.geometryType === 'oriented_bbox')
      turned.push(turnedCorners(turnedBoxOf(label.points, label.angle)));
    else {
      const rings = label.geometryType === 'line' ? [lineRing(label)] : outlineRings(label, losses);
      if (rings === undefined) losses.add(`label of shape ${label.geometryType}`);
      else if (rings.length > 0) {
        outlines++;
        const [first = []] = rings;
        // Four corners, as an import of such a file gives: written as they are.
        quad = rings.length === 1 && isConvexQuad(first) ? first : undefined;
        for (const ring of rings) for (const point of ring) points.push(point);
      }
    }
  }
  if (outlines > 0 && turned.length > 0) losses.add('outline beside a turned box of the same object');
  else if (outlines === 1 && quad !== undefined) turned.push(quad);
  else if (outlines > 0) {
    losses.add('outline beyond its smallest rectangle');
    const smallest = minAreaRectangle(points);
    if (smallest !== undefined) turned.push(smallest);
  }
  if (box !== undefined && turned.length > 0) losses.add('box beside an outline of the same object');
  else if (box !== undefined) {
    const corners = boxCorners(box);
    if (corners !== undefined) turned.push(corners);
  }
  return turned.map((ring) => `${object.owner.index} ${ringLine(ring, options)}`);
}

const lineRing = (label: Extract<Label, { points: { exterior: Ring } }>): Ring =>
  label.points.exterior.map(middle);

/** Six decimals: a pixel of a picture of 100,000 is ten of them wide. */
function share(value: number): string {
  const text = Math.min(1, Math.max(0, value)).toFixed(6);
  return text.endsWith('.000000') ? text.slice(0, 1) : text;
}
