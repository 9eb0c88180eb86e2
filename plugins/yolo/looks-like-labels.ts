/** Whether the beginning of a text is that of a YOLO label file, for detection and for what is left over. */
import { createLineReader } from './line-reader.ts';

export interface Looks {
  /** Numbers of the first line. */
  count: number;
}

const MAX_CLASS = 100_000;

/** Undefined when it is not; only lines that are there as a whole are looked at. An empty text is none either. */
export function looksLikeLabels(head: Buffer, size: number): Looks | undefined {
  const whole = size <= head.length ? head.length : head.lastIndexOf(10) + 1;
  // One line alone may be longer than the head: then its numbers but the last.
  const cut = whole === 0;
  const end = cut ? head.lastIndexOf(32) : whole;
  if (end <= 0) return undefined;
  const reader = createLineReader();
  reader.load(head, 0, end);
  let count = 0;
  let hasShare = false;
  while (reader.next()) {
    const { values, bad } = reader;
    const index = values[0] ?? -1;
    if (bad !== undefined || reader.count < 5 || !Number.isInteger(index) || index < 0 || index > MAX_CLASS)
      return undefined;
    for (let i = 1; i < reader.count; i++) {
      const value = values[i] ?? 0;
      // Visibility of a keypoint goes up to 2.
      if (value < -0.5 || (value > 1.5 && !(value === 2 && i >= 7))) return undefined;
      if (!Number.isInteger(value)) hasShare = true;
    }
    if (count === 0) count = reader.count;
  }
  return count > 0 && hasShare ? { count } : undefined;
}
