import { describe, expect, test } from 'vitest';
import type { ImageAnnotation, Label } from '../../../src/format/model.ts';
import { toPixel, toSubpixel } from '../../../src/format/subpixel.ts';

import { EVERY, file, flat, shape } from '../../support/label-cases.ts';

describe('sub-pixel coordinates', () => {
  test('there and back is where it was', () => {
    const annotation = file(EVERY) as ImageAnnotation;
    expect(toPixel(toSubpixel(annotation))).toEqual(annotation);
    expect(toSubpixel(annotation).objects[1]).toMatchObject(flat('10,20 60,80'));
    expect(toSubpixel(annotation).objects[0]).toMatchObject(flat('3.5,4.5'));
    expect(toSubpixel(annotation).objects[6]).toEqual(annotation.objects[6]);
  });

  test.each([
    [
      [10.7, 10.71, 20.3, 20.29],
      [10, 11, 20, 19],
    ],
    [
      [10, 10, 20, 20],
      [10, 10, 19, 19],
    ],
    [
      [10.9, 10.9, 11.1, 11.1],
      [11, 11, 11, 11],
    ],
  ])('a border pixel counts when 0.3 of it is covered: %j', ([l, t, r, b], want) => {
    const [box] = toPixel(file([shape('rectangle', flat(`${l},${t} ${r},${b}`))]) as ImageAnnotation).objects;
    expect((box as Label & { geometryType: 'rectangle' }).points.exterior.flat()).toEqual(want);
  });

  test('other points are floored, the far border is the last pixel', () => {
    const [point] = toPixel(file([shape('line', flat('100,80 3.9,0.2'))]) as ImageAnnotation).objects;
    expect(point).toMatchObject(flat('99,79 3,0'));
  });
});
