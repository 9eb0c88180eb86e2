/**
 * The objects of one picture, made ready to be drawn again and again at any zoom: paths are built once, masks are
 * decoded once, in the background. Owns the decoded masks; `close` gives them back.
 */
import type { ClassMeta } from '../shapes.ts';
import { NO_COLOR, rgbOf } from './colors.ts';
import { type DecodedMask, decodeMask } from './mask.ts';
import { drawArea, drawDot, drawMask, type Pen, pathOf } from './pen.ts';
import { type Box, boxOf, type DrawnObject, edgesOf, type Shape, shapesOf, type Xy } from './shapes.ts';
import type { View } from './view.ts';

/** What the masks of one image may take as decoded pixels; later ones are kept smaller. */
const MOST_MASK_PIXELS = 48e6;
const SMALL_MASK_PIXELS = 512 * 512;
const LINE = 1.75;
const DOT = 4;
/** How near to a line or dot is on it, in CSS pixels. */
const NEAR = 5;

export interface SceneOptions {
  hidden: ReadonlySet<string>;
  /** 0..1, how opaque areas are. */
  fill: number;
  /** Index of the object drawn in full, the others fade a little. */
  lit: number | undefined;
}

export interface Scene {
  draw(context: CanvasRenderingContext2D, view: View, ratio: number, options: SceneOptions): void;
  /** Index of the topmost object at a place of the image that is not hidden. */
  hit(at: Xy, scale: number, hidden: ReadonlySet<string>): number | undefined;
  box(index: number): Box | undefined;
  close(): void;
}

interface Part {
  shape: Shape;
  path?: Path2D;
  mask?: DecodedMask;
}

interface Entry {
  title: string;
  color: string;
  parts: Part[];
  box: Box | undefined;
}

function stretched(shape: Shape, [width, height]: Xy): Shape {
  const place = ([x, y]: Xy): Xy => [x * width, y * height];
  switch (shape.kind) {
    case 'area':
      return { ...shape, rings: shape.rings.map((ring) => ring.map(place)) };
    case 'line':
      return { ...shape, points: shape.points.map(place) };
    case 'dot':
      return { ...shape, at: place(shape.at) };
    case 'mask':
      return { ...shape, origin: place(shape.origin) };
  }
}

/** `changed` is called when more can be drawn than before, `ready` when that is everything. */
export function createScene(
  objects: readonly DrawnObject[],
  classes: readonly ClassMeta[],
  on: { changed(): void; ready(): void },
  /** Width and height of a pixel of the picture, where they differ. */
  pixel: Xy = [1, 1],
): Scene {
  const colors = new Map(classes.map((one) => [one.title, one.color]));
  const edges = edgesOf(classes);
  let closed = false;
  const entries = objects.map((object): Entry => {
    const shapes = shapesOf(object, edges).map((shape) => stretched(shape, pixel));
    return {
      title: object.classTitle,
      color: colors.get(object.classTitle) ?? NO_COLOR,
      parts: shapes.map((shape) =>
        shape.kind === 'area' || shape.kind === 'line' ? { shape, path: pathOf(shape) } : { shape },
      ),
      box: boxOf(shapes),
    };
  });
  const probe = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  async function decodeMasks(): Promise<void> {
    let left = MOST_MASK_PIXELS;
    for (const entry of entries) {
      for (const part of entry.parts) {
        const { shape } = part;
        if (shape.kind !== 'mask') continue;
        const options = {
          color: rgbOf(entry.color),
          alpha: shape.alpha,
          mostPixels: Math.max(left, SMALL_MASK_PIXELS),
        };
        // One broken mask must not hide the other objects.
        const mask = await decodeMask(shape.data, options)
          .then((one) => ({ ...one, width: one.width * pixel[0], height: one.height * pixel[1] }))
          .catch(() => undefined);
        if (mask === undefined) continue;
        if (closed) {
          mask.picture.close();
          return;
        }
        left -= mask.picture.width * mask.picture.height;
        part.mask = mask;
        entry.box = boxOf(
          entry.parts.map((one) => one.shape),
          () => [mask.width, mask.height],
        );
        on.changed();
      }
    }
    if (!closed) on.ready();
  }
  void decodeMasks();

  function drawEntry(context: CanvasRenderingContext2D, entry: Entry, pen: Pen): void {
    context.strokeStyle = entry.color;
    context.fillStyle = entry.color;
    for (const { shape, path, mask } of entry.parts) {
      if (shape.kind === 'dot') drawDot(context, shape.at, shape.faint, pen);
      else if (shape.kind === 'mask') {
        if (mask !== undefined) drawMask(context, mask, shape.origin, pen);
      } else if (path !== undefined) {
        if (shape.kind === 'line') context.stroke(path);
        else drawArea(context, path, pen);
      }
    }
  }

  return {
    draw(context, view, ratio, { hidden, fill, lit }) {
      const { canvas } = context;
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      const scale = view.scale * ratio;
      context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
      context.lineJoin = 'round';
      context.lineWidth = LINE / view.scale;
      const pen: Pen = { line: LINE / view.scale, dot: DOT / view.scale, fill };
      const seen = seenBox(view, canvas.width / ratio, canvas.height / ratio, DOT / view.scale);
      for (const [index, entry] of entries.entries()) {
        if (index === lit || hidden.has(entry.title) || !overlaps(entry.box, seen)) continue;
        drawEntry(context, entry, lit === undefined ? pen : { ...pen, fill: pen.fill * 0.5 });
      }
      const top = lit === undefined ? undefined : entries[lit];
      if (top === undefined || hidden.has(top.title)) return;
      context.lineWidth = (2 * LINE) / view.scale;
      drawEntry(context, top, { ...pen, dot: pen.dot * 1.5, fill: Math.min(1, Math.max(0.35, fill) * 1.4) });
    },

    hit([x, y], scale, hidden) {
      const near = NEAR / scale;
      if (probe === null) return undefined;
      for (let index = entries.length - 1; index >= 0; index--) {
        const entry = entries[index] as Entry;
        if (
          hidden.has(entry.title) ||
          !overlaps(entry.box, { left: x - near, top: y - near, right: x + near, bottom: y + near })
        )
          continue;
        if (entry.parts.some((part) => isOn(probe, part, [x, y], near))) return index;
      }
      return undefined;
    },

    box: (index) => entries[index]?.box,

    close() {
      closed = true;
      for (const entry of entries) for (const part of entry.parts) part.mask?.picture.close();
    },
  };
}

function isOn(probe: OffscreenCanvasRenderingContext2D, part: Part, [x, y]: Xy, near: number): boolean {
  const { shape, path, mask } = part;
  if (shape.kind === 'dot') return Math.hypot(shape.at[0] - x, shape.at[1] - y) <= near;
  if (shape.kind === 'mask') {
    if (mask === undefined) return false;
    const [column, row] = [x - shape.origin[0], y - shape.origin[1]];
    if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) return false;
    probe.clearRect(0, 0, 1, 1);
    const [shrinkX, shrinkY] = [mask.picture.width / mask.width, mask.picture.height / mask.height];
    probe.drawImage(mask.picture, -Math.floor(column * shrinkX), -Math.floor(row * shrinkY));
    return (probe.getImageData(0, 0, 1, 1).data[3] ?? 0) > 0;
  }
  if (path === undefined) return false;
  probe.lineWidth = 2 * near;
  if (shape.kind === 'line') return probe.isPointInStroke(path, x, y);
  return probe.isPointInPath(path, x, y, 'evenodd') || probe.isPointInStroke(path, x, y);
}

function seenBox(view: View, width: number, height: number, margin: number): Box {
  const [left, top] = [-view.x / view.scale, -view.y / view.scale];
  return {
    left: left - margin,
    top: top - margin,
    right: left + width / view.scale + margin,
    bottom: top + height / view.scale + margin,
  };
}

const overlaps = (a: Box | undefined, b: Box): boolean =>
  a !== undefined && a.left <= b.right && a.right >= b.left && a.top <= b.bottom && a.bottom >= b.top;
