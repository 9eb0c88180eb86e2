import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPack } from '../../../../../src/platform/api/data-plane/read-pack.ts';

function frame(bytes: Buffer): Buffer {
  const head = Buffer.alloc(40);
  createHash('sha256').update(bytes).digest().copy(head);
  head.writeBigUInt64BE(BigInt(bytes.length), 32);
  return Buffer.concat([head, bytes]);
}

async function* cut(bytes: Buffer, at: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of at) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

async function collect(chunks: AsyncIterable<Buffer>, max = 1 << 20): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const { sha256, bytes } of readPack(chunks, max)) {
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    found.push(Buffer.from(bytes));
  }
  return found;
}

describe('reading a pack', () => {
  it('gives every blob whole, wherever the pieces of the body end', async () => {
    const blobs = [randomBytes(300), Buffer.alloc(0), randomBytes(1), randomBytes(5000)];
    const pack = Buffer.concat(blobs.map(frame));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(700), { maxLength: 40 }), async (sizes) => {
        expect(await collect(cut(pack, sizes))).toEqual(blobs);
      }),
      { numRuns: 200 },
    );
    expect(await collect(cut(Buffer.alloc(0), []))).toEqual([]);
  });

  it('refuses a pack that ends in the middle, after giving what came before', async () => {
    const pack = Buffer.concat([frame(Buffer.from('whole')), frame(Buffer.from('cut off'))]);
    for (const missing of [1, 7, 8, 30, 46]) {
      const found: string[] = [];
      const read = async () => {
        for await (const { bytes } of readPack(cut(pack.subarray(0, -missing), [9]), 1000))
          found.push(bytes.toString());
      };
      await expect(read()).rejects.toMatchObject({ code: 'SLY_BAD_MESSAGE' });
      expect(found).toEqual(['whole']);
    }
  });

  it('does not wait for the bytes of a blob that is too large', async () => {
    const head = frame(Buffer.alloc(10)).subarray(0, 40);
    head.writeBigUInt64BE(2n ** 63n, 32);
    await expect(collect(cut(head, []))).rejects.toMatchObject({ code: 'SLY_TOO_LARGE' });
  });
});
