import fc from 'fast-check';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { HEAD_BYTES, pictureFacts } from '../../../../src/platform/blobs/picture-facts.ts';

const png = Buffer.from(encode({ width: 7, height: 5, channels: 1, data: new Uint8Array(35) }));

/** A JPEG's headers: start, an application segment of `fill` bytes each, frame of 300 x 200. */
function jpeg(...fill: number[]): Buffer {
  const frame = Buffer.from('ffc0000b0800c8012c01011100', 'hex');
  const segments = fill.map((size) => {
    const segment = Buffer.alloc(size + 4);
    segment.writeUInt16BE(0xffe2, 0);
    segment.writeUInt16BE(size + 2, 2);
    return segment;
  });
  return Buffer.concat([Buffer.from('ffd8', 'hex'), ...segments, frame, Buffer.alloc(64)]);
}

describe('what a blob is', () => {
  it('knows pictures by their bytes', () => {
    expect(pictureFacts(png)).toEqual({ mime: 'image/png', width: 7, height: 5 });
    expect(pictureFacts(jpeg(14))).toEqual({ mime: 'image/jpeg', width: 300, height: 200 });
    expect(pictureFacts(Buffer.from('GIF89a\x05\x00\x04\x00\x00\x00\x00', 'latin1'))).toEqual({
      mime: 'image/gif',
      width: 5,
      height: 4,
    });
  });

  it('finds the size of a JPEG behind long profiles', () => {
    expect(pictureFacts(jpeg(60_000, 60_000, 60_000))).toMatchObject({ width: 300, height: 200 });
  });

  it('still knows the kind when the size is further on than it looks', () => {
    const far = jpeg(...Array.from({ length: 10 }, () => 60_000));
    expect(far.length).toBeGreaterThan(HEAD_BYTES);
    expect(pictureFacts(far)).toEqual({ mime: 'image/jpeg', width: null, height: null });
    expect(pictureFacts(png.subarray(0, 12))).toEqual({ mime: 'image/png', width: null, height: null });
  });

  it.each([
    ['text', Buffer.from('P3 is the start of a sentence'), null],
    ['nothing', Buffer.alloc(0), null],
    ['mp4', Buffer.from('\0\0\0\x18ftypmp42'), 'video/mp4'],
    ['zip', Buffer.from('PK\x03\x04'), 'application/zip'],
  ])('%s has no size', (_what, bytes, mime) => {
    expect(pictureFacts(bytes)).toEqual({ mime, width: null, height: null });
  });

  it('never throws, whatever the bytes are', () => {
    const starts = [png.subarray(0, 16), jpeg().subarray(0, 12), Buffer.from('II*\0'), Buffer.from('<svg ')];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), (start, rest) => {
        const { width, height } = pictureFacts(Buffer.concat([start, rest]));
        return (width === null) === (height === null);
      }),
      { numRuns: 3000 },
    );
  });
});
