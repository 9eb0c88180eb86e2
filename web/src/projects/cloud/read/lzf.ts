/** LZF, the compression of binary_compressed PCD files (oldhome.schmorp.de/marc/liblzf.html). */
import { Unreadable } from '../../../reading/unreadable.ts';

const LITERAL_BELOW = 32;

/** Throws Unreadable when the bytes do not make `size` bytes. */
export function unpackLzf(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let [from, to] = [0, 0];
  while (from < packed.length) {
    const control = packed[from++] as number;
    if (control < LITERAL_BELOW) {
      const length = control + 1;
      if (from + length > packed.length || to + length > size) throw damaged();
      out.set(packed.subarray(from, from + length), to);
      from += length;
      to += length;
      continue;
    }
    let length = control >> 5;
    if (length === 7) length += packed[from++] ?? 0;
    length += 2;
    const start = to - (((control & 31) << 8) | (packed[from++] ?? 0)) - 1;
    if (start < 0 || from > packed.length || to + length > size) throw damaged();
    // It may reach into what it writes itself: one byte after the other.
    for (let k = 0; k < length; k++) out[to + k] = out[start + k] as number;
    to += length;
  }
  if (to !== size) throw damaged();
  return out;
}

const damaged = (): Unreadable =>
  new Unreadable('This PCD file is damaged: its compressed points do not unpack.');
