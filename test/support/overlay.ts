/** What the canvas over a picture of the page shows at a place of the picture. */
import type { Page } from 'playwright-core';

/** The types of the tests know no browser. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
interface Pixels {
  getImageData(...box: number[]): { data: Uint8ClampedArray };
  drawImage(...given: unknown[]): void;
}
interface Element {
  querySelector(what: string): unknown;
}

/**
 * The class colour nearest to what is drawn there, `nothing`, or `rgba(...)`. `at` is a pixel of a picture of this
 * width and height; `picture` selects the element that shows it.
 */
export async function overlayColor(
  page: Page,
  at: { x: number; y: number; width: number; height: number; picture: string },
  colors: readonly string[],
): Promise<string> {
  const [red = 0, green = 0, blue = 0, alpha = 0] = await page
    .locator('.stage')
    .evaluate((element, given) => {
      const stage = element as unknown as Element;
      const canvas = stage.querySelector('canvas') as {
        width: number;
        getBoundingClientRect(): Box;
        getContext(kind: '2d'): Pixels;
      };
      const picture = stage.querySelector(given.picture) as { getBoundingClientRect(): Box };
      const [over, under] = [canvas.getBoundingClientRect(), picture.getBoundingClientRect()];
      const ratio = canvas.width / over.width;
      const px = (under.left - over.left + ((given.x + 0.5) / given.width) * under.width) * ratio;
      const py = (under.top - over.top + ((given.y + 0.5) / given.height) * under.height) * ratio;
      return [...canvas.getContext('2d').getImageData(Math.floor(px), Math.floor(py), 1, 1).data];
    }, at);
  if (alpha === 0) return 'nothing';
  // Translucent pixels come back with the rounding of premultiplied colours.
  return nearest([red, green, blue], colors, 4) ?? `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** The colour in the middle of the video that is shown; a codec does not keep colours exactly. */
export async function videoColor(page: Page, colors: readonly string[]): Promise<string> {
  const [red = 0, green = 0, blue = 0] = await page.locator('.stage video').evaluate((element) => {
    const video = element as unknown as { videoWidth: number; videoHeight: number };
    const Canvas = (globalThis as unknown as { OffscreenCanvas: new (...size: number[]) => Element })
      .OffscreenCanvas;
    const canvas = new Canvas(1, 1) as unknown as { getContext(kind: '2d'): Pixels };
    const context = canvas.getContext('2d');
    context.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  });
  return nearest([red, green, blue], colors, 45) ?? `rgb(${red}, ${green}, ${blue})`;
}

function nearest(rgb: readonly number[], colors: readonly string[], slack: number): string | undefined {
  const distance = (color: string): number =>
    Math.max(
      ...rgb.map((value, at) => Math.abs(value - Number.parseInt(color.slice(1 + 2 * at, 3 + 2 * at), 16))),
    );
  const [best] = [...colors].sort((a, b) => distance(a) - distance(b));
  return best !== undefined && distance(best) <= slack ? best : undefined;
}
