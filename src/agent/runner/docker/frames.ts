/**
 * The engine's multiplexed output: 8 bytes of header (stream, length), then the bytes. Pulled, not pushed: who
 * does not ask for the next frame does not read from the socket, and so holds the plugin back.
 */
export interface Frame {
  stream: 'stdout' | 'stderr';
  bytes: Buffer;
}

const HEADER = 8;
/** The engine cuts at 16 KiB (log) or 32 KiB (attach); anything near this is not such a stream. */
const MAX_FRAME = 16 * 1024 * 1024;

/** Ends with its source; what is left of a frame cut off in the middle is dropped. */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= HEADER) {
      const length = held.readUInt32BE(at + 4);
      const kind = held[at];
      if (length > MAX_FRAME || kind === undefined || kind > 2)
        throw new Error(
          `expected a frame of container output, got header ${held.toString('hex', at, at + HEADER)}`,
        );
      if (held.length - at - HEADER < length) break;
      yield {
        stream: kind === 2 ? 'stderr' : 'stdout',
        bytes: held.subarray(at + HEADER, at + HEADER + length),
      };
      at += HEADER + length;
    }
    held = held.subarray(at);
  }
}

export interface Stamped {
  /** Milliseconds since 1970; undefined when there was no stamp. */
  at: number | undefined;
  bytes: Buffer;
}

/** A record of the engine's log asked for with `timestamps`: `2026-01-31T10:00:00.123456789Z ` before the bytes. */
export function splitStamp(record: Buffer): Stamped {
  const space = record.indexOf(32);
  if (space < 20 || space > 40) return { at: undefined, bytes: record };
  const at = Date.parse(record.toString('latin1', 0, space));
  return Number.isNaN(at) ? { at: undefined, bytes: record } : { at, bytes: record.subarray(space + 1) };
}
