import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, onTestFailed, test } from 'vitest';
import { decodeBitmap, encodeBitmap, type Mask } from '../../../src/format/bitmap.ts';
import type { Geometry, Ring } from '../../../src/format/model.ts';
import {
  fillPolygon,
  geometryArea,
  geometryBounds,
  maskToPolygons,
  polygonArea,
} from '../../../src/format/raster.ts';
import { simplifyRing } from '../../../src/format/simplify-ring.ts';
import { traceContours } from '../../../src/format/trace-contours.ts';
import { canonical, type OracleCases, onCanvas, unpackBits } from '../../support/mask-cases.ts';

const golden = JSON.parse(readFileSync('test/fixtures/format/opencv.json', 'utf8')) as OracleCases;
const PYTHON = '/usr/bin/python3';
const hasOpenCv = spawnSync(PYTHON, ['-c', 'import cv2, PIL']).status === 0;

function agreesWith(cases: OracleCases): void {
  for (const one of cases.fill) expect(onCanvas(fillPolygon(one, one), one)).toEqual(unpackBits(one));
  for (const one of cases.contours) {
    const mask = { x: 0, y: 0, width: one.width, height: one.height, data: unpackBits(one) };
    expect(canonical(traceContours(mask))).toBe(canonical(one.polygons));
  }
  for (const one of cases.bitmaps)
    expect(decodeBitmap({ origin: [0, 0], data: one.data }).data).toEqual(unpackBits(one));
}

describe('OpenCV agrees', () => {
  test('with polygons and contours kept from it', () => {
    expect(golden.fill).toHaveLength(60);
    agreesWith(golden);
  });

  if (!hasOpenCv) console.warn(`SKIPPED: ${PYTHON} has no cv2 and PIL; only the kept answers were compared`);
  test.skipIf(!hasOpenCv)('with fresh random ones', () => {
    const seed = String(Math.floor(Math.random() * 1e6));
    onTestFailed(() => console.error(`the seed was ${seed}`));
    const script = 'test/support/format-oracle.py';
    const out = execFileSync(PYTHON, [script, seed, '300'], { maxBuffer: 64 << 20, encoding: 'utf8' });
    agreesWith(JSON.parse(out) as OracleCases);
  });
});

describe('fillPolygon', () => {
  const square: Ring = [
    [1, 1],
    [5, 1],
    [5, 5],
    [1, 5],
  ];

  test('boundary pixels belong to it, those of a hole do not', () => {
    const mask = fillPolygon({ exterior: square, interior: [] }, { width: 9, height: 9 });
    expect(mask).toMatchObject({ x: 1, y: 1, width: 5, height: 5 });
    expect(mask?.data.every((value) => value === 1)).toBe(true);
    const hole: Ring = [
      [2, 2],
      [4, 2],
      [4, 4],
      [2, 4],
    ];
    const holed = fillPolygon({ exterior: square, interior: [hole] }, { width: 9, height: 9 });
    expect(holed?.data.filter((value) => value === 1)).toHaveLength(16);
  });

  test('only what is inside the image', () => {
    const far: Ring = square.map(([x, y]) => [x - 3, y - 3]);
    expect(fillPolygon({ exterior: far, interior: [] }, { width: 9, height: 9 })).toMatchObject({
      x: 0,
      y: 0,
      width: 3,
      height: 3,
    });
    expect(fillPolygon({ exterior: far, interior: [] }, { width: 9, height: 9 })?.data).toEqual(
      new Uint8Array(9).fill(1),
    );
    const outside: Ring = square.map(([x, y]) => [x + 20, y]);
    expect(fillPolygon({ exterior: outside, interior: [] }, { width: 9, height: 9 })).toBeUndefined();
    expect(fillPolygon({ exterior: [], interior: [] }, { width: 9, height: 9 })).toBeUndefined();
  });

  test('coordinates of any size take no more than the image', () => {
    const huge: Ring = [
      [-1e9, -1e9],
      [1e9, -1e9],
      [1e9, 1e9],
      [-1e9, 1e9],
    ];
    const mask = fillPolygon({ exterior: huge, interior: [] }, { width: 50, height: 40 });
    expect(mask?.data).toEqual(new Uint8Array(2000).fill(1));
  });
});

describe('maskToPolygons', () => {
  const masks = fc
    .uint8Array({ minLength: 20 * 15, maxLength: 20 * 15, max: 1 })
    .map((data): Mask => ({ x: 2, y: 3, width: 20, height: 15, data }));

  test('outer contours filled again cover all that is set, and their corners are set', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const size = { width: 25, height: 20 };
        const want = onCanvas(mask, size);
        const got = new Uint8Array(size.width * size.height);
        for (const { exterior } of traceContours(mask)) {
          for (const [x, y] of exterior) expect(want[y * size.width + x]).toBe(1);
          const filled = onCanvas(fillPolygon({ exterior, interior: [] }, size), size);
          filled.forEach((value, i) => {
            got[i] = (got[i] ?? 0) | value;
          });
        }
        expect(want.filter((value, i) => value > (got[i] ?? 0))).toHaveLength(0);
      }),
      { numRuns: 50 },
    );
  });

  test('a ring is one polygon with one hole; a single pixel is none', () => {
    const ring = decodeBitmap(
      encodeBitmap({
        x: 4,
        y: 4,
        width: 5,
        height: 5,
        data: Uint8Array.from('1111110001100011000111111', Number),
      }),
    );
    const polygons = maskToPolygons(ring);
    expect(polygons).toHaveLength(1);
    expect(polygons[0]!.interior).toHaveLength(1);
    expect(new Set(polygons[0]!.exterior.map(String))).toEqual(new Set(['4,4', '8,4', '8,8', '4,8']));
    expect(maskToPolygons({ x: 0, y: 0, width: 1, height: 1, data: Uint8Array.of(1) })).toEqual([]);
  });
});

test('simplifying stays within epsilon and keeps a subset of the points in order', () => {
  const rings = fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 4, maxLength: 40 });
  fc.assert(
    fc.property(rings, fc.integer({ min: 1, max: 10 }), (points, epsilon) => {
      const ring = points as Ring;
      const kept = simplifyRing(ring, epsilon);
      expect(kept.length).toBeGreaterThanOrEqual(3);
      let at = -1;
      for (const point of kept) {
        at = ring.indexOf(point, at + 1);
        expect(at).toBeGreaterThanOrEqual(0);
      }
      for (const [x, y] of ring) {
        const nearest = Math.min(...kept.map((a, i) => toSegment([x, y], a, kept[(i + 1) % kept.length]!)));
        expect(nearest).toBeLessThanOrEqual(epsilon + 1e-9);
      }
    }),
  );
});

function toSegment(p: number[], a: number[], b: number[]): number {
  const [dx, dy] = [b[0]! - a[0]!, b[1]! - a[1]!];
  const length = dx * dx + dy * dy;
  const t =
    length === 0 ? 0 : Math.max(0, Math.min(1, ((p[0]! - a[0]!) * dx + (p[1]! - a[1]!) * dy) / length));
  return Math.hypot(p[0]! - a[0]! - t * dx, p[1]! - a[1]! - t * dy);
}

test('areas and bounds', () => {
  const exterior: Ring = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ];
  const hole: Ring = [
    [2, 2],
    [4, 2],
    [4, 4],
    [2, 4],
  ];
  expect(polygonArea({ exterior, interior: [hole] })).toBe(96);
  const bitmap = encodeBitmap({
    x: 7,
    y: 9,
    width: 3,
    height: 3,
    data: Uint8Array.from([1, 1, 1, 1, 0, 1, 1, 1, 1]),
  });
  const cases: [Geometry, number, unknown][] = [
    [
      {
        geometryType: 'rectangle',
        points: {
          exterior: [
            [10, 20],
            [59, 79],
          ],
          interior: [],
        },
      },
      3000,
      { left: 10, top: 20, right: 59, bottom: 79 },
    ],
    [
      { geometryType: 'point', points: { exterior: [[3, 4]], interior: [] } },
      0,
      { left: 3, top: 4, right: 3, bottom: 4 },
    ],
    [
      {
        geometryType: 'multipolygon',
        parts: [
          { exterior, interior: [] },
          { exterior: hole, interior: [] },
        ],
      },
      104,
      { left: 0, top: 0, right: 10, bottom: 10 },
    ],
    [{ geometryType: 'bitmap', bitmap }, 8, { left: 7, top: 9, right: 9, bottom: 11 }],
    [
      { geometryType: 'graph', nodes: { a: { loc: [1, 9] }, b: { loc: [5, 2] } } },
      0,
      { left: 1, top: 2, right: 5, bottom: 9 },
    ],
    [
      {
        geometryType: 'oriented_bbox',
        points: [
          [0, 0],
          [9, 9],
        ],
        angle: 0,
      },
      100,
      { left: 0, top: 0, right: 9, bottom: 9 },
    ],
  ];
  for (const [geometry, area, bounds] of cases) {
    expect(geometryArea(geometry)).toBe(area);
    expect(geometryBounds(geometry)).toEqual(bounds);
  }
  const turned = geometryBounds({
    geometryType: 'oriented_bbox',
    points: [
      [0, 4],
      [10, 6],
    ],
    angle: Math.PI / 2,
  });
  expect(turned?.left).toBeCloseTo(4);
  expect(turned?.top).toBeCloseTo(0);
});
