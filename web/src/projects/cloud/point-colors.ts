/** Colours of the points: by what is known of each, with the points of segmented objects in their class colours. */
import { rgbOf } from '../../draw/colors.ts';
import { type Cloud, shownPoints } from './read/cloud.ts';

export type ColorBy = 'height' | 'intensity' | 'rgb' | 'one';

/** What this cloud can be coloured by; the first says most. */
export function waysToColor({ rgb, intensity }: Cloud): ColorBy[] {
  return [
    ...(rgb === undefined ? [] : ['rgb' as const]),
    'height',
    ...(intensity === undefined ? [] : ['intensity' as const]),
    'one',
  ];
}

export interface Segment {
  color: string;
  /** Numbers of points of the file. */
  indices: readonly number[];
}

const PLAIN = 200;

/** Red, green, blue of each shown point. Of a point in several segments the last counts. */
export function pointColors(cloud: Cloud, by: ColorBy, segments: readonly Segment[]): Uint8Array {
  const colors = baseColors(cloud, by);
  for (const { color, indices } of segments) {
    const rgb = rgbOf(color);
    for (const one of indices) {
      const at = placeOf(cloud.index, one);
      if (at !== -1) colors.set(rgb, 3 * at);
    }
  }
  return colors;
}

/** Where a point of the file is among the shown; -1 when it is not. */
export function placeOf(index: Uint32Array, wanted: number): number {
  // Mostly all points are shown.
  if (index[wanted] === wanted) return wanted;
  let [low, high] = [0, index.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = index[middle] as number;
    if (found === wanted) return middle;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function baseColors(cloud: Cloud, by: ColorBy): Uint8Array {
  const count = shownPoints(cloud);
  if (by === 'rgb' && cloud.rgb !== undefined) return cloud.rgb.slice();
  if (by === 'intensity' && cloud.intensity !== undefined) return ramped(cloud.intensity, count, 1, 0);
  if (by === 'height') return ramped(cloud.positions, count, 3, 2);
  return new Uint8Array(3 * count).fill(PLAIN);
}

/** Dark blue to yellow, of equal steps for the eye (viridis, by five of its colours), lighter at the dark end. */
const RAMP = ['#5b4bb5', '#3b7fc4', '#21a585', '#7ad151', '#fde725'].map(rgbOf);
/** A few far points must not take all the colours. */
const LEFT_OUT = 0.01;
const SAMPLE = 20_000;

function ramped(values: Float32Array, count: number, step: number, first: number): Uint8Array {
  const [low, high] = inner(values, count, step, first);
  const scale = high > low ? (RAMP.length - 1) / (high - low) : 0;
  const colors = new Uint8Array(3 * count);
  for (let at = 0; at < count; at++) {
    const place = Math.min(
      RAMP.length - 1,
      Math.max(0, ((values[at * step + first] as number) - low) * scale),
    );
    const stop = Math.min(RAMP.length - 2, Math.floor(place));
    const [from, to] = [RAMP[stop], RAMP[stop + 1]];
    for (let k = 0; k < 3; k++)
      colors[3 * at + k] = (from?.[k] ?? 0) + ((to?.[k] ?? 0) - (from?.[k] ?? 0)) * (place - stop);
  }
  return colors;
}

function inner(
  values: Float32Array,
  count: number,
  step: number,
  first: number,
): [low: number, high: number] {
  const every = Math.max(1, Math.floor(count / SAMPLE));
  const sample = Float32Array.from(
    { length: Math.ceil(count / every) },
    (_, at) => values[at * every * step + first] as number,
  ).sort();
  const end = sample.length - 1;
  return [sample[Math.floor(end * LEFT_OUT)] ?? 0, sample[Math.ceil(end * (1 - LEFT_OUT))] ?? 0];
}
