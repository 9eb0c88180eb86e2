/**
 * PNGs of every kind, by fast-png. It is loaded with the first one that needs it: few masks do, and it takes a third
 * of the memory and of the start of a plugin that reads no PNG.
 */
import { createRequire } from 'node:module';
import type { DecodedPng } from 'fast-png';

const require = createRequire(import.meta.url);
let decoder: ((bytes: Uint8Array) => DecodedPng) | undefined;

/** Throws what fast-png throws. Inflates without a bound. */
export function decodeAnyPng(bytes: Uint8Array): DecodedPng {
  decoder ??= (require('fast-png') as typeof import('fast-png')).decode;
  return decoder(bytes);
}
