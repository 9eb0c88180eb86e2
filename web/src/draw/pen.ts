/** How the parts of objects are put on a canvas; the thumbnails and the viewer draw alike. */
import type { Shape, Xy } from './shapes.ts';

export interface Pen {
  /** Widths in the unit of the context, which is scaled to image pixels. */
  line: number;
  dot: number;
  /** Of areas; outlines are always in full colour. */
  fill: number;
}

export function pathOf(shape: Exclude<Shape, { kind: 'mask' | 'dot' }>): Path2D {
  const path = new Path2D();
  if (shape.kind === 'line') ring(path, shape.points);
  else
    for (const points of shape.rings) {
      ring(path, points);
      path.closePath();
    }
  return path;
}

function ring(path: Path2D, points: readonly Xy[]): void {
  for (const [at, [x, y]] of points.entries()) {
    if (at === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
}

export function drawArea(context: Context, path: Path2D, pen: Pen): void {
  context.globalAlpha = pen.fill;
  context.fill(path, 'evenodd');
  context.globalAlpha = 1;
  context.stroke(path);
}

export function drawDot(context: Context, [x, y]: Xy, faint: boolean, pen: Pen): void {
  context.globalAlpha = faint ? 0.4 : 1;
  context.beginPath();
  context.arc(x, y, pen.dot, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

export function drawMask(
  context: Context,
  mask: { picture: ImageBitmap; width: number; height: number },
  [x, y]: Xy,
  pen: Pen,
): void {
  // A mask has no outline: a little more of it makes up for that.
  context.globalAlpha = Math.min(1, pen.fill * 1.6);
  context.imageSmoothingEnabled = false;
  context.drawImage(mask.picture, x, y, mask.width, mask.height);
  context.globalAlpha = 1;
}

type Context = CanvasRenderingContext2D;
