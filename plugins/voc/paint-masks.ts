/** The masks of one picture painted into a class and an object mask, as PNG bytes. Runs in worker threads. */
import { labelMask } from '../../src/format/label-mask.ts';
import type { Geometry } from '../../src/format/model.ts';
import { SlyError, toSlyError } from '../../src/lib/errors.ts';
import { MAX_DECODED_PIXELS } from '../../src/plugin-kit/pixels/load-sharp.ts';
import { writeIndexed, writeRgb } from '../../src/plugin-kit/pixels/write-png.ts';
import { createCanvas } from './canvas.ts';
import { NEUTRAL_COLOUR, NEUTRAL_INDEX, vocColour } from './colour-table.ts';

export interface PaintJob {
  width: number;
  height: number;
  /** Colour of each class index, 256 of them; undefined: the class mask is written in RGB. */
  palette: readonly number[] | undefined;
  /** Pixels around each mask. */
  thickness: number;
  masks: { geometry: Geometry; index: number; colour: number; object: number }[];
}

export interface PaintedMasks {
  classes: Uint8Array;
  objects: Uint8Array;
  /** Masks that lie below others with a pixel or more. */
  covered: number;
  /** Masks that could not be decoded. */
  faults: { code: string; message: string }[];
}

const MAX_OBJECT = 254;
const OBJECT_PALETTE = Array.from({ length: 256 }, (_, index) => vocColour(index));

export function paintMasks(job: PaintJob): PaintedMasks {
  const { width, height, palette, thickness, masks } = job;
  if (width * height > MAX_DECODED_PIXELS)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected masks of at most ${MAX_DECODED_PIXELS} pixels, got ${width} x ${height}`,
    });
  const size = { width, height };
  const faults: PaintedMasks['faults'] = [];
  const canvas = createCanvas(size, masks.length);
  for (const [i, { geometry, index }] of masks.entries()) {
    try {
      const mask = labelMask(geometry, size);
      if (mask === undefined) continue;
      if (thickness > 0 && index !== NEUTRAL_INDEX) canvas.around(mask, thickness);
      canvas.paint(mask, i + 1);
    } catch (error) {
      const { code, detail } = toSlyError(error);
      faults.push({ code, message: detail });
    }
  }
  const isWide = masks.some(({ object }) => object > MAX_OBJECT);
  return {
    classes:
      palette === undefined
        ? writeRgb(
            canvas.rgb(
              NEUTRAL_COLOUR,
              masks.map(({ colour }) => colour),
            ),
            size,
          )
        : writeIndexed(canvas.indices(masks.map(({ index }) => index)), { ...size, palette }),
    objects: isWide
      ? writeRgb(
          canvas.rgb(
            NEUTRAL_COLOUR,
            masks.map(({ object }) => (object === 0 ? NEUTRAL_COLOUR : wideColour(object))),
          ),
          size,
        )
      : writeIndexed(canvas.indices(masks.map(({ object }) => (object === 0 ? NEUTRAL_INDEX : object))), {
          ...size,
          palette: OBJECT_PALETTE,
        }),
    covered: canvas.covered(masks.map(({ object }) => object)),
    faults,
  };
}

/** A colour of its own for each of 16 million objects; odd factors reach every number. */
function wideColour(object: number): number {
  const colour = (object * 0x9e3779) & 0xffffff;
  return colour === NEUTRAL_COLOUR ? 0x010101 : colour;
}
