/** The lines of one label file as labels; what cannot be read is named by its line. */
import { randomUUID } from 'node:crypto';
import type { Label, Tag } from '../../src/format/model.ts';
import type { LabelledItems } from '../../src/plugin-kit/labelled-items.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import type { YoloClass } from './classes.ts';
import type { LineReader } from './line-reader.ts';
import { expectedCounts, lineKind } from './line-shape.ts';
import type { ImportOptions } from './options.ts';
import { MAX_CLASS, type TaskGuess } from './survey.ts';
import { type LineContext, labelsOfLine } from './to-labels.ts';

export interface Reading {
  /** Loaded with the text of the file. */
  reader: LineReader;
  /** Path of the label file. */
  file: string;
  /** Path of what names its classes. */
  namedBy: string | undefined;
  guess: TaskGuess;
  classes: ReadonlyMap<number, YoloClass>;
  items: LabelledItems;
  context: LineContext;
}

/** A little more than rounding. */
const BEYOND = 1e-4;

export function readLabels({ reader, file, namedBy, guess, classes, items, context }: Reading): Label[] {
  const labels: Label[] = [];
  const { task, keypoints } = guess;
  const fault = (kind: string, message: () => string, hint?: string): void =>
    items.fault(kind, () => ({
      file,
      place: `line ${reader.line}`,
      code: 'SLY_FORMAT_INVALID',
      message: message(),
      ...(hint === undefined ? {} : { hint }),
    }));
  while (reader.next()) {
    const { count, values, bad } = reader;
    if (bad !== undefined) {
      fault(
        'lines with something else than numbers',
        () => `expected numbers with spaces between, got ${JSON.stringify(bad)}`,
      );
      continue;
    }
    const index = values[0] ?? -1;
    const kind = lineKind(task, count, keypoints);
    if (kind === undefined) {
      fault(
        'lines of an unexpected length',
        () => `expected ${expectedCounts(task, keypoints)}, got ${count}`,
      );
      continue;
    }
    const owner = classes.get(index);
    if (owner === undefined) {
      const known = Number.isInteger(index) && index >= 0 && index <= MAX_CLASS;
      fault(
        'lines of a class without a name',
        () => `expected a class number below ${classes.size}, got ${index}`,
        known ? `Add the name of class ${index} to ${namedBy ?? 'data.yaml'}.` : undefined,
      );
      continue;
    }
    const made = labelsOfLine(values, count, { kind, owner, context });
    if (typeof made === 'string') {
      fault(
        'lines that show nothing',
        () => `expected ${made}, got ${shownLine(values, count)}`,
        isPixels(values, count)
          ? 'Numbers after the class are shares of width and height, from 0 to 1, not pixels.'
          : undefined,
      );
      continue;
    }
    if (isBeyond(values, count, kind.shape === 'box' || kind.shape === 'keypoints')) {
      items.book.note('warning', 'lines that reach beyond their picture', () => ({
        file,
        place: `line ${reader.line}`,
        code: 'SLY_FORMAT_INVALID',
        message: `expected numbers from 0 to 1, got ${shownLine(values, count)}; it is cut at the border`,
      }));
    }
    labels.push(...made);
  }
  return labels;
}

const shownLine = (values: Float64Array, count: number): string =>
  `${[...values.subarray(0, Math.min(count, 9))].map((one) => Number(one.toPrecision(7))).join(' ')}${count > 9 ? ' ...' : ''}`;

function isPixels(values: Float64Array, count: number): boolean {
  for (let i = 1; i < Math.min(count, 5); i++) if ((values[i] ?? 0) > 2) return true;
  return false;
}

function isBeyond(values: Float64Array, count: number, box: boolean): boolean {
  if (box) {
    const [, x = 0, y = 0, w = 0, h = 0] = values;
    return (
      x - w / 2 < -BEYOND ||
      y - h / 2 < -BEYOND ||
      x + w / 2 > 1 + BEYOND ||
      y + h / 2 > 1 + BEYOND ||
      w < 0 ||
      h < 0
    );
  }
  for (let i = 1; i < count; i++) {
    const value = values[i] ?? 0;
    if (value < -BEYOND || value > 1 + BEYOND) return true;
  }
  return false;
}

/** The same object for one picture after the other: nothing of it is kept. */
export function createLineContext(
  project: ProjectWriter,
  options: ImportOptions,
): (size: Size, guess: TaskGuess) => LineContext {
  let tag: string | undefined;
  const context: LineContext = {
    size: { width: 1, height: 1 },
    obb: options.obb,
    keypoints: undefined,
    keepHidden: options.hiddenKeypoints,
    keypointBoxes: options.keypointBoxes,
    boxesOnly: false,
    confidence(value): Tag {
      tag ??= project.defineTag({
        name: 'confidence',
        value_type: 'any_number',
        applicable_type: 'objectsOnly',
      });
      return { name: tag, value };
    },
    instance: () => randomUUID().replaceAll('-', ''),
  };
  return (size, { task, keypoints }) => {
    context.size = size;
    context.keypoints = keypoints;
    context.boxesOnly = task === 'detect';
    return context;
  };
}
