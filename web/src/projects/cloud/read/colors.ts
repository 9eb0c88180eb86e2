/** Colours of points: three columns, or one number that holds all three (PCL's rgb). */
import type { Column } from './point-source.ts';

export interface ColorSource {
  /** Columns to read, one or three. */
  columns: number[];
  /** Of their values, point by point. */
  toRgb(values: Float64Array): Uint8Array;
}

export function colorSource(
  columns: readonly Column[],
  find: (...names: string[]) => number[],
): ColorSource | undefined {
  const packed = find('rgb', 'rgba');
  if (packed.length > 0) return { columns: packed, toRgb: unpacked };
  const three = [find('red', 'r'), find('green', 'g'), find('blue', 'b')].flat();
  if (three.length < 3) return undefined;
  const isFloat = columns[three[0] as number]?.scalar.startsWith('float') === true;
  return { columns: three, toRgb: (values) => eightBits(values, isFloat) };
}

/** 0x00RRGGBB, as a whole number or as the float with these bits, which is far below 1. */
function unpacked(values: Float64Array): Uint8Array {
  const rgb = new Uint8Array(3 * values.length);
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    float[0] = value;
    const whole = Math.abs(value) >= 1 ? value >>> 0 : (bits[0] as number);
    rgb[3 * at] = (whole >> 16) & 255;
    rgb[3 * at + 1] = (whole >> 8) & 255;
    rgb[3 * at + 2] = whole & 255;
  }
  return rgb;
}

/** Floats are 0..1, whole numbers of 16 bits may use all of them or eight. */
function eightBits(values: Float64Array, isFloat: boolean): Uint8Array {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  let scale = 1;
  if (isFloat && most <= 1) scale = 255;
  else if (most > 255) scale = 255 / 65_535;
  return Uint8Array.from(new Uint8ClampedArray(Float64Array.from(values, (value) => value * scale)));
}
