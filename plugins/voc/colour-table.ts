/** Names and colours of classes: `colors.txt`, or the 21 of the original VOC. Colours are numbers, 0xRRGGBB. */
import type { Problem } from '../../src/plugin-kit/plugin.ts';

export interface ClassColour {
  name: string;
  colour: number;
}

export const NEUTRAL = 'neutral';
/** 224, 224, 192. */
export const NEUTRAL_COLOUR = 0xe0e0c0;
/** Index of the border in palettes. */
export const NEUTRAL_INDEX = 255;

const VOC_CLASSES = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
];

/**
 * The colour VOC gives an index, 0..255: its bits, dealt to the highest bits of red, green and blue in turn. Index 255
 * is `NEUTRAL_COLOUR`; different for each.
 */
export function vocColour(index: number): number {
  let [red, green, blue] = [0, 0, 0];
  for (let bit = 7, rest = index; rest > 0; bit--, rest >>= 3) {
    red |= (rest & 1) << bit;
    green |= ((rest >> 1) & 1) << bit;
    blue |= ((rest >> 2) & 1) << bit;
  }
  return (red << 16) | (green << 8) | blue;
}

export const DEFAULT_COLOURS: readonly ClassColour[] = [
  { name: NEUTRAL, colour: NEUTRAL_COLOUR },
  ...VOC_CLASSES.map((name, i) => ({ name, colour: vocColour(i + 1) })),
];

export const toHex = (colour: number): string => `#${colour.toString(16).padStart(6, '0').toUpperCase()}`;
export const fromHex = (hex: string): number => Number.parseInt(hex.slice(1), 16);

/** Lines `name with spaces R G B`; what cannot be read is told in `problems`. The first of a colour wins. */
export function parseColours(text: string, file: string): { colours: ClassColour[]; problems: Problem[] } {
  const colours: ClassColour[] = [];
  const problems: Problem[] = [];
  const owners = new Map<number, string>();
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const fields = /^(.*\S)[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})$/.exec(line);
    const [, name = '', ...levels] = fields ?? [];
    const [red = 0, green = 0, blue = 0] = levels.map(Number);
    const colour = (red << 16) | (green << 8) | blue;
    const owner = owners.get(colour);
    const wrong =
      fields === null || Math.max(red, green, blue) > 255
        ? 'expected a name and three numbers from 0 to 255'
        : owner === undefined
          ? undefined
          : `expected a colour of its own, got the one of ${JSON.stringify(owner)}`;
    if (wrong !== undefined) {
      const message = `${wrong}; the line says ${JSON.stringify(line.slice(0, 80))}`;
      problems.push({ file, place: `line ${i + 1}`, code: 'SLY_FORMAT_INVALID', message });
      continue;
    }
    owners.set(colour, name);
    colours.push({ name, colour });
  }
  return { colours, problems };
}
