/** A camera that looks at a place from around it. Angles in radians; z is up. */
import { added, times, type Xyz } from './geometry.ts';

export interface Orbit {
  target: Xyz;
  distance: number;
  /** From +x towards +y. */
  azimuth: number;
  /** Above the ground; never straight up or down, where there is no up. */
  elevation: number;
}

/** Height of what is seen, in radians. */
export const FIELD_OF_VIEW = (50 * Math.PI) / 180;
const STEEPEST = Math.PI / 2 - 0.001;
const START = { azimuth: -Math.PI / 3, elevation: Math.PI / 5 };

/** All of a ball, from a little above. */
export function fittedOrbit(centre: Xyz, radius: number, aspect: number): Orbit {
  return lookingAt({ ...START, target: centre, distance: 1 }, centre, radius, aspect);
}

/** From the same side, so near that a ball fills the view. */
export function lookingAt(orbit: Orbit, centre: Xyz, radius: number, aspect: number): Orbit {
  const half = FIELD_OF_VIEW / 2;
  const narrow = aspect < 1 ? Math.atan(Math.tan(half) * aspect) : half;
  return { ...orbit, target: centre, distance: Math.max(radius, 1e-6) / Math.sin(narrow) };
}

export const fromAbove = (orbit: Orbit): Orbit => ({ ...orbit, azimuth: -Math.PI / 2, elevation: STEEPEST });

export function turned(orbit: Orbit, azimuth: number, elevation: number): Orbit {
  const steep = orbit.elevation + elevation;
  return {
    ...orbit,
    azimuth: orbit.azimuth + azimuth,
    elevation: Math.min(STEEPEST, Math.max(-STEEPEST, steep)),
  };
}

/** What is seen moves by pixels of a view of this height. */
export function moved(orbit: Orbit, dx: number, dy: number, height: number): Orbit {
  const { right, up } = screenAxes(orbit);
  const step = perPixel(orbit, height);
  return { ...orbit, target: added(orbit.target, added(times(right, -dx * step), times(up, dy * step))) };
}

/** Nearer by a factor; what is `x` right of and `y` below the middle of the view stays there. */
export function zoomed(
  orbit: Orbit,
  factor: number,
  { x, y }: { x: number; y: number },
  height: number,
): Orbit {
  const towards = moved(orbit, -x * (1 - 1 / factor), -y * (1 - 1 / factor), height);
  return { ...towards, distance: Math.min(1e9, Math.max(1e-4, orbit.distance / factor)) };
}

export const eyeOf = (orbit: Orbit): Xyz => added(orbit.target, times(backwards(orbit), orbit.distance));

/** Unit vector from the target to the eye. */
function backwards({ azimuth, elevation }: Orbit): Xyz {
  const flat = Math.cos(elevation);
  return [flat * Math.cos(azimuth), flat * Math.sin(azimuth), Math.sin(elevation)];
}

function screenAxes({ azimuth, elevation }: Orbit): { right: Xyz; up: Xyz } {
  const steep = -Math.sin(elevation);
  return {
    right: [-Math.sin(azimuth), Math.cos(azimuth), 0],
    up: [steep * Math.cos(azimuth), steep * Math.sin(azimuth), Math.cos(elevation)],
  };
}

/** Metres at the distance of the target. */
const perPixel = ({ distance }: Orbit, height: number): number =>
  (2 * distance * Math.tan(FIELD_OF_VIEW / 2)) / Math.max(1, height);

/** Between two views, the short way round; `share` 0..1. */
export function between(from: Orbit, to: Orbit, share: number): Orbit {
  const mixed = (a: number, b: number): number => a + (b - a) * share;
  const apart = to.azimuth - from.azimuth;
  const round = apart - 2 * Math.PI * Math.round(apart / (2 * Math.PI));
  return {
    target: [0, 1, 2].map((k) => mixed(from.target[k] as number, to.target[k] as number)) as Xyz,
    distance: Math.exp(mixed(Math.log(from.distance), Math.log(to.distance))),
    azimuth: from.azimuth + round * share,
    elevation: mixed(from.elevation, to.elevation),
  };
}
