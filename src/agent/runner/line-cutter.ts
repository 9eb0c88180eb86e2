/**
 * Cuts the pieces a plugin's pipe delivers into lines. A line longer than the cap comes out once, cut and
 * marked; the rest of it up to the newline is dropped, so that one endless line cannot fill the memory.
 */
export const LINE_BYTES = 64 * 1024;

export interface CutLine {
  text: string;
  truncated: boolean;
}

export interface LineCutter {
  /** The lines this piece completes. */
  push(piece: Buffer): CutLine[];
  /** What is left when there is no more: a last line without newline, or nothing. */
  end(): CutLine[];
}

export function createLineCutter(maxBytes = LINE_BYTES): LineCutter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let overflow = false;

  function keep(piece: Buffer): void {
    const room = maxBytes - heldBytes;
    if (piece.length > room) overflow = true;
    const kept = piece.subarray(0, room);
    if (kept.length === 0) return;
    held.push(kept);
    heldBytes += kept.length;
  }

  function take(): CutLine {
    const bytes = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held, heldBytes);
    const text = bytes.toString('utf8');
    const line = { text: text.endsWith('\r') ? text.slice(0, -1) : text, truncated: overflow };
    held = [];
    heldBytes = 0;
    overflow = false;
    return line;
  }

  return {
    push(piece) {
      const lines: CutLine[] = [];
      let from = 0;
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, from)) {
        keep(piece.subarray(from, at));
        lines.push(take());
        from = at + 1;
      }
      if (from < piece.length) keep(piece.subarray(from));
      return lines;
    },
    end: () => (heldBytes > 0 || overflow ? [take()] : []),
  };
}
