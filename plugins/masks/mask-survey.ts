/** What kind of mask a picture is, by its pixels: two levels, class numbers, class colours, or none at all. */
import { probeImage } from '../../src/plugin-kit/image-probe.ts';
import { readValues, toColours, type ValueImage } from '../../src/plugin-kit/pixels/read-values.ts';

export type MaskKind = 'two-levels' | 'numbers' | 'colours' | 'no-mask';

export interface Surveyed {
  kind: MaskKind;
  width: number;
  height: number;
  /** How many different numbers or colours, counted up to 1000. */
  distinct: number;
  /** `0xRRGGBB` by index. */
  palette?: readonly number[];
}

/** Larger ones are not decoded only to guess. */
const MAX_PIXELS = 64e6;
const MOST_COUNTED = 1000;
/** A mask has large areas of one number; a photo changes from pixel to pixel. */
const MOST_CHANGES = 0.25;
const MOST_NUMBERS = 300;
/** Share of pixels near black or white in a mask whose edges are blurred. */
const EXTREME = 0.97;
const NEAR = 40;

/** Throws SLY_IMAGE_UNREADABLE when it cannot be decoded or is too large to be looked at. */
export async function surveyMask(file: string): Promise<Surveyed> {
  const { width, height } = probeImage(file, { maxPixels: MAX_PIXELS });
  const image = await readValues(file, MAX_PIXELS);
  const coloured = image.palette === undefined && image.channels >= 3 && !isGrey(image);
  const numbers = coloured ? toColours(image) : firstChannel(image);
  const counts = new Map<number, number>();
  let changes = 0;
  let last = -1;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] as number;
    if (number !== last && i % image.width !== 0) changes++;
    last = number;
    const count = counts.get(number);
    if (count !== undefined || counts.size < MOST_COUNTED) counts.set(number, (count ?? 0) + 1);
  }
  const surveyed: Surveyed = {
    kind: coloured ? 'colours' : 'numbers',
    width,
    height,
    distinct: counts.size,
    ...(image.palette === undefined
      ? {}
      : { palette: image.palette.map(([r = 0, g = 0, b = 0]) => (r << 16) | (g << 8) | b) }),
  };
  if (!coloured && isTwoLevels(counts, numbers.length)) return { ...surveyed, kind: 'two-levels' };
  const busy = changes > MOST_CHANGES * numbers.length && counts.size > 8;
  return busy || counts.size > MOST_NUMBERS ? { ...surveyed, kind: 'no-mask' } : surveyed;
}

function isTwoLevels(counts: ReadonlyMap<number, number>, pixels: number): boolean {
  const highest = Math.max(...counts.keys());
  if (highest <= 1) return true;
  if (highest !== 255 && highest !== 65_535) {
    if (highest < 255 - NEAR || highest > 255) return false;
  }
  let extreme = 0;
  let between = 0;
  for (const [number, count] of counts) {
    if (number <= 0 || number === highest) extreme += count;
    else if (highest <= 255 && (number <= NEAR || number >= 255 - NEAR) && counts.size > 8) extreme += count;
    else between++;
  }
  return between === 0 || (counts.size > 8 && extreme >= EXTREME * pixels);
}

function isGrey({ data, channels }: ValueImage): boolean {
  for (let at = 0; at < data.length; at += channels)
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) return false;
  return true;
}

function firstChannel({ data, channels }: ValueImage): Uint8Array | Uint16Array {
  return channels === 1 ? data : data.filter((_, i) => i % channels === 0);
}
