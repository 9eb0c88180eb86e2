/**
 * Borders of a mask by border following (Suzuki and Abe 1985), outer ones with their direct holes, as
 * OpenCV's findContours gives them with RETR_CCOMP and CHAIN_APPROX_SIMPLE: every point is a set pixel,
 * components are 8-connected, straight runs keep their ends only.
 */
import type { Mask } from './bitmap.ts';
import type { Points, Ring } from './model.ts';

/** Contours in image coordinates, in the order a scan from the left top meets them. */
export function traceContours(mask: Mask): Points[] {
  const stride = mask.width + 2;
  const marks = new Int32Array(stride * (mask.height + 2));
  for (let y = 0; y < mask.height; y++) {
    const row = y * mask.width;
    const to = (y + 1) * stride + 1;
    for (let x = 0; x < mask.width; x++) marks[to + x] = mask.data[row + x] === 0 ? 0 : 1;
  }
  // Neighbours counter-clockwise from the right one (rows grow downwards).
  const steps = [1, 1 - stride, -stride, -1 - stride, -1, stride - 1, stride, stride + 1];
  const found: Points[] = [];
  /** By border number: the outer contour it is or lies in; -1 is the frame. */
  const owner = [-1, -1];
  const isHole = [true, true];
  let border = 1;

  for (let y = 1; y <= mask.height; y++) {
    let last = 1;
    for (let x = 1, at = y * stride + 1; x <= mask.width; x++, at++) {
      const mark = marks[at] ?? 0;
      if (mark === 0) continue;
      const outer = mark === 1 && marks[at - 1] === 0;
      const hole = !outer && mark >= 1 && marks[at + 1] === 0;
      if (outer || hole) {
        if (hole && mark > 1) last = mark;
        border++;
        const ring = follow(marks, steps, at, outer ? 4 : 0, border, stride, mask);
        isHole[border] = hole;
        if (outer) {
          owner[border] = found.length;
          found.push({ exterior: ring, interior: [] });
        } else {
          // Of a hole, `last` is the border met before it on the row: its outer contour or a sibling hole.
          const parent = owner[last] ?? -1;
          owner[border] = parent;
          found[parent]?.interior.push(ring);
        }
      }
      const now = marks[at] ?? 0;
      if (now !== 1) last = Math.abs(now);
    }
  }
  return found;
}

/** Follows one border from `start`, marks it, and returns its corners. */
function follow(
  marks: Int32Array,
  steps: readonly number[],
  start: number,
  fromDirection: number,
  border: number,
  stride: number,
  mask: Mask,
): Ring {
  const point = (at: number): [number, number] => [
    (at % stride) - 1 + mask.x,
    Math.floor(at / stride) - 1 + mask.y,
  ];
  // Clockwise from where the scan came: the pixel the border ends with.
  let direction = fromDirection;
  let first = -1;
  for (let turn = 1; turn <= 8; turn++) {
    direction = (fromDirection - turn + 16) & 7;
    const at = start + (steps[direction] ?? 0);
    if (turn < 8 && marks[at] !== 0) {
      first = at;
      break;
    }
  }
  if (first < 0) {
    marks[start] = -border;
    return [point(start)];
  }
  const ring: Ring = [];
  let at = start;
  let back = direction;
  let previous = -1;
  for (;;) {
    // Counter-clockwise from the pixel before: the next pixel of the border.
    let ahead = back;
    let sawRight = false;
    let next = at;
    for (let turn = 1; turn <= 8; turn++) {
      ahead = (back + turn) & 7;
      next = at + (steps[ahead] ?? 0);
      if (marks[next] !== 0) break;
      if (ahead === 0) sawRight = true;
    }
    if (sawRight) marks[at] = -border;
    else if (marks[at] === 1) marks[at] = border;
    if (ahead !== previous) ring.push(point(at));
    previous = ahead;
    if (next === start && at === first) break;
    at = next;
    back = (ahead + 4) & 7;
  }
  // The start is a corner only when the border turns there.
  if (ring.length > 1 && previous === direction4(ring)) ring.shift();
  return ring;
}

/** Direction of the first run of a ring, -1 when there is only one point. */
function direction4(ring: Ring): number {
  const [a, b] = ring;
  if (a === undefined || b === undefined) return -1;
  const dx = Math.sign(b[0] - a[0]);
  const dy = Math.sign(b[1] - a[1]);
  return DIRECTIONS.findIndex(([x, y]) => x === dx && y === dy);
}

const DIRECTIONS = [
  [1, 0],
  [1, -1],
  [0, -1],
  [-1, -1],
  [-1, 0],
  [-1, 1],
  [0, 1],
  [1, 1],
] as const;
