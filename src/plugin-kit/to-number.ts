/** Numbers of foreign files. Apart from to-pixels.ts, so that who only reads does not load what cuts outlines. */

/** No picture is larger, and the arithmetic of cutting stays exact enough. */
const FARTHEST = 1e9;

/** A number, also one that was written as text; undefined for null, NaN, what is beyond any picture, all else. */
export function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Math.abs(number) <= FARTHEST ? number : undefined;
}
