/** Tracks of CVAT for video: what is said at some frames, and by way of straight lines at those between. */
import type { Point } from '../../src/format/model.ts';
import type { XmlElement } from '../../src/plugin-kit/xml.ts';
import { type CvatShape, readShape, SHAPE_ELEMENTS } from './shapes.ts';

export interface TrackEntry {
  frame: number;
  outside: boolean;
  occluded: boolean;
  zOrder: number;
  /** Name and value. */
  attributes: [string, string][];
  shape: CvatShape;
}

export interface Track {
  id: number | undefined;
  label: string;
  group: number;
  /** Line in the file. */
  line: number;
  /** By frame. */
  entries: TrackEntry[];
}

/** `fault` is told line and what is wrong with an entry, which is left out. */
export function readTrack(element: XmlElement, fault: (line: number, message: string) => void): Track {
  const { id, label = '', group_id } = element.attributes;
  const own = readAttributes(element);
  const entries: TrackEntry[] = [];
  for (const child of element.children) {
    if (!SHAPE_ELEMENTS.has(child.name)) {
      if (child.name !== 'attribute') fault(child.line, `expected a shape, got <${child.name}>`);
      continue;
    }
    const { frame = '', outside, occluded, z_order } = child.attributes;
    if (!/^\d{1,12}$/.test(frame)) {
      fault(child.line, `frame: expected a whole number, got ${JSON.stringify(frame)}`);
      continue;
    }
    const shape = readShape(child);
    if (typeof shape === 'string') {
      fault(child.line, shape);
      continue;
    }
    const attributes = [...own, ...readAttributes(child)];
    entries.push({
      frame: Number(frame),
      outside: outside === '1',
      occluded: occluded === '1',
      zOrder: Number(z_order) || 0,
      attributes,
      shape,
    });
  }
  entries.sort((a, b) => a.frame - b.frame);
  const number = Number(id);
  return {
    id: id === undefined || !Number.isSafeInteger(number) ? undefined : number,
    label,
    group: Number(group_id) || 0,
    line: element.line,
    entries,
  };
}

export function readAttributes(element: XmlElement): [string, string][] {
  return element.children.flatMap(({ name, attributes, text }): [string, string][] =>
    name === 'attribute' && attributes.name !== undefined ? [[attributes.name, text]] : [],
  );
}

/** The track at a frame; undefined where it is not in the picture. The last entry holds to the end of the video. */
export function entryAt({ entries }: Track, frame: number): TrackEntry | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.frame ?? 0) <= frame) low = middle + 1;
    else high = middle;
  }
  const entry = entries[low - 1];
  if (entry === undefined || entry.outside) return undefined;
  const next = entries[low];
  if (entry.frame === frame || next === undefined) return entry;
  const part = (frame - entry.frame) / (next.frame - entry.frame);
  return { ...entry, frame, shape: between(entry.shape, next.shape, part) };
}

/** `part` 0..1 of the way. Shapes without a way between them stay as they are. */
function between(from: CvatShape, to: CvatShape, part: number): CvatShape {
  const mix = (a: number, b: number): number => a + (b - a) * part;
  const mixAll = (a: readonly Point[], b: readonly Point[]): Point[] =>
    a.map(([x, y], i) => [mix(x, b[i]?.[0] ?? x), mix(y, b[i]?.[1] ?? y)]);
  switch (from.kind) {
    case 'box': {
      if (to.kind !== 'box') return from;
      // The short way round.
      const turn = ((((to.rotation - from.rotation) % 360) + 540) % 360) - 180;
      return {
        kind: 'box',
        x1: mix(from.x1, to.x1),
        y1: mix(from.y1, to.y1),
        x2: mix(from.x2, to.x2),
        y2: mix(from.y2, to.y2),
        rotation: from.rotation + turn * part,
      };
    }
    case 'ellipse': {
      if (to.kind !== 'ellipse') return from;
      return {
        kind: 'ellipse',
        cx: mix(from.cx, to.cx),
        cy: mix(from.cy, to.cy),
        rx: mix(from.rx, to.rx),
        ry: mix(from.ry, to.ry),
        rotation: mix(from.rotation, to.rotation),
      };
    }
    case 'polygon':
    case 'polyline':
    case 'points':
      if (to.kind !== from.kind || to.points.length !== from.points.length) return from;
      return { kind: from.kind, points: mixAll(from.points, to.points) };
    case 'cuboid':
      return to.kind === 'cuboid' ? { kind: 'cuboid', corners: mixAll(from.corners, to.corners) } : from;
    case 'skeleton': {
      if (to.kind !== 'skeleton') return from;
      const nodes = from.nodes.map((node) => {
        const next = to.nodes.find(({ name }) => name === node.name);
        if (next === undefined || node.outside || next.outside) return node;
        return { ...node, x: mix(node.x, next.x), y: mix(node.y, next.y) };
      });
      return { kind: 'skeleton', nodes };
    }
    case 'mask':
      return from;
  }
}
