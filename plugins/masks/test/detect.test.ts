import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { detectHere, detectIn } from '../../../test/support/import-here.ts';
import { fixture, grey, picture, rgb } from './cases.ts';

const noise = (width: number, height: number, channels: 1 | 3): Uint8Array =>
  encode({
    width,
    height,
    channels,
    depth: 8,
    data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 2_654_435_761) >>> 24),
  });

describe('yes', () => {
  test('lists of classes', async () => {
    expect(await detectIn('masks', fixture('machine'))).toMatchObject({
      confidence: 0.95,
      because:
        'obj_class_to_machine_color.json names 4 class(es), and town/masks_machine/street.png is the mask of town/img/street.jpg',
    });
  });

  test('plain folders', async () => {
    expect((await detectIn('masks', fixture('two-levels'))).confidence).toBe(0.8);
    expect((await detectIn('masks', fixture('numbers'))).confidence).toBe(0.8);
    const ann = { 'img/a.jpg': picture(3, 1), 'ann/a.png': grey(['012']) };
    expect(await detectHere('masks', ann)).toMatchObject({
      confidence: 0.65,
      because: expect.stringContaining('ann/a.png'),
    });
    const colours = { 'images/a.png': picture(3, 1), 'masks/a.png': rgb([[0, 0xff0000, 0x0000ff]]) };
    expect((await detectHere('masks', colours)).confidence).toBe(0.65);
  });

  test('less, when the labels themselves are there too', async () => {
    const files = {
      'meta.json': '{"classes": [], "tags": []}',
      'obj_class_to_machine_color.json': '{"a": 1}',
      'ds/img/a.png': picture(3, 1),
      'ds/masks_machine/a.png': grey(['011']),
    };
    expect((await detectHere('masks', files)).confidence).toBe(0.6);
  });
});

describe('no', () => {
  const mask = grey(['011']);
  const cases: Record<string, Record<string, string | Uint8Array>> = {
    'pictures alone': { 'a/x.png': picture(3, 1), 'b/x.png': picture(3, 1) },
    'a picture in two folders': { 'images/a.png': picture(40, 40), 'masks/a.png': noise(40, 40, 1) },
    'photos in a folder called labels': { 'images/a.png': picture(40, 40), 'labels/a.png': noise(40, 40, 3) },
    'masks of another size': { 'images/a.png': picture(4, 1), 'masks/a.png': mask },
    'more masks without a picture than with': {
      'images/a.png': picture(3, 1),
      'masks/a.png': mask,
      'masks/b.png': mask,
      'masks/c.png': mask,
    },
    'Pascal VOC': { 'JPEGImages/a.jpg': picture(3, 1), 'masks/a.png': mask, 'ImageSets/Main/train.txt': 'a' },
    'a list of colours': { 'images/a.png': picture(3, 1), 'masks/a.png': mask, 'colors.txt': 'a 1 2 3' },
    Cityscapes: { 'images/a_leftImg8bit.png': picture(3, 1), 'labels/a_gtFine_labelIds.png': mask },
    YOLO: { 'images/a.png': picture(3, 1), 'labels/a.txt': '0 0.5 0.5 1 1' },
    'a list that is none': {
      'obj_class_to_machine_color.json': '[1]',
      'img/a.png': picture(3, 1),
      'masks_machine/a.png': mask,
    },
    'a list without masks': { 'obj_class_to_machine_color.json': '{"a": 1}', 'img/a.png': picture(3, 1) },
    'masks that are none': { 'images/a.png': picture(3, 1), 'masks/a.png': 'text' },
    nothing: { 'notes.txt': 'x' },
  };
  test.each(Object.entries(cases))('%s', async (_name, files) => {
    const verdict = await detectHere('masks', files);
    expect(verdict.confidence).toBe(0);
    expect(verdict.because).not.toBe('');
  });
});

test('is quick on many files', async () => {
  const { detectMasks } = await import('../detect.ts');
  const { createSourceTree } = await import('../../../src/plugin-kit/source-tree.ts');
  const files = Array.from({ length: 300_000 }, (_, i) => ({ path: `a${i % 100}/sub/${i}.jpg`, size: 1 }));
  const start = performance.now();
  expect((await detectMasks(createSourceTree('/nowhere', files))).confidence).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
}, 30_000);
