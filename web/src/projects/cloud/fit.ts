/** Where a cloud is, for a camera that is to show it. */
import { added, type Xyz } from './geometry.ts';
import { type Cloud, shownPoints } from './read/cloud.ts';
import { ballAround, type SpatialFigure } from './spatial-figures.ts';

/** Far points alone must not make all others small. */
const LEFT_OUT = 0.005;
const SAMPLE = 20_000;

/** A ball around nearly all points, or around the figures when there are no points. */
export function ballOf(
  cloud: Cloud | undefined,
  figures: readonly SpatialFigure[],
): { centre: Xyz; radius: number } {
  const places = cloud === undefined ? [] : innerCorners(cloud);
  const { centre = [0, 0, 0], radius } = ballAround(
    places.length > 0 ? places : figures.flatMap((one) => one.lines),
  );
  return { centre: centre as Xyz, radius: radius > 0 ? radius : 1 };
}

/** A ball around the points of a figure that is made of points. */
export function ballOfPoints(
  cloud: Cloud,
  at: readonly number[],
): { centre: Xyz | undefined; radius: number } {
  return ballAround(at.filter((one) => one !== -1).map((one) => placeOfPoint(cloud, one)));
}

const placeOfPoint = ({ positions, origin }: Cloud, at: number): Xyz =>
  added(positions.slice(3 * at, 3 * at + 3) as unknown as Xyz, origin);

function innerCorners(cloud: Cloud): Xyz[] {
  const count = shownPoints(cloud);
  if (count === 0) return [];
  const every = Math.max(1, Math.floor(count / SAMPLE));
  const ends = [0, 1, 2].map((axis) => {
    const sample = Float32Array.from(
      { length: Math.ceil(count / every) },
      (_, at) => cloud.positions[3 * at * every + axis] as number,
    ).sort();
    const end = sample.length - 1;
    return [sample[Math.floor(end * LEFT_OUT)], sample[Math.ceil(end * (1 - LEFT_OUT))]];
  });
  return [0, 1].map((side) => added(ends.map((end) => end[side]) as Xyz, cloud.origin));
}
