/** As much of protobuf as tf.train.Example needs: fields of a message, in place, never outside of its bytes. */
import { SlyError } from '../../src/lib/errors.ts';

export interface Field {
  number: number;
  /** 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes. */
  wire: number;
  /** Where its value lies: `[start, end)`. */
  start: number;
  end: number;
}

export interface Span {
  start: number;
  end: number;
}

/** Throws SLY_FORMAT_INVALID with the byte where the message is none. */
export function* fieldsOf(bytes: Buffer, { start, end }: Span): Generator<Field> {
  for (let at = start; at < end; ) {
    const tag = readVarint(bytes, at, end);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (number === 0 || number > 0x1fffffff) throw noMessage(at, `a field number, got ${number}`);
    let from = tag.next;
    let to: number;
    if (wire === 0) to = readVarint(bytes, from, end).next;
    else if (wire === 1) to = from + 8;
    else if (wire === 5) to = from + 4;
    else if (wire === 2) {
      const length = readVarint(bytes, from, end);
      from = length.next;
      to = from + length.value;
    } else throw noMessage(at, `a wire type of 0, 1, 2 or 5, got ${wire}`);
    if (to > end) throw noMessage(at, `${to - from} bytes of field ${number}, got ${end - from}`);
    yield { number, wire, start: from, end: to };
    at = to;
  }
}

/** An unsigned number; what is above 2^53 is not exact, which lengths and field numbers never are. */
export function readVarint(bytes: Buffer, at: number, end: number): { value: number; next: number } {
  let value = 0;
  let scale = 1;
  for (let next = at; next < end && next < at + 10; next++) {
    const byte = bytes[next] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next: next + 1 };
    scale *= 128;
  }
  throw noMessage(at, 'the end of a number, got none');
}

/** A signed number of 64 bits as two's complement; beyond 2^53 the nearest there is. */
export function readInt64(bytes: Buffer, at: number, end: number): { value: number; next: number } {
  const { value, next } = readVarint(bytes, at, end);
  if (next - at < 8) return { value, next };
  let exact = 0n;
  for (let i = next - 1; i >= at; i--) exact = (exact << 7n) | BigInt((bytes[i] as number) & 0x7f);
  return { value: Number(BigInt.asIntN(64, exact)), next };
}

function noMessage(at: number, expected: string): SlyError {
  return new SlyError('SLY_FORMAT_INVALID', { detail: `byte ${at} of the record: expected ${expected}` });
}
