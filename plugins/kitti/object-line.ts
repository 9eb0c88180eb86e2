/** One line of label_2: an object of the benchmark, or of results, which have a score behind it. */

export interface KittiObject {
  type: string;
  /** 0 (all of it is in the picture) to 1; absent where nobody says. */
  truncated?: number;
  /** In words. */
  occluded?: string;
  /** Angle it is seen under, radians. */
  alpha?: number;
  /** Left, top, right, bottom in pixel indices, right and bottom inclusive. */
  box: readonly [number, number, number, number];
  /** Metres and radians, in the order of FIELDS_3D; absent where there is no 3-D box. */
  threeD?: readonly number[];
  score?: number;
}

export const OCCLUDED = ['fully visible', 'partly occluded', 'largely occluded', 'unknown'] as const;
export const FIELDS_3D = ['height', 'width', 'length', 'x', 'y', 'z', 'rotation_y'] as const;

const COLUMNS = 15;
/** What stands in place of an angle or a place that is not known. */
const NO_ANGLE = -10;
const NO_PLACE = -1000;

/** A text says what is wrong. */
export function readObjectLine(text: string): KittiObject | string {
  const [type = '', ...cells] = text.trim().split(/\s+/);
  if (cells.length !== COLUMNS - 1 && cells.length !== COLUMNS)
    return `expected ${COLUMNS} or ${COLUMNS + 1} columns, got ${cells.length + 1}`;
  const numbers = cells.map(Number);
  const odd = cells.findIndex((_, i) => !(Math.abs(numbers[i] ?? Number.NaN) <= 1e9));
  if (odd >= 0)
    return `expected a number in column ${odd + 2}, got ${JSON.stringify(cells[odd]?.slice(0, 40))}`;
  const [truncated = -1, level = -1, alpha = NO_ANGLE, left = 0, top = 0, right = 0, bottom = 0] = numbers;
  if (right < left || bottom < top)
    return `expected left, top, right, bottom in order, got ${[left, top, right, bottom].join(' ')}`;
  const occluded = OCCLUDED[level];
  if (occluded === undefined && level !== -1) return `expected occluded to be -1 to 3, got ${level}`;
  const threeD = numbers.slice(7, 14);
  const score = numbers[14];
  return {
    type,
    ...(truncated < 0 ? {} : { truncated }),
    ...(occluded === undefined ? {} : { occluded }),
    ...(alpha === NO_ANGLE ? {} : { alpha }),
    box: [left, top, right, bottom],
    ...((threeD[3] ?? NO_PLACE) === NO_PLACE || (threeD[0] ?? -1) < 0 ? {} : { threeD }),
    ...(score === undefined ? {} : { score }),
  };
}
