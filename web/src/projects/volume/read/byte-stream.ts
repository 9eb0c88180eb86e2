/** Bytes of a stream taken piece by piece; nothing more is held than what was asked for. */
import { Unreadable } from '../../../reading/unreadable.ts';

export interface ByteStream {
  /** Exactly so many. Throws Unreadable when the stream ends before, or does not unpack. */
  take(count: number): Promise<Uint8Array<ArrayBuffer>>;
  /** All that is left, at most so many. */
  rest(most: number): Promise<Uint8Array<ArrayBuffer>>;
  /** What is left is of no interest. */
  close(): Promise<void>;
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

export function byteStream(bytes: Uint8Array<ArrayBuffer>, { gzip }: { gzip: boolean }): ByteStream {
  const reader = gzip
    ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader()
    : undefined;
  let left: Uint8Array = reader === undefined ? bytes : new Uint8Array();

  /** Undefined at the end. */
  async function next(): Promise<Uint8Array | undefined> {
    if (left.length > 0 || reader === undefined) return left.length > 0 ? left : undefined;
    try {
      const { value, done } = await reader.read();
      return done ? undefined : value;
    } catch {
      throw new Unreadable('This file is damaged: its voxels do not unpack.');
    }
  }

  return {
    async take(count) {
      const whole = new Uint8Array(count);
      for (let at = 0; at < count; ) {
        const chunk = await next();
        if (chunk === undefined)
          throw new Unreadable(`This file ends early: ${count - at} bytes of voxels are missing.`);
        const part = chunk.subarray(0, count - at);
        whole.set(part, at);
        at += part.length;
        left = chunk.subarray(part.length);
      }
      return whole;
    },
    async rest(most) {
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let size = 0;
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) {
        size += chunk.length;
        if (size > most) throw new Unreadable('This file unpacks to more than the page can hold.');
        chunks.push(chunk as Uint8Array<ArrayBuffer>);
        left = new Uint8Array();
      }
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    },
    async close() {
      // A stream that has failed cannot be cancelled, and need not be.
      await reader?.cancel().catch(() => undefined);
    },
  };
}
