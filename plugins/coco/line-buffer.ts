/** Bytes of lines that grow: texts, bytes and numbers one after the other, without strings in between. */

export interface LineBuffer {
  /** May be replaced by `room`. */
  bytes: Buffer;
  /** Where the next byte goes. */
  at: number;
}

/** Memory that threads share: it goes from one to the other and back without ever being garbage. */
export function lineBufferIn(memory: SharedArrayBuffer): LineBuffer {
  return { bytes: Buffer.from(memory), at: 0 };
}

/** Makes sure that `more` bytes fit. */
export function room(line: LineBuffer, more: number): void {
  if (line.at + more <= line.bytes.length) return;
  const larger = Buffer.from(new SharedArrayBuffer(Math.max(2 * line.bytes.length, line.at + more)));
  line.bytes.copy(larger, 0, 0, line.at);
  line.bytes = larger;
}

export function putText(line: LineBuffer, text: string): void {
  room(line, 3 * text.length);
  line.at += line.bytes.write(text, line.at);
}

export function putBytes(line: LineBuffer, bytes: Uint8Array): void {
  room(line, bytes.length);
  line.bytes.set(bytes, line.at);
  line.at += bytes.length;
}

const ZERO = 0x30;

/** A whole number from 0 to 2^31 - 1, for which there is room; returns the place behind it. */
export function putNumber(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = ZERO + value;
    return at + 1;
  }
  if (value < 100) {
    const tens = (value / 10) | 0;
    bytes[at] = ZERO + tens;
    bytes[at + 1] = ZERO + value - 10 * tens;
    return at + 2;
  }
  if (value < 1000) {
    const hundreds = (value / 100) | 0;
    const rest = value - 100 * hundreds;
    const tens = (rest / 10) | 0;
    bytes[at] = ZERO + hundreds;
    bytes[at + 1] = ZERO + tens;
    bytes[at + 2] = ZERO + rest - 10 * tens;
    return at + 3;
  }
  const thousands = (value / 1000) | 0;
  const rest = value - 1000 * thousands;
  const next = putNumber(bytes, at, thousands);
  const hundreds = (rest / 100) | 0;
  const tens = ((rest - 100 * hundreds) / 10) | 0;
  bytes[next] = ZERO + hundreds;
  bytes[next + 1] = ZERO + tens;
  bytes[next + 2] = ZERO + rest - 100 * hundreds - 10 * tens;
  return next + 3;
}
