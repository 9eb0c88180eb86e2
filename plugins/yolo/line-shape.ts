/** What a line of so many numbers is, by the task of its dataset. */
import type { KeypointShape } from './config.ts';

export type Task = 'detect' | 'segment' | 'pose' | 'obb';
export type LineShape = 'box' | 'polygon' | 'corners' | 'keypoints';

export interface LineKind {
  shape: LineShape;
  /** The last number is how sure a model was. */
  hasConfidence: boolean;
}

const kind = (shape: LineShape, hasConfidence = false): LineKind => ({ shape, hasConfidence });
const KINDS = {
  box: [kind('box'), kind('box', true)],
  polygon: [kind('polygon'), kind('polygon', true)],
  corners: [kind('corners'), kind('corners', true)],
  keypoints: [kind('keypoints'), kind('keypoints', true)],
} as const;

/** `count` includes the class. Undefined when no line of the task has so many. */
export function lineKind(
  task: Task,
  count: number,
  keypoints: KeypointShape | undefined,
): LineKind | undefined {
  if (task === 'pose' && keypoints !== undefined) {
    const all = 5 + keypoints.count * keypoints.dims;
    if (count === all) return KINDS.keypoints[0];
    if (count === all + 1) return KINDS.keypoints[1];
  }
  if (count === 5) return KINDS.box[0];
  if (count === 6) return KINDS.box[1];
  if (task === 'pose' || count < 7) return undefined;
  if (task === 'obb' && count === 9) return KINDS.corners[0];
  if (task === 'obb' && count === 10) return KINDS.corners[1];
  // Pairs and the class are an odd number.
  return KINDS.polygon[count % 2 === 1 ? 0 : 1];
}

/** For messages. */
export function expectedCounts(task: Task, keypoints: KeypointShape | undefined): string {
  if (task === 'pose' && keypoints !== undefined)
    return `5 numbers (class and box) or ${5 + keypoints.count * keypoints.dims} (and ${keypoints.count} keypoints of ${keypoints.dims})`;
  return '5 numbers (class and box), or the class and three points or more';
}
