/**
 * Cuts a byte stream into lines without the newline. A line longer than `maxBytes` is cut: its first
 * `maxBytes` come out once, marked `truncated`, and the rest up to the newline is dropped, so that one
 * endless line cannot fill the memory.
 */
export interface Line {
  text: string;
  truncated: boolean;
}

export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes = 1 << 20,
): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let overflow = false;
  const take = (): Line => {
    const text = Buffer.concat(held, heldBytes).toString('utf8');
    const line = { text: text.endsWith('\r') ? text.slice(0, -1) : text, truncated: overflow };
    held = [];
    heldBytes = 0;
    overflow = false;
    return line;
  };
  const keep = (piece: Uint8Array): void => {
    const room = maxBytes - heldBytes;
    if (piece.length > room) overflow = true;
    const kept = piece.length > room ? piece.subarray(0, room) : piece;
    if (kept.length === 0) return;
    held.push(Buffer.from(kept));
    heldBytes += kept.length;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      keep(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (heldBytes > 0 || overflow) yield take();
}
