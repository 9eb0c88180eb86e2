/** Masks that tell object and background apart and nothing else. */
import type { Mask } from '../../src/format/bitmap.ts';
import { kindOfName } from '../../src/plugin-kit/image-kinds.ts';
import type { ValueImage } from '../../src/plugin-kit/pixels/read-values.ts';

/** Codecs that blur edges. */
const LOSSY_THRESHOLD = 127;

/** Pixels brighter than the threshold in any channel, and not transparent; where all is black alpha alone decides. */
export function anyMask(image: ValueImage, threshold: number): Mask | undefined {
  const { width, height, channels, data, palette } = image;
  const brightest = brightestOf(image);
  const deep = data instanceof Uint16Array;
  // A picture of 0 and 1 has nothing above a threshold that was meant for 0..255.
  const limit = brightest <= 1 ? 0 : deep && palette === undefined ? threshold * 257 : threshold;
  const colours = channels >= 3 ? 3 : 1;
  const alpha = channels === 2 || channels === 4 ? channels - 1 : undefined;
  const set = new Uint8Array(width * height);
  let any = false;
  const table = palette?.map((entry) => +(entry.slice(0, 3).some((one) => one > limit) && entry[3] !== 0));
  for (let i = 0, at = 0; i < set.length; i++, at += channels) {
    let on: boolean;
    if (table !== undefined) on = table[data[i] as number] === 1;
    else if (brightest === 0) on = alpha !== undefined && (data[at + alpha] as number) > limit;
    else {
      on = (data[at] as number) > limit;
      for (let c = 1; c < colours; c++) on ||= (data[at + c] as number) > limit;
      if (alpha !== undefined) on &&= data[at + alpha] !== 0;
    }
    if (!on) continue;
    set[i] = 1;
    any = true;
  }
  return any ? { x: 0, y: 0, width, height, data: set } : undefined;
}

function brightestOf({ channels, data, palette }: ValueImage): number {
  if (palette !== undefined) return Math.max(0, ...palette.flatMap((entry) => entry.slice(0, 3)));
  const colours = channels >= 3 ? 3 : 1;
  let brightest = 0;
  for (let at = 0; at < data.length; at += channels)
    for (let c = 0; c < colours; c++) {
      const value = data[at + c] as number;
      if (value > brightest) brightest = value;
    }
  return brightest;
}

/** 0..255: where background ends in a file of that name. */
export function thresholdFor(file: string, threshold: number): number {
  const kind = kindOfName(file);
  return kind === 'jpeg' || kind === 'webp' ? Math.max(threshold, LOSSY_THRESHOLD) : threshold;
}
