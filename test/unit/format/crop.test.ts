import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBitmap } from '../../../src/format/bitmap.ts';
import { cropAnnotation } from '../../../src/format/crop.ts';
import type { ImageAnnotation, Label, Ring } from '../../../src/format/model.ts';
import { polygonArea } from '../../../src/format/raster.ts';

import { bitmap, EVERY, file, flat, shape } from '../../support/label-cases.ts';

describe('cropAnnotation', () => {
  const crop = (...objects: unknown[]) => cropAnnotation(file(objects) as ImageAnnotation);

  test('what is inside is the same object', () => {
    const annotation = file(EVERY) as ImageAnnotation;
    expect(cropAnnotation(annotation)).toEqual({ annotation, dropped: [] });
    expect(cropAnnotation(annotation).annotation).toBe(annotation);
  });

  test('a box that ends at the border is clipped, one outside is lost and named', () => {
    const { annotation, dropped } = crop(
      shape('rectangle', flat('-5,10 100,80')),
      shape('rectangle', flat('100,0 120,9')),
    );
    expect(annotation.objects).toEqual([shape('rectangle', flat('0,10 99,79'))]);
    expect(dropped.map(({ severity, place }) => `${severity} ${place}`)).toEqual([
      'warning objects[0]',
      'dropped objects[1]',
    ]);
  });

  test('a polygon that leaves and comes back falls into pieces; a hole follows its piece', () => {
    const mouth = '80,0 130,0 130,30 80,30 80,20 120,20 120,10 80,10';
    const split = crop({
      ...shape('polygon', flat(mouth, '82,22 86,22 86,28')),
      id: 4,
    }).annotation.objects as (Label & { geometryType: 'polygon' })[];
    expect(split.map(({ points }) => polygonArea(points))).toEqual([178, 190]);
    expect(split.map(({ points }) => points.interior.length)).toEqual([1, 0]);
    expect(split.map(({ id }) => id)).toEqual([4, undefined]);
  });

  test('masks, lines, points, graphs, turned boxes', () => {
    const mask = { ...bitmap, origin: [99, 78] };
    const { annotation } = crop(
      shape('bitmap', { bitmap: mask }),
      shape('line', flat('90,10 110,10 110,20 90,20')),
      shape('point', flat('99.6,3')),
      shape('point', flat('101,3')),
      shape('graph', { nodes: { a: { loc: [1, 2] }, b: { loc: [-1, 2] } } }),
      shape('oriented_bbox', {
        points: [
          [-5, -5],
          [200, 9],
        ],
        angle: 1,
      }),
      shape('bitmap', { bitmap: { ...bitmap, origin: [100, 0] } }),
    );
    const [cut, first, second, point, turned, none] = annotation.objects;
    expect(decodeBitmap((cut as Label & { geometryType: 'bitmap' }).bitmap)).toMatchObject({
      x: 99,
      y: 78,
      width: 1,
      height: 2,
    });
    expect(first).toMatchObject(flat('90,10 99,10'));
    expect(second).toMatchObject(flat('99,20 90,20'));
    expect(point).toMatchObject(flat('99,3'));
    expect(turned).toMatchObject({
      geometryType: 'oriented_bbox',
      points: [
        [-5, -5],
        [200, 9],
      ],
    });
    expect(none).toBeUndefined();
  });

  const rings = fc.array(fc.tuple(fc.integer({ min: -60, max: 160 }), fc.integer({ min: -60, max: 140 })), {
    minLength: 3,
    maxLength: 9,
  });

  test('cropping twice is cropping once, and nothing is outside afterwards', () => {
    const objects = fc
      .tuple(rings, fc.constantFrom('polygon', 'line'))
      .map(([exterior, type]) => shape(type, { points: { exterior, interior: [] } }));
    fc.assert(
      fc.property(fc.array(objects, { maxLength: 4 }), (list) => {
        const { annotation } = crop(...list);
        expect(cropAnnotation(annotation).annotation).toBe(annotation);
      }),
    );
  });

  test('a convex polygon loses just the area outside', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -40, max: 90 }),
        fc.integer({ min: -40, max: 70 }),
        fc.integer({ min: 30, max: 90 }),
        (x, y, side) => {
          const square: Ring = [
            [x, y],
            [x + side, y],
            [x + side, y + side],
            [x, y + side],
          ];
          const objects = crop(shape('polygon', { points: { exterior: square, interior: [] } })).annotation
            .objects as (Label & {
            geometryType: 'polygon';
          })[];
          const width = Math.max(0, Math.min(99, x + side) - Math.max(0, x));
          const height = Math.max(0, Math.min(79, y + side) - Math.max(0, y));
          expect(objects.reduce((sum, one) => sum + polygonArea(one.points), 0)).toBe(width * height);
        },
      ),
    );
  });
});
