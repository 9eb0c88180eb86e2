/** Which items of a dry run a person gets to see. Pure, the same for the same items. */
import { isRecord } from '../../../format/problem.ts';
import type { ProjectType } from '../../../protocol/project-type.ts';

export interface Sample {
  dataset: string;
  name: string;
  /** What it is, when it is no image: there is no picture then. */
  kind?: ProjectType;
  /** Absolute path of the picture, and the part of it that is the item. */
  file?: string;
  range?: readonly [start: number, end: number];
  /** Of items that stay where they are. */
  link?: string;
  width?: number;
  height?: number;
  ann?: unknown;
}

export const MOST_SAMPLES = 12;
/** Larger annotations are not drawn: a mask of a satellite picture is megabytes. */
const MOST_ANN_BYTES = 192 << 10;

/** Keeps a few of any number of items: those with labels first, of each dataset some, spread from first to last. */
export function createSampler(most = MOST_SAMPLES): { add(sample: Sample): void; chosen(): Sample[] } {
  const kept: { sample: Sample; labels: boolean; at: number }[] = [];
  let step = 1;
  let seen = 0;
  return {
    add(sample) {
      const at = seen++;
      const labels = hasLabels(sample.ann);
      if (at % step !== 0 && !(labels && !kept.some((one) => one.labels))) return;
      kept.push({ sample, labels, at });
      // Every second one goes, and from here on only half as many come.
      if (kept.length < 8 * most) return;
      const half = kept.filter((_one, index) => index % 2 === 0);
      kept.splice(0, kept.length, ...half);
      step *= 2;
    },
    chosen() {
      const byDataset = Map.groupBy(
        [...kept].sort((a, b) => Number(b.labels) - Number(a.labels) || a.at - b.at),
        (one) => one.sample.dataset,
      );
      const queues = [...byDataset.values()].map((queue) => spread(queue, most));
      const picked: { sample: Sample; at: number }[] = [];
      for (let round = 0; picked.length < most && queues.some((queue) => round < queue.length); round++) {
        for (const queue of queues) {
          const next = queue[round];
          if (next !== undefined && picked.length < most) picked.push(next);
        }
      }
      return picked.sort((a, b) => a.at - b.at).map((one) => one.sample);
    },
  };
}

/** The annotation as it is drawn later, or undefined when it is too large for a look. */
export function drawable(ann: unknown): unknown {
  return isRecord(ann) && JSON.stringify(ann).length <= MOST_ANN_BYTES ? ann : undefined;
}

function hasLabels(ann: unknown): boolean {
  return isRecord(ann) && Array.isArray(ann.objects) && ann.objects.length > 0;
}

/** Labelled ones come first; among as many as are needed the choice goes over the whole length. */
function spread<T extends { labels: boolean }>(queue: readonly T[], most: number): T[] {
  const labelled = queue.filter((one) => one.labels);
  const from = labelled.length >= most ? labelled : queue;
  if (from.length <= most) return [...from];
  return Array.from({ length: most }, (_, at) => from[Math.floor((at * from.length) / most)]).filter(
    (one): one is T => one !== undefined,
  );
}
