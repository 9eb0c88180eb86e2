/** Which point cloud is which frame of its episode. */
import { isRecord } from '../../format/problem.ts';
import type { ExportItem } from '../../protocol/publish.ts';

export interface EpisodeFrames {
  add(item: Pick<ExportItem, 'dataset' | 'name' | 'meta'>): void;
  /** Frame -> name, as `frame_pointcloud_map.json` has it. Clouds that do not say their frame come behind the others. */
  of(dataset: string): Record<string, string>;
}

export function createEpisodeFrames(): EpisodeFrames {
  const datasets = new Map<string, { frames: Map<number, string>; others: string[] }>();
  return {
    add({ dataset, name, meta }) {
      let one = datasets.get(dataset);
      if (one === undefined) {
        one = { frames: new Map(), others: [] };
        datasets.set(dataset, one);
      }
      const frame = isRecord(meta) ? meta.frame : undefined;
      if (typeof frame === 'number' && Number.isSafeInteger(frame) && frame >= 0 && !one.frames.has(frame))
        one.frames.set(frame, name);
      else one.others.push(name);
    },
    of(dataset) {
      const { frames, others } = datasets.get(dataset) ?? { frames: new Map<number, string>(), others: [] };
      const sorted = [...frames].sort(([a], [b]) => a - b);
      let next = (sorted.at(-1)?.[0] ?? -1) + 1;
      return Object.fromEntries([...sorted, ...others.map((name) => [next++, name] as const)]);
    },
  };
}
