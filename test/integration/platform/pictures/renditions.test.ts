/** Small pictures of every kind of file, made by real processes: what is in them, and what cannot hurt. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { sha256Of } from '../../../../src/lib/hash.ts';
import { createRenditions, type RenditionsOptions } from '../../../../src/platform/pictures/renditions.ts';
import type { RenditionKind } from '../../../../src/platform/ports/pictures.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const noVideos = { still: () => Promise.reject(new Error('there is no video')) };

function setUp(options: Partial<RenditionsOptions> = {}) {
  const folder = options.folder ?? path.join(tempFolder(), 'pictures');
  mkdirSync(folder, { recursive: true });
  const stored = new Map<string, Buffer>();
  let reads = 0;
  const blobs = {
    open: async (sha256: string) => {
      reads++;
      return Readable.from([stored.get(sha256) ?? Buffer.alloc(0)]);
    },
  };
  const renditions = createRenditions({ folder, blobs, media: noVideos, clock: systemClock, ...options });
  onTestFinished(() => renditions.close());
  function put(bytes: Buffer): { sha256: string; size: number } {
    const sha256 = sha256Of(bytes);
    stored.set(sha256, bytes);
    return { sha256, size: bytes.length };
  }
  async function make(
    bytes: Buffer,
    kind: RenditionKind = 'thumbnail-160',
    signal = new AbortController().signal,
  ) {
    const { body, size } = await renditions.open(put(bytes), kind, { signal });
    const got = await buffer(body);
    expect(got.length).toBe(size);
    return got;
  }
  return { folder, renditions, put, make, reads: () => reads };
}

async function pixels(
  webp: Buffer,
): Promise<{ width: number; height: number; at(x: number, y: number): number[] }> {
  expect((await sharp(webp).metadata()).format).toBe('webp');
  const { data, info } = await sharp(webp).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number): number[] => [
    ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
  ];
  return { width: info.width, height: info.height, at };
}

/** Left half red, right half blue. */
const halves = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#ff0000' } }).composite([
    {
      input: { create: { width: width / 2, height, channels: 3, background: '#0000ff' } },
      left: width / 2,
      top: 0,
    },
  ]);

const isRed = ([r = 0, g = 0, b = 0]: number[]): boolean => r > 180 && g < 90 && b < 90;
const isBlue = ([r = 0, g = 0, b = 0]: number[]): boolean => r < 90 && g < 90 && b > 120;

test.each([
  ['jpeg', () => halves(800, 400).jpeg()],
  ['cmyk jpeg', () => halves(800, 400).toColourspace('cmyk').jpeg()],
  ['progressive jpeg', () => halves(800, 400).jpeg({ progressive: true })],
  ['png', () => halves(800, 400).png()],
  ['palette png', () => halves(800, 400).png({ palette: true, colours: 4 })],
  ['16-bit png', () => halves(800, 400).toColourspace('rgb16').png()],
  ['webp', () => halves(800, 400).webp({ lossless: true })],
  ['avif', () => halves(800, 400).avif()],
  ['gif', () => halves(800, 400).gif()],
  ['tiff', () => halves(800, 400).tiff({ compression: 'lzw' })],
  ['tiled pyramid tiff', () => halves(800, 400).tiff({ tile: true, pyramid: true, compression: 'deflate' })],
])('%s', async (_name, picture) => {
  const { make } = setUp();
  const got = await pixels(await make(await picture().toBuffer()));
  expect([got.width, got.height]).toEqual([160, 80]);
  expect(isRed(got.at(20, 40)), String(got.at(20, 40))).toBe(true);
  expect(isBlue(got.at(140, 40)), String(got.at(140, 40))).toBe(true);
});

test('numbers that are no brightness are spread from black to white', async () => {
  const { make } = setUp();
  // A depth map: 500 left to 4500 right, of 65535.
  const depth = new Uint16Array(400 * 100).map((_, at) => 500 + (at % 400) * 10);
  const raw = { width: 400, height: 100, channels: 1 } as const;
  const grey16 = await sharp(depth, { raw }).toColourspace('grey16').png().toBuffer();
  expect((await sharp(grey16).metadata()).depth).toBe('ushort');
  const got = await pixels(await make(grey16));
  expect(got.at(2, 20)[0]).toBeLessThan(20);
  expect(got.at(157, 20)[0]).toBeGreaterThan(235);
  const shown = await pixels(await make(grey16, 'display'));
  expect([shown.width, shown.height]).toEqual([400, 100]);
  expect(Math.abs((shown.at(200, 50)[0] ?? 0) - 128)).toBeLessThan(4);
});

test('an EXIF orientation is not applied: annotations are positions in the stored pixels', async () => {
  const { make } = setUp();
  const turned = await halves(800, 400).jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const webp = await make(turned);
  const got = await pixels(webp);
  expect([got.width, got.height]).toEqual([160, 80]);
  expect(isRed(got.at(20, 40))).toBe(true);
  const meta = await sharp(webp).metadata();
  expect(meta.orientation).toBeUndefined();
  expect(meta.exif).toBeUndefined();
});

test('transparent stays transparent, one pixel stays one pixel, a strip keeps a pixel of height', async () => {
  const { make } = setUp();
  const clear = sharp({
    create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  });
  expect((await pixels(await make(await clear.png().toBuffer()))).at(10, 10)[3]).toBe(0);
  const one = await pixels(
    await make(await halves(2, 1).extract({ left: 0, top: 0, width: 1, height: 1 }).png().toBuffer()),
  );
  expect([one.width, one.height]).toEqual([1, 1]);
  const strip = await pixels(await make(await halves(20_000, 4).png().toBuffer()));
  expect([strip.width, strip.height]).toEqual([160, 1]);
});

test('what is no picture, or too large a one, is refused with the reason; a good one comes after it', async () => {
  const { make, put, renditions, reads } = setUp();
  const signal = new AbortController().signal;
  const refused = async (bytes: Buffer) =>
    renditions.open(put(bytes), 'thumbnail-160', { signal }).then(
      () => 'made',
      (error: { code: string; detail: string }) => `${error.code}: ${error.detail}`,
    );
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  );
  expect(await refused(svg)).toMatch(/^SLY_IMAGE_UNREADABLE: /);
  expect(await refused(Buffer.from('%PDF-1.7 hello'))).toMatch(/^SLY_IMAGE_UNREADABLE: /);
  expect(await refused(Buffer.alloc(0))).toMatch(/^SLY_IMAGE_UNREADABLE: /);
  const bomb = emptyPng(60_000, 60_000);
  expect(bomb.length).toBeLessThan(5_000_000);
  expect(await refused(bomb)).toMatch(/^SLY_IMAGE_UNREADABLE: .*pixel limit/);
  // Remembered: the second time nothing is read or decoded.
  const before = reads();
  expect(await refused(bomb)).toMatch(/pixel limit/);
  expect(reads()).toBe(before);
  await make(await halves(80, 40).png().toBuffer());
});

test('a decoder that hangs is killed, one that dies takes only its own picture with it', async () => {
  const program = path.join(tempFolder(), 'odd-program.mjs');
  writeFileSync(
    program,
    `import { readFileSync, writeFileSync } from 'node:fs';
     process.on('message', ({ source, target }) => {
       const text = readFileSync(source, 'utf8');
       if (text === 'hang') for (;;);
       if (text === 'die') process.abort();
       writeFileSync(target, text);
       process.send({ done: true });
     });`,
  );
  const { make } = setUp({ program: new URL(`file://${program}`), mostMs: 8000 });
  const all = await Promise.allSettled(
    ['hang', 'die', 'good', 'fine'].map((text) => make(Buffer.from(text))),
  );
  const words = all.map((one) =>
    one.status === 'fulfilled' ? String(one.value) : (one.reason as { detail: string }).detail,
  );
  expect(words[0]).toMatch(/expected to be decoded within 8 s/);
  expect(words[1]).toMatch(/its decoder ended with SIGABRT/);
  expect(words.slice(2)).toEqual(['good', 'fine']);
});

test('asked by many at once it is made once; given up when all of them have gone', async () => {
  const { make, reads, renditions, put } = setUp();
  const bytes = await halves(800, 400).jpeg().toBuffer();
  const all = await Promise.all(Array.from({ length: 40 }, () => make(bytes)));
  expect(new Set(all.map((one) => sha256Of(one))).size).toBe(1);
  expect(reads()).toBe(1);
  await make(bytes);
  expect(reads()).toBe(1);

  // Two are worked on, the others wait; they are dropped unread when their askers leave.
  const askers = new AbortController();
  const many = await Promise.all(
    Array.from({ length: 30 }, (_, k) =>
      halves(400 + 2 * k, 400)
        .jpeg()
        .toBuffer(),
    ),
  );
  const asked = many.map((one) => renditions.open(put(one), 'thumbnail-160', { signal: askers.signal }));
  askers.abort();
  const ends = await Promise.allSettled(asked);
  expect(ends.filter((one) => one.status === 'rejected').length).toBeGreaterThan(20);
  expect(reads()).toBeLessThan(12);
  await make(many[29]!);
});

test('the cache keeps to its bytes, longest unused first, and is found again after a restart', async () => {
  const first = setUp({ mostBytes: 60_000 });
  const noise = (k: number) =>
    sharp(
      Buffer.from(Array.from({ length: 160 * 160 * 3 }, (_, at) => (at * (k + 7) * 2_654_435_761) >>> 24)),
      {
        raw: { width: 160, height: 160, channels: 3 },
      },
    )
      .png()
      .toBuffer();
  const files = () =>
    readdirSync(first.folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const sources = await Promise.all([1, 2, 3, 4, 5, 6].map(noise));
  for (const source of sources) {
    await first.make(source);
    await first.make(sources[0]!);
  }
  const kept = files().map((one) => one.name);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length).toBeLessThan(6);
  expect(kept.some((name) => name.startsWith(sha256Of(sources[0]!)))).toBe(true);
  await first.renditions.close();

  const again = setUp({ folder: first.folder, mostBytes: 60_000 });
  await again.make(sources[0]!);
  expect(again.reads()).toBe(0);
});

/** A PNG of one colour: megapixels in kilobytes. */
function emptyPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length);
    body.copy(out, 4);
    out.writeUInt32BE(crc32(body), body.length + 4);
    return out;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(Math.ceil(width / 8 + 1) * height));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
