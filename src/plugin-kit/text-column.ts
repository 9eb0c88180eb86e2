/** Many short texts in one piece of memory, where as many strings of the heap would take four times as much. */

export interface TextColumn {
  /** Undefined is a text too. Returns its number, from 0. Half a surrogate pair comes back as U+FFFD. */
  add(text: string | undefined): number;
  get(number: number): string | undefined;
}

const NONE = 0xffffffff;

export function createTextColumn(): TextColumn {
  let bytes = Buffer.allocUnsafeSlow(64);
  let used = 0;
  let starts = new Uint32Array(16);
  let lengths = new Uint32Array(16);
  let count = 0;
  return {
    add(text) {
      if (count === starts.length) {
        starts = doubled(starts);
        lengths = doubled(lengths);
      }
      starts[count] = used;
      if (text === undefined) lengths[count] = NONE;
      else {
        if (used + 3 * text.length > bytes.length) {
          const larger = Buffer.allocUnsafeSlow(Math.ceil(1.5 * (used + 3 * text.length)));
          bytes.copy(larger, 0, 0, used);
          bytes = larger;
        }
        const written = bytes.write(text, used);
        lengths[count] = written;
        used += written;
      }
      return count++;
    },
    get(number) {
      const length = number < count ? (lengths[number] ?? NONE) : NONE;
      const start = starts[number] ?? 0;
      return length === NONE ? undefined : bytes.toString('utf8', start, start + length);
    },
  };
}

function doubled(from: Uint32Array): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(2 * from.length);
  to.set(from);
  return to;
}
