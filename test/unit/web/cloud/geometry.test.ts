import fc from 'fast-check';
import { Box3, Euler, Matrix4, Ray, Vector3 } from 'three';
import { expect, test } from 'vitest';
import {
  cuboid,
  cuboidFaces,
  cuboidLines,
  distanceTo,
  lengthOf,
  less,
  times,
  type Xyz,
} from '../../../../web/src/projects/cloud/geometry.ts';
import {
  between,
  eyeOf,
  fittedOrbit,
  fromAbove,
  moved,
  turned,
  zoomed,
} from '../../../../web/src/projects/cloud/orbit.ts';

const number = (least: number, most: number) => fc.double({ min: least, max: most, noNaN: true });
const place = fc.tuple(number(-50, 50), number(-50, 50), number(-50, 50));
const angles = fc.tuple(number(-4, 4), number(-4, 4), number(-4, 4));
const sides = fc.tuple(number(0.5, 20), number(0.5, 20), number(0.5, 20));
const close = (a: Xyz, b: Xyz): void => {
  for (const [at, value] of a.entries()) expect(value).toBeCloseTo(b[at]!, 6);
};

test('a box is turned as three.js turns by Euler angles', () => {
  fc.assert(
    fc.property(place, angles, sides, (centre, rotation, size) => {
      const box = cuboid(centre, rotation, size);
      const matrix = new Matrix4()
        .makeRotationFromEuler(new Euler(...rotation, 'XYZ'))
        .setPosition(...centre);
      const corners = [-1, 1].flatMap((x) =>
        [-1, 1].flatMap((y) =>
          [-1, 1].map((z) =>
            new Vector3((x * size[0]) / 2, (y * size[1]) / 2, (z * size[2]) / 2)
              .applyMatrix4(matrix)
              .toArray(),
          ),
        ),
      );
      const lines = cuboidLines(box);
      expect(lines).toHaveLength(26);
      const faces = cuboidFaces(box);
      expect(faces).toHaveLength(36);
      for (const corner of corners) {
        // Three edges and three faces meet at each corner.
        const isHere = (one: Xyz): boolean => lengthOf(less(one, corner)) < 1e-6;
        expect(lines.filter(isHere)).toHaveLength(3);
        expect(faces.filter(isHere).length).toBeGreaterThanOrEqual(3);
      }
      const front = new Vector3(0, size[1] / 2, 0).applyMatrix4(matrix).toArray();
      close(lines.at(-1)!, front);
    }),
  );
});

test('a ray meets a turned box where three.js says', () => {
  fc.assert(
    fc.property(place, angles, sides, place, place, (centre, rotation, size, from, to) => {
      fc.pre(lengthOf(less(to, from)) > 1);
      const direction = times(less(to, from), 1 / lengthOf(less(to, from)));
      const inverse = new Matrix4()
        .makeRotationFromEuler(new Euler(...rotation, 'XYZ'))
        .setPosition(...centre)
        .invert();
      const half = new Vector3(...size).multiplyScalar(0.5);
      const ray = new Ray(new Vector3(...from), new Vector3(...direction)).applyMatrix4(inverse);
      const local = new Box3(half.clone().negate(), half);
      fc.pre(!local.containsPoint(ray.origin));
      const expected = ray.intersectBox(local, new Vector3());
      const found = distanceTo(cuboid(centre, rotation, size), from, direction);
      if (expected === null) expect(found).toBeUndefined();
      else expect(found).toBeCloseTo(expected.distanceTo(ray.origin), 5);
    }),
  );
  expect(distanceTo(cuboid([0, 0, 0], [0, 0, 0], [2, 2, 2]), [0, 0, 0], [1, 0, 0])).toBe(0);
});

test('the camera keeps its distance when it turns, never stands on its head, and zooms to what is pointed at', () => {
  const start = fittedOrbit([10, -5, 2], 20, 1.5);
  const round = turned(start, 1, 5);
  expect(lengthOf(less(eyeOf(round), round.target))).toBeCloseTo(start.distance, 9);
  expect(round.elevation).toBeLessThan(Math.PI / 2);
  expect(turned(start, 0, -9).elevation).toBeGreaterThan(-Math.PI / 2);
  // Nearer there and back again.
  const at = { x: 120, y: -80 };
  const there = zoomed(start, 2, at, 600);
  expect(there.distance).toBeCloseTo(start.distance / 2, 9);
  close(zoomed(there, 0.5, at, 600).target, start.target);
  // To the left of the screen and up: what is seen goes there, the camera the other way.
  const above = fromAbove(start);
  const away = less(moved(above, -100, -100, 600).target, above.target);
  expect(away[0]).toBeGreaterThan(0);
  expect(away[1]).toBeLessThan(0);
  const half = between({ ...start, azimuth: 3 }, { ...start, azimuth: -3 }, 0.5);
  expect(Math.abs(half.azimuth)).toBeCloseTo(Math.PI, 6);
});
