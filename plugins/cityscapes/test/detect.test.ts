import { describe, expect, test } from 'vitest';
import { detectHere, detectIn } from '../../../test/support/import-here.ts';
import { fixture, picture, polygons, scene } from './cases.ts';

describe('yes', () => {
  test('polygons with pictures', async () => {
    expect(await detectIn('cityscapes', fixture('polygons'))).toMatchObject({ confidence: 0.97 });
    expect(await detectHere('cityscapes', scene([]))).toMatchObject({
      confidence: 0.97,
      because:
        'gtFine/val/ulm/a_gtFine_polygons.json has objects with polygons, and leftImg8bit/val/ulm/a_leftImg8bit.png is there',
    });
  });

  test('masks of ids', async () => {
    expect(await detectIn('cityscapes', fixture('ids'))).toMatchObject({ confidence: 0.93 });
  });

  test('less without pictures', async () => {
    const verdict = await detectHere('cityscapes', { 'a_gtFine_polygons.json': polygons([]) });
    expect(verdict).toMatchObject({ confidence: 0.7, because: expect.stringContaining('no picture') });
  });
});

test.each<[string, Record<string, string | Uint8Array>]>([
  ['nothing', { 'a.txt': 'x' }],
  ['pictures alone', { 'a_leftImg8bit.png': picture() }],
  ['only the name', { 'a_leftImg8bit.png': picture(), 'a_gtFine_polygons.json': '{"shapes": []}' }],
  ['a mask that is none', { 'a_leftImg8bit.png': picture(), 'a_gtFine_labelIds.png': 'text' }],
  ['masks without pictures', { 'a_gtFine_labelIds.png': picture() }],
])('no: %s', async (_name, files) => {
  const verdict = await detectHere('cityscapes', files);
  expect(verdict.confidence).toBe(0);
  expect(verdict.because).not.toBe('');
});
