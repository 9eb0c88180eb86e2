/** RLE Lossless (PS3.5, annex G): a frame as bytes in planes, the high bytes first, each packed by itself. */
import { invalid } from './invalid.ts';

const HEADER = 64;

/** Little-endian pixels of `width` bytes. Throws SLY_FORMAT_INVALID. */
export function unpackRle(packed: Buffer, pixels: number, width: number): Buffer {
  if (packed.length < HEADER) throw invalid(`expected ${HEADER} bytes before RLE, got ${packed.length}`);
  const count = packed.readUInt32LE(0);
  if (count !== width) throw invalid(`expected ${width} parts of RLE, got ${count}`);
  const out = Buffer.alloc(pixels * width);
  for (let part = 0; part < count; part++) {
    const from = packed.readUInt32LE(4 + 4 * part);
    const to = part + 1 < count ? packed.readUInt32LE(8 + 4 * part) : packed.length;
    if (from < HEADER || to < from || to > packed.length)
      throw invalid(`expected part ${part + 1} of RLE inside of its frame, got bytes ${from} to ${to}`);
    unpackPart(packed.subarray(from, to), out, { start: width - 1 - part, step: width });
  }
  return out;
}

function unpackPart(packed: Buffer, out: Buffer, { start, step }: { start: number; step: number }): void {
  let [at, to] = [0, start];
  while (to < out.length) {
    const control = packed[at++];
    if (control === undefined || at >= packed.length)
      throw invalid(`expected ${out.length / step} bytes of RLE, got ${(to - start) / step}`);
    // 128 says nothing.
    if (control === 128) continue;
    const isRun = control > 128;
    const end = Math.min(out.length, to + (isRun ? 257 - control : control + 1) * step);
    for (; to < end; to += step) {
      const value = packed[isRun ? at : at++];
      if (value === undefined) throw invalid('expected more bytes of RLE, got the end');
      out[to] = value;
    }
    if (isRun) at++;
  }
}
