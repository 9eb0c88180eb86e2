/** What is on the screen of a page, pixel by pixel. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';

export interface Place {
  x: number;
  y: number;
}

export interface Screen {
  /** Whether a colour (`#RRGGBB`, each channel within 12) is within `reach` pixels of a place. */
  has(color: string, at: Place, reach?: number): boolean;
}

const NEAR = 12;

export async function screenOf(page: Page): Promise<Screen> {
  const { data, info } = await sharp(await page.screenshot())
    .raw()
    .toBuffer({ resolveWithObject: true });
  const isColor = (color: string, x: number, y: number): boolean =>
    [0, 1, 2].every((channel) => {
      const wanted = Number.parseInt(color.slice(1 + 2 * channel, 3 + 2 * channel), 16);
      return Math.abs(wanted - (data[(y * info.width + x) * info.channels + channel] ?? -255)) <= NEAR;
    });
  return {
    has(color, at, reach = 0) {
      const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
      for (let dy = -reach; dy <= reach; dy++)
        for (let dx = -reach; dx <= reach; dx++) if (isColor(color, x + dx, y + dy)) return true;
      return false;
    },
  };
}
