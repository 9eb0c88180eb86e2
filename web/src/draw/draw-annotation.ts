/** Draws an image's objects once on a canvas over a small picture. */
import type { ImageAnnotation } from '../shapes.ts';
import { NO_COLOR, rgbOf } from './colors.ts';
import { type DecodedMask, decodeMask } from './mask.ts';
import { drawArea, drawDot, drawMask, type Pen, pathOf } from './pen.ts';
import { type DrawnObject, type Edges, shapesOf } from './shapes.ts';

/** A thumbnail of more objects shows nothing more. */
const MOST_OBJECTS = 3000;

export interface DrawOptions {
  /** `#RRGGBB` by class title. */
  colors: ReadonlyMap<string, string>;
  edges: Edges;
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
  const shown = (annotation.objects as unknown as DrawnObject[])
    .filter((one) => !options.hidden.has(one.classTitle))
    .slice(0, MOST_OBJECTS)
    .map((object) => ({
      color: options.colors.get(object.classTitle) ?? NO_COLOR,
      shapes: shapesOf(object, options.edges),
    }));
  // Masks are decoded first: between two awaits another drawing could begin.
  const masks = new Map<object, DecodedMask>();
  for (const { color, shapes } of shown) {
    for (const shape of shapes) {
      if (shape.kind !== 'mask' || options.signal.aborted) continue;
      const mostPixels = 4 * canvas.width * canvas.height;
      // One broken mask must not hide the other objects.
      const mask = await decodeMask(shape.data, {
        color: rgbOf(color),
        alpha: shape.alpha,
        mostPixels,
      }).catch(() => undefined);
      if (mask !== undefined) masks.set(shape, mask);
    }
  }
  if (!options.signal.aborted) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(options.scale, 0, 0, options.scale, 0, 0);
    const line = Math.max(1.6, canvas.width / 420) / options.scale;
    const pen: Pen = { line, dot: line * 2.2, fill: options.fill };
    context.lineWidth = line;
    context.lineJoin = 'round';
    for (const { color, shapes } of shown) {
      context.strokeStyle = color;
      context.fillStyle = color;
      for (const shape of shapes) {
        const mask = masks.get(shape);
        if (shape.kind === 'dot') drawDot(context, shape.at, shape.faint, pen);
        else if (shape.kind === 'line') context.stroke(pathOf(shape));
        else if (shape.kind === 'area') drawArea(context, pathOf(shape), pen);
        else if (mask !== undefined) drawMask(context, mask, shape.origin, pen);
      }
    }
  }
  for (const mask of masks.values()) mask.picture.close();
}
