import { readFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import {
  bitmapSize,
  decodeAlphaMask,
  decodeBitmap,
  encodeAlphaMask,
  encodeBitmap,
  type Mask,
} from '../../../src/format/bitmap.ts';
import { type OracleCases, onCanvas, unpackBits } from '../../support/mask-cases.ts';

const RING =
  'eJzrDPBz5+WS4mJgYOD19HAJAtLMIMwIInOeqf8BUmwBPiGuQPr///9Lb86/C2QxlgT5BTM4PLuRBuTwebo4hlTMSa44sKHhISMDuxpTYrr03F6gDIOnq5/LOqeEJgDM5ht6';
const RING_PNG = [
  '89504e470d0a1a0a',
  '0000000d49484452000000030000000301030000006ce627fc',
  '00000006504c5445000000ffffffa5d99fdd',
  '0000000174524e530040e6d866',
  '0000000e49444154789c6378c0b080e101000726026167',
].join('');
const ring: Mask = { x: 1, y: 1, width: 3, height: 3, data: Uint8Array.from([1, 1, 1, 1, 0, 1, 1, 1, 1]) };

const masks = fc
  .record({
    x: fc.integer({ min: -50, max: 50 }),
    y: fc.nat(50),
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 20 }),
  })
  .chain((box) =>
    fc
      .uint8Array({ minLength: box.width * box.height, maxLength: box.width * box.height, max: 1 })
      .map((data): Mask => ({ ...box, data })),
  );

const png = (width: number, height: number, channels: number, data: number[], depth: 8 | 16 = 8): Buffer =>
  Buffer.from(
    encode({
      width,
      height,
      channels,
      depth,
      data: depth === 16 ? Uint16Array.from(data) : Uint8Array.from(data),
    }),
  );
const packed = (bytes: Buffer) => ({
  origin: [0, 0] as [number, number],
  data: deflateSync(bytes).toString('base64'),
});
const raw = (bytes: Buffer) => ({ origin: [0, 0] as [number, number], data: bytes.toString('base64') });
const bits = (mask: Mask) => [...mask.data].join('');

describe('the byte vector', () => {
  test('is decoded', () => {
    expect(decodeBitmap({ origin: [1, 1], data: RING })).toEqual(ring);
    expect(bitmapSize({ origin: [1, 1], data: RING })).toEqual({ width: 3, height: 3 });
  });

  test('is what is written, chunk by chunk', () => {
    const { origin, data } = encodeBitmap(ring);
    expect(origin).toEqual([1, 1]);
    const written = inflateSync(Buffer.from(data, 'base64')).toString('hex');
    expect(written.slice(0, RING_PNG.length)).toBe(RING_PNG);
    expect(written).toBe(inflateSync(Buffer.from(RING, 'base64')).toString('hex'));
  });
});

test('a mask comes back as it was, cropped to what is set', () => {
  fc.assert(
    fc.property(masks, (mask) => {
      fc.pre(mask.data.includes(1));
      const back = decodeBitmap(encodeBitmap(mask));
      const canvas = { width: 120, height: 80 };
      const shift = (one: Mask): Mask => ({ ...one, x: one.x + 50 });
      expect(onCanvas(shift(back), canvas)).toEqual(onCanvas(shift(mask), canvas));
      // Tight: every side has a pixel.
      const { width, height, data } = back;
      const column = (x: number) => Array.from({ length: height }, (_, y) => data[y * width + x]);
      for (const side of [
        [...data.subarray(0, width)],
        [...data.subarray(-width)],
        column(0),
        column(width - 1),
      ])
        expect(side).toContain(1);
      expect(encodeBitmap(back)).toEqual(encodeBitmap(mask));
    }),
  );
});

test('thousands of small noisy masks, whose code tables are long beside the pixels, come back', () => {
  let state = 1;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  for (let at = 0; at < 3000; at++) {
    const width = 1 + Math.floor(random() * 60);
    const height = 1 + Math.floor(random() * 60);
    const data = Uint8Array.from({ length: width * height }, () => (random() < 0.5 ? 1 : 0));
    data[0] = 1;
    data[data.length - 1] = 1;
    const json = encodeBitmap({ x: 0, y: 0, width, height, data });
    expect(bitmapSize(json)).toEqual({ width, height });
    expect(Buffer.compare(decodeBitmap(json).data, data)).toBe(0);
  }
});

test('an alpha mask comes back as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (data) => {
      fc.pre(data.some((value) => value > 0));
      const mask = { x: 3, y: 4, width: 4, height: 3, data };
      const back = decodeAlphaMask(encodeAlphaMask(mask));
      const canvas = { width: 10, height: 10 };
      expect(onCanvas(back, canvas)).toEqual(onCanvas(mask, canvas));
      const set = data.map((value) => +(value > 0));
      expect(onCanvas(decodeBitmap(encodeAlphaMask(mask)), canvas)).toEqual(
        onCanvas({ ...mask, data: set }, canvas),
      );
    }),
  );
});

test('what Pillow writes is read', () => {
  const { bitmaps } = JSON.parse(readFileSync('test/fixtures/format/opencv.json', 'utf8')) as OracleCases;
  expect(bitmaps.length).toBeGreaterThan(40);
  for (const one of bitmaps)
    expect(decodeBitmap({ origin: [0, 0], data: one.data }).data).toEqual(unpackBits(one));
});

describe('the liberal reader', () => {
  test('a raw PNG without zlib around it', () => {
    const bytes = inflateSync(Buffer.from(RING, 'base64'));
    expect(bits(decodeBitmap(raw(bytes)))).toBe('111101111');
    expect(bits(decodeBitmap(raw(png(2, 1, 1, [0, 255]))))).toBe('01');
  });

  test('grey: what is not 0', () => {
    expect(bits(decodeBitmap(packed(png(3, 1, 1, [0, 1, 255]))))).toBe('011');
    expect(bits(decodeBitmap(packed(png(2, 1, 1, [0, 4096], 16))))).toBe('01');
  });

  test('RGBA and grey with alpha: what is not transparent', () => {
    expect(bits(decodeBitmap(packed(png(2, 1, 4, [9, 9, 9, 0, 0, 0, 0, 255]))))).toBe('01');
    expect(bits(decodeBitmap(packed(png(2, 1, 2, [9, 0, 0, 255]))))).toBe('01');
  });

  test('RGB: any channel', () => {
    expect(bits(decodeBitmap(packed(png(3, 1, 3, [0, 0, 0, 0, 0, 7, 255, 0, 0]))))).toBe('011');
  });

  test('a PNG with row filters and several rows', () => {
    const data = Array.from({ length: 40 * 30 }, (_, i) => ((i % 40) * (i % 7)) % 256);
    const back = decodeAlphaMask(packed(png(40, 30, 1, data)));
    expect([...back.data]).toEqual(data);
  });
});

describe('what is refused', () => {
  test('an empty mask is not written', () => {
    expect(() => encodeBitmap({ x: 0, y: 0, width: 2, height: 2, data: new Uint8Array(4) })).toThrow(
      /expected at least one pixel that is set, got 2 x 2/,
    );
  });

  test.each([
    ['no base64', '!!!'],
    ['text', Buffer.from('hello').toString('base64')],
    ['zlib of something else', deflateSync(Buffer.from('x'.repeat(99))).toString('base64')],
    ['a cut PNG', packed(inflateSync(Buffer.from(RING, 'base64')).subarray(0, 60)).data],
  ])('%s', (_name, data) => {
    expect(() => decodeBitmap({ origin: [0, 0], data })).toThrow(
      expect.objectContaining({ code: 'SLY_FORMAT_INVALID' }),
    );
  });

  test('more pixels than allowed, before one is decoded', () => {
    const bytes = inflateSync(Buffer.from(RING, 'base64'));
    bytes.writeUInt32BE(100_000, 16);
    bytes.writeUInt32BE(100_000, 20);
    expect(() => decodeBitmap(packed(bytes))).toThrow(/at most 1000000000 pixels, got 100000 x 100000/);
    expect(() => decodeBitmap({ origin: [0, 0], data: RING }, { maxPixels: 8 })).toThrow(/at most 8 pixels/);
  });

  test('pixel data that inflates to more than the header says', () => {
    const bytes = inflateSync(Buffer.from(RING, 'base64'));
    bytes.writeUInt32BE(1, 20);
    expect(() => decodeBitmap(packed(bytes))).toThrow(/expected 2 bytes of pixels/);
  });
});
