/**
 * tf.train.Example as bytes. Small features are built in memory; the one that is a file of the project is only
 * announced, and its bytes follow when the record is written.
 */

export type FeatureValues =
  | { bytes: readonly (string | Uint8Array)[] }
  | { floats: readonly number[] }
  | { ints: readonly number[] };

/** An entry of the map of features, as field 1 of Features. */
export function encodeFeature(key: string, values: FeatureValues): Buffer {
  const list = encodeList(values);
  return field(1, Buffer.concat([field(1, Buffer.from(key)), field(2, list)]));
}

function encodeList(values: FeatureValues): Buffer {
  if ('bytes' in values)
    return field(1, Buffer.concat(values.bytes.map((one) => field(1, Buffer.from(one as Uint8Array)))));
  if ('floats' in values) {
    const packed = Buffer.alloc(values.floats.length * 4);
    for (const [i, value] of values.floats.entries()) packed.writeFloatLE(value, i * 4);
    return field(2, field(1, packed));
  }
  return field(3, field(1, Buffer.concat(values.ints.map(varint))));
}

/** What stands before the bytes of a feature with one value of `size` bytes. */
export function featureHead(key: string, size: number): Buffer {
  const value = head(1, size);
  const list = head(1, value.length + size);
  const feature = head(2, list.length + value.length + size);
  const name = field(1, Buffer.from(key));
  const entry = head(1, name.length + feature.length + list.length + value.length + size);
  return Buffer.concat([entry, name, feature, list, value]);
}

/** What stands before all features, which are `size` bytes together. */
export function exampleHead(size: number): Buffer {
  return head(1, size);
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([head(number, bytes.length), bytes]);
}

/** Tag of a field with a length, and the length. */
function head(number: number, length: number): Buffer {
  return Buffer.concat([Buffer.of(number * 8 + 2), varint(length)]);
}

/** Negative numbers take ten bytes, as two's complement of 64 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}
