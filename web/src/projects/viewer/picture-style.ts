/** Where a picture is on a stage. */
import type { Size, View } from '../../draw/view.ts';

/** Of the element that shows its pixels: as large as the picture, and transformed. */
export const pictureStyle = (picture: Size, view: View) =>
  ({
    width: `${picture.width}px`,
    height: `${picture.height}px`,
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    // Whoever looks that closely wants to see the pixels.
    imageRendering: view.scale > 2 ? 'pixelated' : 'auto',
  }) as const;

/** Of what stands in its place: text must not be scaled. */
export const frameStyle = (picture: Size, view: View) => ({
  left: `${view.x}px`,
  top: `${view.y}px`,
  width: `${picture.width * view.scale}px`,
  height: `${picture.height * view.scale}px`,
});
