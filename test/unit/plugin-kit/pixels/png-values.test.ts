/** Numbers of PNGs as Pillow wrote them, and bitmaps of numbers against the way over masks. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBitmap } from '../../../../src/format/bitmap.ts';
import { decodePngValues } from '../../../../src/plugin-kit/pixels/read-values.ts';
import { splitValues } from '../../../../src/plugin-kit/pixels/split-values.ts';
import { valueBitmaps } from '../../../../src/plugin-kit/pixels/value-bitmaps.ts';
import { writeGrey, writeIndexed } from '../../../../src/plugin-kit/pixels/write-png.ts';

const PYTHON = '/usr/bin/python3';
const SCRIPT = `
import base64, io, json, numpy
from PIL import Image
random = numpy.random.RandomState(4)
told = []
def add(name, image, values, **options):
    out = io.BytesIO()
    image.save(out, 'PNG', **options)
    told.append({'name': name, 'png': base64.b64encode(out.getvalue()).decode(), 'values': values.ravel().tolist()})
ramp = (numpy.add.outer(numpy.arange(23), numpy.arange(37)) * 5) % 256
for noise in (0, 40):
    grey = ((ramp + random.randint(0, noise + 1, ramp.shape)) % 256).astype('uint8')
    add('grey', Image.fromarray(grey), grey)
    rgb = numpy.stack([grey, 255 - grey, grey // 2], axis=2)
    add('rgb', Image.fromarray(rgb), rgb)
    rgba = numpy.concatenate([rgb, grey[:, :, None]], axis=2)
    add('rgba', Image.fromarray(rgba), rgba)
    la = rgba[:, :, [0, 3]].copy()
    add('la', Image.fromarray(la, 'LA'), la)
    deep = grey.astype('uint16') * 257 - (grey > 9)
    add('16 bits', Image.fromarray(deep), deep)
    for bits in (1, 2, 4, 8):
        few = grey >> (8 - bits)
        image = Image.fromarray(few, 'P')
        image.putpalette([i % 256 for i in range(3 << bits)])
        add('palette %d' % bits, image, few, bits=bits)
    add('bilevel', Image.fromarray(grey > 99), (grey > 99).astype('uint8'))
print(json.dumps(told))
`;
const hasOracle = spawnSync(PYTHON, ['-c', 'import numpy, PIL']).status === 0;
if (!hasOracle) process.stderr.write('SKIPPED: PNGs by Pillow need /usr/bin/python3 with numpy and PIL\n');

test.skipIf(!hasOracle)('PNGs that Pillow wrote: all colour types, depths and row filters', () => {
  const ran = spawnSync(PYTHON, ['-W', 'ignore', '-c', SCRIPT], { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect(ran.stderr).toBe('');
  const cases = JSON.parse(ran.stdout) as { name: string; png: string; values: number[] }[];
  expect(cases).toHaveLength(20);
  for (const { name, png, values } of cases) {
    const image = decodePngValues(Buffer.from(png, 'base64'));
    expect([image.width, image.height], name).toEqual([37, 23]);
    expect([...image.data], name).toEqual(values);
  }
});

test('what is written comes back', () => {
  const size = { width: 9, height: 5 };
  const bytes = Uint8Array.from({ length: 45 }, (_, i) => (i * 37) % 256);
  expect(decodePngValues(writeGrey(bytes, size)).data).toEqual(bytes);
  const palette = Array.from({ length: 256 }, (_, i) => i * 65793);
  const indexed = decodePngValues(writeIndexed(bytes, { ...size, palette }));
  expect(indexed.data).toEqual(bytes);
  expect(indexed.palette?.[7]).toEqual([7, 7, 7]);
  const deep = Uint16Array.from(bytes, (one) => one * 250);
  expect(decodePngValues(writeGrey(deep, size)).data).toEqual(deep);
});

test.each([
  ['a bomb', writeGrey(new Uint8Array(100), { width: 10, height: 10 }), 99],
  ['no PNG', Buffer.from('no picture at all, not one pixel of it'), 1000],
  ['a cut one', writeGrey(new Uint8Array(100), { width: 10, height: 10 }).subarray(0, 50), 1000],
])('%s is refused', (_, png, most) => {
  expect(() => decodePngValues(png, most)).toThrow(expect.objectContaining({ code: 'SLY_IMAGE_UNREADABLE' }));
});

test('bitmaps are those of the masks', () => {
  const grid = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }))
    .chain(([width, height, run]) =>
      fc
        .array(fc.integer({ min: 0, max: 3 }), { minLength: width * height, maxLength: width * height })
        // Stretched, so that runs go over the ends of rows and of eight pixels.
        .map((values) => ({
          width,
          height,
          values: Uint8Array.from(values, (_, i) => values[Math.floor(i / run)] ?? 0),
        })),
    );
  fc.assert(
    fc.property(grid, ({ width, height, values }) => {
      const ignore = new Set([0]);
      const masks = splitValues(values, width, height, ignore);
      const bitmaps = valueBitmaps(values, width, height, ignore);
      expect([...bitmaps.keys()]).toEqual([...masks.keys()]);
      const painted = new Uint8Array(width * height);
      for (const [value, { bitmap, box, first }] of bitmaps) {
        const mask = decodeBitmap(bitmap);
        expect(mask).toEqual(masks.get(value));
        expect(box).toEqual({
          left: mask.x,
          top: mask.y,
          right: mask.x + mask.width - 1,
          bottom: mask.y + mask.height - 1,
        });
        expect(first).toBe(values.indexOf(value));
        for (const [i, set] of mask.data.entries())
          if (set === 1)
            painted[(mask.y + Math.floor(i / mask.width)) * width + mask.x + (i % mask.width)] = value;
      }
      expect(painted).toEqual(values);
    }),
  );
});

test('a photo is no mask', () => {
  const values = Uint32Array.from({ length: 1 << 20 }, (_, i) => (i * 7919) % 9973);
  expect(() => valueBitmaps(values, 1024, 1024)).toThrow(
    expect.objectContaining({ code: 'SLY_FORMAT_INVALID' }),
  );
});
