import { SlyError } from '../../../lib/errors.ts';

/** A whole number in an address, from `least` on. */
export function pathNumber(text: string | undefined, what: string, least = 1): number {
  const number = /^\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN;
  if (number >= least) return number;
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `${what}: expected a whole number from ${least}, got ${JSON.stringify((text ?? '').slice(0, 50))}`,
  });
}
