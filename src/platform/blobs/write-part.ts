/** The body of one part to its place in the upload's file, checked while it goes by. */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { SlyError } from '../../lib/errors.ts';

/** Pieces are gathered to this size: a write goes through the thread pool. */
const WRITE_BYTES = 1 << 20;

export interface PartTarget {
  file: string;
  position: number;
  /** Most bytes the part may have. */
  room: number;
}

/** Bytes and checksum of what came. Durable when it resolves. SLY_TOO_LARGE past the room. */
export async function writePart(
  body: AsyncIterable<Uint8Array>,
  target: PartTarget,
): Promise<{ size: number; crc32: number }> {
  const handle = await open(target.file, 'r+');
  try {
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    let at = target.position;
    const flush = async (): Promise<void> => {
      const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, heldBytes);
      held = [];
      heldBytes = 0;
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      }
      at += bytes.length;
    };
    const sum = await measure(body, target.room, async (chunk) => {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes >= WRITE_BYTES) await flush();
    });
    if (heldBytes > 0) await flush();
    await handle.datasync();
    return sum;
  } finally {
    await handle.close();
  }
}

/** Size and checksum of a body; `onChunk` gets its pieces. */
export async function measure(
  body: AsyncIterable<Uint8Array>,
  room: number,
  onChunk: (chunk: Uint8Array) => Promise<void> = async () => undefined,
): Promise<{ size: number; crc32: number }> {
  let size = 0;
  let sum = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > room) {
      throw new SlyError('SLY_TOO_LARGE', { detail: `expected a part of at most ${room} bytes, got more` });
    }
    sum = crc32(chunk, sum);
    await onChunk(chunk);
  }
  return { size, crc32: sum };
}
