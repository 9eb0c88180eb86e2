/**
 * A pack as it comes in: for each blob 32 bytes SHA-256, 8 bytes length (big endian), the bytes. Holds one blob at
 * a time. SLY_BAD_MESSAGE when it ends too early, SLY_TOO_LARGE for a blob that belongs into an upload.
 */
import { SlyError } from '../../../lib/errors.ts';
import type { Sha256 } from '../../../lib/hash.ts';

const HEAD_BYTES = 40;

export interface PackedBlob {
  sha256: Sha256;
  bytes: Buffer;
}

export async function* readPack(
  chunks: AsyncIterable<Buffer>,
  maxBlobBytes: number,
): AsyncGenerator<PackedBlob> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let sha256: Sha256 | undefined;
  let wanted = HEAD_BYTES;

  /** Exactly `wanted` bytes from the front of what is held. */
  function take(): Buffer {
    const joined = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, heldBytes);
    const taken = joined.subarray(0, wanted);
    const rest = joined.subarray(wanted);
    held = rest.length === 0 ? [] : [rest];
    heldBytes = rest.length;
    return taken;
  }

  for await (const chunk of chunks) {
    held.push(chunk);
    heldBytes += chunk.length;
    while (heldBytes >= wanted) {
      const piece = take();
      if (sha256 === undefined) {
        const size = piece.readBigUInt64BE(32);
        if (size > BigInt(maxBlobBytes)) {
          throw new SlyError('SLY_TOO_LARGE', {
            detail: `a blob in a pack: expected at most ${maxBlobBytes} bytes, got ${size}`,
            hint: 'Send it as an upload in parts.',
          });
        }
        sha256 = piece.toString('hex', 0, 32);
        wanted = Number(size);
      } else {
        yield { sha256, bytes: piece };
        sha256 = undefined;
        wanted = HEAD_BYTES;
      }
    }
  }
  if (sha256 === undefined && heldBytes === 0) return;
  throw new SlyError('SLY_BAD_MESSAGE', {
    detail: `the pack ends in the middle of a blob: expected ${wanted} bytes more, got ${heldBytes}`,
  });
}
