/**
 * Ids as numbers, so that a million of them fit a typed array: whole numbers are themselves, also written as
 * text (`"42"`); any other text gets a number of its own beyond all safe ones.
 */

/** NaN for what is no id. */
export type IdCodes = (value: unknown) => number;

const MAX_TEXTS = 5_000_000;

export function createIdCodes(): IdCodes {
  const texts = new Map<string, number>();
  return (value) => {
    if (typeof value === 'number') return Number.isInteger(value) ? value : Number.NaN;
    if (typeof value !== 'string' || value === '') return Number.NaN;
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    const known = texts.get(value);
    if (known !== undefined) return known;
    if (texts.size >= MAX_TEXTS) return Number.NaN;
    const code = 2 ** 53 + 2 * texts.size;
    texts.set(value, code);
    return code;
  };
}
