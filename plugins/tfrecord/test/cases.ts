/** Records made in the test. The bytes come from the writer of the export, which the Python script checks. */
import { createCrc32c, maskedCrc } from '../crc32c.ts';
import { encodeFeature, exampleHead, type FeatureValues } from '../example-writer.ts';

const crc = await createCrc32c();

export function example(features: Record<string, FeatureValues>): Buffer {
  const body = Buffer.concat(Object.entries(features).map(([key, values]) => encodeFeature(key, values)));
  return Buffer.concat([exampleHead(body.length), body]);
}

export function framed(...payloads: Uint8Array[]): Buffer {
  return Buffer.concat(
    payloads.flatMap((payload) => {
      const head = Buffer.alloc(12);
      head.writeBigUInt64LE(BigInt(payload.length));
      head.writeUInt32LE(maskedCrc(crc, head.subarray(0, 8)), 8);
      const foot = Buffer.alloc(4);
      foot.writeUInt32LE(maskedCrc(crc, payload));
      return [head, payload, foot];
    }),
  );
}

/** One object over the whole picture, with whatever else is wanted. */
export const objectIn = (
  png: Uint8Array,
  more: Record<string, FeatureValues> = {},
): Record<string, FeatureValues> => ({
  'image/filename': { bytes: ['a.png'] },
  'image/encoded': { bytes: [png] },
  'image/object/bbox/xmin': { floats: [0] },
  'image/object/bbox/xmax': { floats: [1] },
  'image/object/bbox/ymin': { floats: [0] },
  'image/object/bbox/ymax': { floats: [1] },
  'image/object/class/text': { bytes: ['car'] },
  ...more,
});
