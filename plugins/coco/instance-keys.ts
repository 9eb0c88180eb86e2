/**
 * Keys of the labels of one annotation: 20 digits of the source, then 12 that count, from a number of its own for
 * each image, so that jobs give the same keys whoever does them.
 */

/** More objects of one image with a key than this would share keys with the next image. */
export const KEYS_PER_ITEM = 2 ** 22;

export interface KeyMaker {
  /** Number of the next key, below 2^48. */
  next: number;
}

export const DIGITS = 12;

export function instanceDigits(keys: KeyMaker): string {
  return (keys.next++).toString(16).padStart(DIGITS, '0');
}

/** The same as bytes, for which there is room; returns the place behind them. */
export function putInstanceDigits(bytes: Uint8Array, at: number, number: number): number {
  let high = Math.floor(number / 2 ** 24);
  let low = number % 2 ** 24;
  for (let i = 5; i >= 0; i--) {
    bytes[at + i] = HEX[high & 15] as number;
    bytes[at + 6 + i] = HEX[low & 15] as number;
    high >>= 4;
    low >>= 4;
  }
  return at + DIGITS;
}

const HEX = Uint8Array.from(Buffer.from('0123456789abcdef'));
