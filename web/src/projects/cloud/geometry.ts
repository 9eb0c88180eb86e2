/** Places in space and what a figure is made of there. Metres; z is up. */
export type Xyz = [x: number, y: number, z: number];

export const added = (a: Xyz, b: Xyz): Xyz => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const less = (a: Xyz, b: Xyz): Xyz => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const times = (a: Xyz, factor: number): Xyz => [a[0] * factor, a[1] * factor, a[2] * factor];
export const dot = (a: Xyz, b: Xyz): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const lengthOf = (a: Xyz): number => Math.hypot(...a);

/** A box whose own axes are turned: `axes` are unit vectors, `half` its reach along each. */
export interface Cuboid {
  centre: Xyz;
  axes: [Xyz, Xyz, Xyz];
  half: Xyz;
}

/** `rotation` in radians about x, then the turned y, then the twice turned z. */
export function cuboid(centre: Xyz, rotation: Xyz, dimensions: Xyz): Cuboid {
  const [a, b, c] = rotation.map(Math.cos) as Xyz;
  const [d, e, f] = rotation.map(Math.sin) as Xyz;
  return {
    centre,
    axes: [
      [b * c, a * f + d * e * c, d * f - a * e * c],
      [-b * f, a * c - d * e * f, d * c + a * e * f],
      [e, -d * b, a * b],
    ],
    half: dimensions.map((one) => Math.abs(one) / 2) as Xyz,
  };
}

/** The corner on these sides, each -1 or 1. */
function corner({ centre, axes, half }: Cuboid, sides: Xyz): Xyz {
  return axes.reduce<Xyz>(
    (at, axis, k) => added(at, times(axis, (sides[k] as number) * (half[k] as number))),
    centre,
  );
}

const SIDES = [-1, 1];

/** Pairs of points: twelve edges, and a line from the middle to the front, which is +y. */
export function cuboidLines(box: Cuboid): Xyz[] {
  const edges = [0, 1, 2].flatMap((along) =>
    SIDES.flatMap((u) =>
      SIDES.flatMap((v) =>
        SIDES.map((end) => {
          const sides: Xyz = [0, 0, 0];
          sides[along] = end;
          sides[(along + 1) % 3] = u;
          sides[(along + 2) % 3] = v;
          return corner(box, sides);
        }),
      ),
    ),
  );
  return [...edges, box.centre, added(box.centre, times(box.axes[1], box.half[1]))];
}

/** Corners of triangles: two for each of six faces. */
export function cuboidFaces(box: Cuboid): Xyz[] {
  return [0, 1, 2].flatMap((across) =>
    SIDES.flatMap((side) => {
      const ring = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ].map(([u = 0, v = 0]) => {
        const sides: Xyz = [0, 0, 0];
        sides[across] = side;
        sides[(across + 1) % 3] = u;
        sides[(across + 2) % 3] = v;
        return corner(box, sides);
      }) as [Xyz, Xyz, Xyz, Xyz];
      return [ring[0], ring[1], ring[2], ring[0], ring[2], ring[3]];
    }),
  );
}

/** How far a ray goes until it is in the box; undefined when it misses it. `direction` is a unit vector. */
export function distanceTo(box: Cuboid, from: Xyz, direction: Xyz): number | undefined {
  const to = less(box.centre, from);
  let [enters, leaves] = [0, Infinity];
  for (const [k, axis] of box.axes.entries()) {
    const [along, middle, half] = [dot(axis, direction), dot(axis, to), box.half[k] as number];
    if (Math.abs(along) < 1e-12) {
      if (Math.abs(middle) > half) return undefined;
      continue;
    }
    const [one, other] = [(middle - half) / along, (middle + half) / along];
    enters = Math.max(enters, Math.min(one, other));
    leaves = Math.min(leaves, Math.max(one, other));
  }
  return leaves >= enters ? enters : undefined;
}
