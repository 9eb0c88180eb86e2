/**
 * tf.train.Example: named lists of bytes, floats or integers. Numbers are read, bytes stay where they are and
 * only their places are noted.
 */
import { SlyError } from '../../src/lib/errors.ts';
import { fieldsOf, readInt64, type Span } from './protobuf.ts';

export type FeatureKind = 'bytes' | 'float' | 'int64';

export interface Example {
  /** In the order of the record. */
  readonly keys: readonly string[];
  kindOf(key: string): FeatureKind | undefined;
  /** Places of the values of a list of bytes; empty when there is no such list. */
  spans(key: string): Span[];
  /** The same as text. */
  texts(key: string): string[];
  /** Floats or integers; empty when there is no such list. */
  numbers(key: string): number[];
}

type Feature = { kind: 'bytes'; spans: Span[] } | { kind: 'float' | 'int64'; numbers: number[] };

const MAX_KEYS = 10_000;
/** Of all lists of a record together. */
const MAX_VALUES = 5_000_000;

/** Throws SLY_FORMAT_INVALID for bytes that are no such message. */
export function readExample(payload: Buffer): Example {
  const features = readFeatures(payload);
  const spans = (key: string): Span[] => {
    const feature = features.get(key);
    return feature?.kind === 'bytes' ? feature.spans : [];
  };
  return {
    keys: [...features.keys()],
    kindOf: (key) => features.get(key)?.kind,
    spans,
    texts: (key) => spans(key).map(({ start, end }) => payload.toString('utf8', start, end)),
    numbers(key) {
      const feature = features.get(key);
      return feature === undefined || feature.kind === 'bytes' ? [] : feature.numbers;
    },
  };
}

function readFeatures(payload: Buffer): Map<string, Feature> {
  const features = new Map<string, Feature>();
  let values = 0;
  for (const whole of fieldsOf(payload, { start: 0, end: payload.length })) {
    if (whole.number !== 1 || whole.wire !== 2) continue;
    for (const entry of fieldsOf(payload, whole)) {
      if (entry.number !== 1 || entry.wire !== 2) continue;
      const { key, feature } = readEntry(payload, entry, MAX_VALUES - values);
      values += feature.kind === 'bytes' ? feature.spans.length : feature.numbers.length;
      features.set(key, feature);
      if (features.size > MAX_KEYS)
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected at most ${MAX_KEYS} features, got more`,
        });
    }
  }
  return features;
}

function readEntry(payload: Buffer, entry: Span, room: number): { key: string; feature: Feature } {
  let key = '';
  let feature: Feature = { kind: 'bytes', spans: [] };
  for (const part of fieldsOf(payload, entry)) {
    if (part.wire !== 2) continue;
    if (part.number === 1) key = payload.toString('utf8', part.start, part.end);
    if (part.number !== 2) continue;
    // A list may come in pieces, which are one; of several kinds the last one counts, as in every oneof.
    for (const list of fieldsOf(payload, part)) {
      if (list.wire !== 2) continue;
      if (list.number === 1) {
        if (feature.kind !== 'bytes') feature = { kind: 'bytes', spans: [] };
        readBytes(payload, list, { into: feature.spans, room });
      } else if (list.number === 2 || list.number === 3) {
        const kind = list.number === 2 ? 'float' : 'int64';
        if (feature.kind !== kind) feature = { kind, numbers: [] };
        (kind === 'float' ? readFloats : readInts)(payload, list, { into: feature.numbers, room });
      }
    }
  }
  return { key, feature };
}

interface Values<T> {
  into: T[];
  /** Values that may still come. */
  room: number;
}

function readBytes(payload: Buffer, list: Span, values: Values<Span>): void {
  for (const { number, wire, start, end } of fieldsOf(payload, list))
    if (number === 1 && wire === 2) push(values, { start, end });
}

/** Packed (one field with all of them) or not. */
function readFloats(payload: Buffer, list: Span, values: Values<number>): void {
  for (const { number, wire, start, end } of fieldsOf(payload, list)) {
    if (number !== 1 || (wire !== 2 && wire !== 5)) continue;
    for (let at = start; at + 4 <= end; at += 4) push(values, payload.readFloatLE(at));
  }
}

function readInts(payload: Buffer, list: Span, values: Values<number>): void {
  for (const { number, wire, start, end } of fieldsOf(payload, list)) {
    if (number !== 1 || (wire !== 2 && wire !== 0)) continue;
    for (let at = start; at < end; ) {
      const { value, next } = readInt64(payload, at, end);
      push(values, value);
      at = next;
    }
  }
}

function push<T>({ into, room }: Values<T>, value: T): void {
  if (into.length >= room)
    throw new SlyError('SLY_FORMAT_INVALID', {
      detail: `expected at most ${MAX_VALUES} values in a record, got more`,
    });
  into.push(value);
}
