/**
 * One annotation as labels: its outlines, its mask, its keypoints, its box. Labels of one annotation share an
 * instance key. What cannot be read is left out with a word in the book; the rest of the annotation stays.
 */
import type { GraphNode, Label } from '../../src/format/model.ts';
import { shown } from '../../src/format/problem.ts';
import type { ProblemBook } from '../../src/plugin-kit/problem-book.ts';
import { boxPixels, pointPixel, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import { type AnnotationContext, createWarn, type RawAnnotation } from './label-context.ts';
import { createAddSegmentation } from './outline-labels.ts';

export interface LabelOptions {
  /** Keep keypoints of visibility 1 as disabled nodes. */
  hiddenKeypoints: boolean;
  book: Pick<ProblemBook, 'note'>;
}

export type LabelMaker = (annotation: RawAnnotation, context: AnnotationContext, into: Label[]) => void;

export function createLabelMaker({ hiddenKeypoints, book }: LabelOptions): LabelMaker {
  const warn = createWarn(book);
  const addSegmentation = createAddSegmentation(warn);

  function addKeypoints(raw: unknown, context: AnnotationContext, into: Label[]): void {
    if (!Array.isArray(raw) || raw.length === 0) return;
    const { classes, size, at, tags } = context;
    const list = raw as unknown[];
    if (classes.graph === undefined) {
      if (list.some((one) => toNumber(one) !== 0))
        warn(
          'keypoints of categories that name none',
          at,
          'keypoints',
          () => `expected category ${classes.name} to have a list of keypoints, got none; they are left out`,
        );
      return;
    }
    if (list.length !== 3 * classes.nodes.length)
      warn(
        'keypoints that are not as many as in their category',
        at,
        'keypoints',
        () => `expected 3 numbers for each of ${classes.nodes.length} keypoints, got ${list.length}`,
      );
    const nodes: Record<string, GraphNode> = {};
    let count = 0;
    for (let i = 0; i < classes.nodes.length && 3 * i + 2 < list.length; i++) {
      const [x, y, v] = [toNumber(list[3 * i]), toNumber(list[3 * i + 1]), toNumber(list[3 * i + 2])];
      const id = classes.nodes[i];
      if (v === 0 || id === undefined) continue;
      if (x === undefined || y === undefined || v === undefined) {
        warn(
          'keypoints with something that is no number',
          at,
          `keypoints[${3 * i}]`,
          () => `expected x, y, visibility, got ${shown(list.slice(3 * i, 3 * i + 3))}`,
        );
        continue;
      }
      if (v < 2 && !hiddenKeypoints) continue;
      if (x < 0 || y < 0 || x > size.width || y > size.height)
        warn(
          'keypoints outside of their image',
          at,
          `keypoints[${3 * i}]`,
          () =>
            `expected a point from 0, 0 to ${size.width}, ${size.height}, got ${x}, ${y}; it is moved to the border`,
        );
      const loc = pointPixel(x, y, size);
      nodes[id] = v < 2 ? { loc, disabled: true } : { loc };
      count++;
    }
    if (count > 0)
      into.push({ classTitle: classes.graph, tags, geometryType: 'graph', shape: 'graph', nodes });
  }

  function addBox(raw: unknown, { classes, size, at, tags }: AnnotationContext, into: Label[]): void {
    if (!Array.isArray(raw) || raw.length === 0 || classes.box === undefined) {
      if (raw !== undefined && raw !== null && !Array.isArray(raw))
        warn('boxes that are no list', at, 'bbox', () => `expected [x, y, width, height], got ${shown(raw)}`);
      return;
    }
    const list = raw as unknown[];
    const [x, y, w, h] = [toNumber(list[0]), toNumber(list[1]), toNumber(list[2]), toNumber(list[3])];
    if (x === undefined || y === undefined || w === undefined || h === undefined) {
      warn(
        'boxes that are not four numbers',
        at,
        'bbox',
        () => `expected [x, y, width, height], got ${shown(raw)}; the box is left out`,
      );
      return;
    }
    // The usual way to say that there is no box.
    if (w === 0 && h === 0 && x === 0 && y === 0) return;
    const corners = boxPixels(x, y, w, h, size);
    if (corners === undefined) {
      warn(
        'boxes outside of their image',
        at,
        'bbox',
        () => `expected a part inside ${size.width} x ${size.height}, got ${shown(raw)}; the box is left out`,
      );
      return;
    }
    into.push({
      classTitle: classes.box,
      tags,
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: { exterior: corners, interior: [] },
    });
  }

  return (annotation, context, into) => {
    const first = into.length;
    addSegmentation(annotation.segmentation, context, into);
    addKeypoints(annotation.keypoints, context, into);
    addBox(annotation.bbox, context, into);
    if (into.length - first < 2) return;
    const instance = context.instance();
    for (let i = first; i < into.length; i++) {
      const label = into[i];
      if (label !== undefined) label.instance = instance;
    }
  };
}
