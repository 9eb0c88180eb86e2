/** The first round over all labels: how many numbers their lines have, class by class, which tells the task. */
import type { KeypointShape } from './config.ts';
import type { LineReader } from './line-reader.ts';
import { type LineShape, lineKind, type Task } from './line-shape.ts';

export interface Survey {
  /** Looks at the lines the reader was loaded with. */
  take(reader: LineReader): void;
  /** Number of lines that are fit to be read. */
  readonly lines: number;
  /** Highest class index; -1 without any. */
  readonly maxClass: number;
  task(wanted: Task | 'auto', keypoints: KeypointShape | undefined): TaskGuess;
  /** Shapes of the lines of each class. */
  shapes(guess: TaskGuess): ReadonlyMap<number, ReadonlySet<LineShape>>;
}

export interface TaskGuess {
  task: Task;
  keypoints: KeypointShape | undefined;
}

/** A class index beyond is a number that got there by mistake. */
export const MAX_CLASS = 100_000;
const SAMPLES = 200;

export function createSurvey(): Survey {
  /** By class index times a bound of lengths, plus the length: how many lines. */
  const byClass = new Map<number, Map<number, number>>();
  const byCount = new Map<number, number>();
  const samples: Float64Array[] = [];
  let lines = 0;
  let maxClass = -1;

  function hasOnly(fits: (count: number) => boolean): boolean {
    let any = false;
    for (const count of byCount.keys()) {
      if (count === 5 || count === 6) continue;
      if (!fits(count)) return false;
      any = true;
    }
    return any;
  }

  /** Keypoints nobody described: all long lines have one length, and look as keypoints do. */
  function guessKeypoints(): KeypointShape | undefined {
    const long = [...byCount.keys()].filter((count) => count > 6);
    const [count] = long;
    if (count === undefined || long.length > 1) return undefined;
    const numbers = count - 5;
    if (numbers % 3 === 0 && samples.every((line) => looksLikeKeypoints(line)))
      return { count: numbers / 3, dims: 3, names: new Map() };
    return undefined;
  }

  return {
    take(reader) {
      while (reader.next()) {
        if (reader.bad !== undefined || reader.count < 5) continue;
        const index = reader.values[0] ?? -1;
        if (!Number.isInteger(index) || index < 0 || index > MAX_CLASS) continue;
        lines++;
        if (index > maxClass) maxClass = index;
        let counts = byClass.get(index);
        if (counts === undefined) {
          counts = new Map();
          byClass.set(index, counts);
        }
        counts.set(reader.count, (counts.get(reader.count) ?? 0) + 1);
        byCount.set(reader.count, (byCount.get(reader.count) ?? 0) + 1);
        if (reader.count > 6 && samples.length < SAMPLES) samples.push(reader.values.slice(0, reader.count));
      }
    },
    get lines() {
      return lines;
    },
    get maxClass() {
      return maxClass;
    },
    task(wanted, keypoints) {
      const guessed = keypoints ?? (wanted === 'auto' || wanted === 'pose' ? guessKeypoints() : undefined);
      if (wanted !== 'auto') return { task: wanted, keypoints: wanted === 'pose' ? guessed : undefined };
      if (keypoints !== undefined) return { task: 'pose', keypoints };
      if (hasOnly((count) => count === 9 || count === 10)) return { task: 'obb', keypoints: undefined };
      if (guessed !== undefined) return { task: 'pose', keypoints: guessed };
      const outlines = [...byCount.keys()].some((count) => count > 6);
      return { task: outlines ? 'segment' : 'detect', keypoints: undefined };
    },
    shapes({ task, keypoints }) {
      const shapes = new Map<number, Set<LineShape>>();
      for (const [index, counts] of byClass) {
        const found = new Set<LineShape>();
        for (const count of counts.keys()) {
          const shape = lineKind(task, count, keypoints)?.shape;
          if (shape !== undefined) found.add(task === 'detect' ? 'box' : shape);
        }
        shapes.set(index, found);
      }
      return shapes;
    },
  };
}

/** Class, a box inside the picture, and triples whose last is 0, 1 or 2. */
function looksLikeKeypoints(line: Float64Array): boolean {
  for (let i = 7; i < line.length; i += 3) {
    const visible = line[i];
    if (visible !== 0 && visible !== 1 && visible !== 2) return false;
  }
  const [, x = 0, y = 0, w = 0, h = 0] = line;
  return x - w / 2 > -0.01 && x + w / 2 < 1.01 && y - h / 2 > -0.01 && y + h / 2 < 1.01;
}
