/**
 * Draws an image's objects on a canvas over the picture. Coordinates are positions between pixels
 * (`integerCoords: false`), scaled to the canvas, so edges lie where they are at every zoom.
 */
import type { ImageAnnotation } from '../shapes.ts';
import { decodeMask, rgbOf } from './mask.ts';

type Xy = [number, number];
interface Rings {
  exterior: Xy[];
  interior?: Xy[][];
}
/** Every geometry's own keys; which ones are there depends on `geometryType`. */
interface Drawn {
  classTitle: string;
  geometryType: string;
  points?: Rings | Xy[];
  parts?: Rings[];
  angle?: number;
  bitmap?: { origin: Xy; data: string };
  nodes?: Record<string, { loc: Xy; disabled?: boolean }>;
  vertices?: Record<string, { loc: Xy }>;
  faces?: number[][];
}

export interface DrawOptions {
  /** `#RRGGBB` by class title. */
  colors: ReadonlyMap<string, string>;
  /** Pairs of node keys by class title. */
  edges: ReadonlyMap<string, [string, string][]>;
  hidden: ReadonlySet<string>;
  /** Canvas pixels an image pixel. */
  scale: number;
  fill: number;
  signal: AbortSignal;
}

export async function drawAnnotation(
  canvas: HTMLCanvasElement,
  annotation: ImageAnnotation,
  options: DrawOptions,
): Promise<void> {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const objects = (annotation.objects as unknown as Drawn[]).filter(
    (one) => !options.hidden.has(one.classTitle),
  );
  // Masks are decoded first: between two awaits another drawing could begin.
  const masks = await Promise.all(objects.map((object) => maskOf(object, options)));
  if (options.signal.aborted) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(options.scale, 0, 0, options.scale, 0, 0);
  context.lineWidth = Math.max(1.6, canvas.width / 420) / options.scale;
  context.lineJoin = 'round';
  for (const [at, object] of objects.entries()) {
    const color = options.colors.get(object.classTitle) ?? '#808080';
    context.strokeStyle = color;
    context.fillStyle = color;
    drawObject(context, object, masks[at], options);
  }
  for (const mask of masks) mask?.close();
}

async function maskOf(object: Drawn, options: DrawOptions): Promise<ImageBitmap | undefined> {
  if (object.bitmap === undefined) return undefined;
  const color = rgbOf(options.colors.get(object.classTitle) ?? '#808080');
  // One broken mask must not hide the other objects.
  return decodeMask(object.bitmap.data, color).catch(() => undefined);
}

function drawObject(
  context: CanvasRenderingContext2D,
  object: Drawn,
  mask: ImageBitmap | undefined,
  options: DrawOptions,
): void {
  const { points } = object;
  const rings = points !== undefined && !Array.isArray(points) ? points : undefined;
  switch (object.geometryType) {
    case 'rectangle':
      if (rings !== undefined) area(context, options, box(rings.exterior));
      return;
    case 'polygon':
      if (rings !== undefined) area(context, options, [rings.exterior, ...(rings.interior ?? [])]);
      return;
    case 'multipolygon':
      for (const part of object.parts ?? [])
        area(context, options, [part.exterior, ...(part.interior ?? [])]);
      return;
    case 'oriented_bbox':
      if (points !== undefined)
        area(context, options, turned(Array.isArray(points) ? points : points.exterior, object.angle ?? 0));
      return;
    case 'line':
      if (rings !== undefined) path(context, [rings.exterior], false);
      context.stroke();
      return;
    case 'point':
      for (const at of rings?.exterior ?? []) dot(context, at);
      return;
    case 'graph':
      graph(context, object, options);
      return;
    case 'cuboid':
      if (Array.isArray(points)) {
        for (const face of object.faces ?? [])
          area(context, options, [
            face.flatMap((one) => {
              const at = points[one];
              return at === undefined ? [] : [at];
            }),
          ]);
      }
      return;
    case 'cuboid_2d':
      for (const vertex of Object.values(object.vertices ?? {})) dot(context, vertex.loc);
      return;
    default:
      if (mask !== undefined && object.bitmap !== undefined) {
        context.globalAlpha = Math.min(1, options.fill * 1.6);
        context.imageSmoothingEnabled = false;
        context.drawImage(mask, object.bitmap.origin[0], object.bitmap.origin[1]);
        context.globalAlpha = 1;
      }
  }
}

function path(context: CanvasRenderingContext2D, rings: readonly (readonly Xy[])[], closed: boolean): void {
  context.beginPath();
  for (const ring of rings) {
    for (const [at, [x, y]] of ring.entries()) {
      if (at === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    if (closed) context.closePath();
  }
}

/** Outline in full colour, inside translucent; the second and further rings are holes. */
function area(
  context: CanvasRenderingContext2D,
  options: DrawOptions,
  rings: readonly (readonly Xy[])[],
): void {
  path(context, rings, true);
  context.globalAlpha = options.fill;
  context.fill('evenodd');
  context.globalAlpha = 1;
  context.stroke();
}

function box(corners: readonly Xy[]): Xy[][] {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  return [
    [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ],
  ];
}

/** A box turned clockwise about its centre. */
function turned(corners: readonly Xy[], angle: number): Xy[][] {
  const [ring = []] = box(corners);
  const [cx, cy] = [
    ring.reduce((sum, [x]) => sum + x, 0) / ring.length,
    ring.reduce((sum, [, y]) => sum + y, 0) / ring.length,
  ];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [
    ring.map(([x, y]): Xy => [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos]),
  ];
}

function dot(context: CanvasRenderingContext2D, [x, y]: Xy): void {
  context.beginPath();
  context.arc(x, y, context.lineWidth * 2.2, 0, 2 * Math.PI);
  context.fill();
}

function graph(context: CanvasRenderingContext2D, object: Drawn, options: DrawOptions): void {
  const nodes = object.nodes ?? {};
  for (const [from, to] of options.edges.get(object.classTitle) ?? []) {
    const [a, b] = [nodes[from], nodes[to]];
    if (a === undefined || b === undefined) continue;
    path(context, [[a.loc, b.loc]], false);
    context.stroke();
  }
  for (const node of Object.values(nodes)) {
    context.globalAlpha = node.disabled === true ? 0.4 : 1;
    dot(context, node.loc);
  }
  context.globalAlpha = 1;
}
