/** An element of CVAT as a shape in its plane, where pixel 0 reaches from 0 to 1. Angles are degrees, clockwise. */
import type { Point } from '../../src/format/model.ts';
import { shown } from '../../src/format/problem.ts';
import { toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { XmlElement } from '../../src/plugin-kit/xml.ts';
import type { MaskBox } from './mask-rle.ts';

export interface CvatNode {
  name: string;
  x: number;
  y: number;
  outside: boolean;
  occluded: boolean;
}

export type CvatShape =
  | { kind: 'box'; x1: number; y1: number; x2: number; y2: number; rotation: number }
  | { kind: 'ellipse'; cx: number; cy: number; rx: number; ry: number; rotation: number }
  | { kind: 'polygon' | 'polyline' | 'points'; points: Point[] }
  | { kind: 'mask'; box: MaskBox; rle: string }
  /** Eight corners, of the front face left top, right top, right bottom, left bottom, then of the back face. */
  | { kind: 'cuboid'; corners: Point[] }
  | { kind: 'skeleton'; nodes: CvatNode[] };

export const SHAPE_ELEMENTS: ReadonlySet<string> = new Set([
  'box',
  'ellipse',
  'polygon',
  'polyline',
  'points',
  'mask',
  'cuboid',
  'skeleton',
]);

const LEAST_POINTS: Record<string, number> = { polygon: 3, polyline: 2, points: 1 };
const CORNERS = ['tl', 'tr', 'br', 'bl'] as const;

/** A text says what is wrong: expected and got. */
export function readShape(element: XmlElement): CvatShape | string {
  const { name, attributes } = element;
  switch (name) {
    case 'box': {
      const numbers = readNumbers(attributes, ['xtl', 'ytl', 'xbr', 'ybr']);
      if (typeof numbers === 'string') return numbers;
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
      return withRotation(attributes, (rotation) => ({ kind: 'box', x1, y1, x2, y2, rotation }));
    }
    case 'ellipse': {
      const numbers = readNumbers(attributes, ['cx', 'cy', 'rx', 'ry']);
      if (typeof numbers === 'string') return numbers;
      const [cx = 0, cy = 0, rx = 0, ry = 0] = numbers;
      if (!(rx > 0 && ry > 0)) return `expected radii above 0, got ${rx} and ${ry}`;
      return withRotation(attributes, (rotation) => ({ kind: 'ellipse', cx, cy, rx, ry, rotation }));
    }
    case 'polygon':
    case 'polyline':
    case 'points': {
      const points = readPoints(attributes.points);
      if (typeof points === 'string') return points;
      const least = LEAST_POINTS[name] ?? 1;
      if (points.length < least) return `expected at least ${least} points, got ${points.length}`;
      return { kind: name, points };
    }
    case 'mask':
      return readMask(attributes);
    case 'cuboid': {
      const corners: Point[] = [];
      for (const face of ['1', '2']) {
        for (const corner of CORNERS) {
          const numbers = readNumbers(attributes, [`x${corner}${face}`, `y${corner}${face}`]);
          if (typeof numbers === 'string') return numbers;
          corners.push([numbers[0] ?? 0, numbers[1] ?? 0]);
        }
      }
      return { kind: 'cuboid', corners };
    }
    case 'skeleton':
      return readSkeleton(element);
    default:
      return `expected a shape, got <${name}>`;
  }
}

type Attributes = Readonly<Record<string, string>>;

function withRotation(attributes: Attributes, make: (rotation: number) => CvatShape): CvatShape | string {
  const rotation = attributes.rotation === undefined ? 0 : toNumber(attributes.rotation);
  return rotation === undefined
    ? `rotation: expected degrees, got ${shown(attributes.rotation)}`
    : make(rotation);
}

function readMask(attributes: Attributes): CvatShape | string {
  const numbers = readNumbers(attributes, ['left', 'top', 'width', 'height']);
  if (typeof numbers === 'string') return numbers;
  const [left = 0, top = 0, width = 0, height = 0] = numbers;
  if (!numbers.every(Number.isInteger) || width < 1 || height < 1)
    return `expected a box in whole pixels, got left ${left}, top ${top}, ${width} x ${height}`;
  const { rle } = attributes;
  if (rle === undefined) return 'expected runs in "rle", got nothing';
  return { kind: 'mask', box: { left, top, width, height }, rle };
}

function readSkeleton({ children }: XmlElement): CvatShape | string {
  const nodes: CvatNode[] = [];
  for (const child of children) {
    if (child.name !== 'points') continue;
    const name = child.attributes.label ?? '';
    if (name === '') return 'expected a label for every point of the skeleton, got one without';
    const points = readPoints(child.attributes.points);
    if (typeof points === 'string') return `${name}: ${points}`;
    const [first] = points;
    if (first === undefined || points.length > 1) return `${name}: expected one point, got ${points.length}`;
    const [x, y] = first;
    nodes.push({
      name,
      x,
      y,
      outside: child.attributes.outside === '1',
      occluded: child.attributes.occluded === '1',
    });
  }
  return nodes.length === 0
    ? 'expected at least one <points> in the skeleton, got none'
    : { kind: 'skeleton', nodes };
}

function readNumbers(attributes: Attributes, names: readonly string[]): number[] | string {
  const numbers: number[] = [];
  for (const name of names) {
    const number = toNumber(attributes[name]);
    if (number === undefined) return `${name}: expected a number, got ${shown(attributes[name])}`;
    numbers.push(number);
  }
  return numbers;
}

function readPoints(text = ''): Point[] | string {
  const points: Point[] = [];
  for (const pair of text.split(';')) {
    if (pair.trim() === '') continue;
    const parts = pair.split(',');
    const [x, y] = parts.map(toNumber);
    if (x === undefined || y === undefined || parts.length !== 2)
      return `expected points as x,y;x,y, got ${shown(pair)}`;
    points.push([x, y]);
  }
  return points.length === 0 ? 'expected points as x,y;x,y, got none' : points;
}
