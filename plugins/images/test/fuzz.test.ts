/** Damaged pictures of every kind, and damaged metadata: an item, or a line that says what is wrong with which file. */
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { JSON_TOKENS } from '../../../test/support/damage.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/tree');
const TOKENS = [
  'IHDR',
  'IDAT',
  '\u0000\u0000',
  '\u00ff\u00d8',
  '\u00ff\u00c0',
  'VP8 ',
  'RIFF',
  'GIF89a',
  'II*\u0000',
  'BM',
];
const picture = sharp({ create: { width: 8, height: 6, channels: 3, background: '#204060' } });

const tree = folderFiles(FIXTURES);
const made = {
  'root.jpg': tree['root.jpg'],
  'tree.webp': tree['park/tree.webp'],
  'lossless.webp': tree['park/lossless.webp'],
  'car.png': tree['street/car.png'],
  'a.gif': await picture.clone().gif().toBuffer(),
  'a.tif': await picture.clone().tiff().toBuffer(),
  'meta/sound.png.json': tree['street/night/meta/car.jpeg.json'],
} as Record<string, Buffer>;

test.each(Object.keys(made))(
  'any damage to %s',
  async (name) => {
    const { failed, reported } = await fuzzImport({
      plugin: 'images',
      files: { [name]: made[name] as Buffer, 'sound.png': tree['street/car.png'] as Buffer },
      damage: new RegExp(name),
      tokens: [...TOKENS, ...JSON_TOKENS],
      cases: 1500,
    });
    expect(failed).toBe(0);
    expect(reported).toBeGreaterThan(50);
  },
  300_000,
);

test('pixels that are read: turned upright and made viewable', async () => {
  const turned = picture.clone().withMetadata({ orientation: 6 });
  const { failed, reported } = await fuzzImport({
    plugin: 'images',
    files: {
      'a.jpg': await turned.clone().jpeg().toBuffer(),
      'a.png': await turned.clone().png().toBuffer(),
      'a.tif': await turned.clone().tiff().toBuffer(),
      'a.webp': await turned.clone().webp().toBuffer(),
    },
    damage: /./,
    tokens: TOKENS,
    cases: 400,
    options: { exif_orientation: 'apply', viewable: true },
  });
  expect(failed).toBe(0);
  expect(reported).toBeGreaterThan(40);
}, 300_000);
