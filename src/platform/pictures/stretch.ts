/**
 * Numbers that are no 8-bit brightness (depth maps, X-rays, floats) as a person can look at them: what lies
 * between the 0.5th and the 99.5th percentile is spread over black to white, all colour channels alike.
 */
const SAMPLES = 200_000;
const CUT = 0.005;

export interface Numbers {
  data: Float32Array;
  width: number;
  height: number;
  /** Numbers a pixel; of five and more the first three are shown, of two the first. */
  channels: number;
  /** Whether the last channel says how opaque a pixel is. It is left out. */
  hasAlpha: boolean;
}

export interface Grey8 {
  data: Uint8Array<ArrayBuffer>;
  channels: 1 | 3;
}

export function stretch({ data, width, height, channels, hasAlpha }: Numbers): Grey8 {
  const shown = (hasAlpha ? channels - 1 : channels) >= 3 ? 3 : 1;
  const { low, high } = rangeOf(data, channels, shown);
  const factor = high > low ? 255 / (high - low) : 0;
  const out = new Uint8Array(width * height * shown);
  for (let pixel = 0, to = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < shown; channel++, to++) {
      const value = data[pixel * channels + channel] ?? 0;
      // Not a number is black, as in every viewer.
      out[to] = Math.max(0, Math.min(255, Math.round((value - low) * factor))) || 0;
    }
  }
  return { data: out, channels: shown };
}

function rangeOf(data: Float32Array, channels: number, shown: number): { low: number; high: number } {
  const pixels = Math.floor(data.length / channels);
  const step = Math.max(1, Math.floor((pixels * shown) / SAMPLES));
  const found: number[] = [];
  for (let pixel = 0; pixel < pixels; pixel += step) {
    for (let channel = 0; channel < shown; channel++) {
      const value = data[pixel * channels + channel] ?? 0;
      if (Number.isFinite(value)) found.push(value);
    }
  }
  const sorted = Float32Array.from(found).sort();
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
  const [low, high] = [at(CUT), at(1 - CUT)];
  // Nearly everything has one value (a mask): then the few others are what there is to see.
  return high > low ? { low, high } : { low: at(0), high: at(1) };
}
