/** Frames of an episode, with their points, loaded before they are shown. */
import { useEffect, useState } from 'preact/hooks';
import { type Ahead, createAhead } from '../ahead.ts';
import { type GalleryFilter, readFilter } from '../gallery-filter.ts';
import type { ItemViewProps } from '../item-view.tsx';
import { type LoadedCloud, loadCloud } from './load-cloud.ts';
import type { Cloud } from './read/cloud.ts';
import { fetchPoints } from './use-points.ts';

type Project = ItemViewProps['project'];

interface ReadyFrame {
  loaded: LoadedCloud;
  /** Undefined for a link: its points are elsewhere. */
  cloud: Cloud | undefined;
}

/** Of points that wait to be shown. One frame may be larger than it, and is then the only one. */
const BUDGET = 192 << 20;

export interface FramesAhead {
  want: Ahead<ReadyFrame>['want'];
  /** As `loadCloud`, at once where it is there. */
  loadItem(project: Project, id: number, filter: GalleryFilter, signal: AbortSignal): Promise<LoadedCloud>;
  /** Undefined where nobody loads them. */
  points(id: number): Promise<Cloud> | undefined;
}

export function useFramesAhead(project: Project): FramesAhead {
  const [frames] = useState(() => {
    const ahead = createAhead<ReadyFrame>({
      budget: BUDGET,
      sizeOf: ({ cloud }) => (cloud === undefined ? 0 : bytesOf(cloud)),
      async load(id, signal) {
        const loaded = await loadCloud(project, id, readFilter(new URLSearchParams()), signal);
        const cloud = loaded.item.link === null ? await fetchPoints(id, () => undefined, signal) : undefined;
        return { loaded, cloud };
      },
    });
    return {
      ahead,
      want: ahead.want,
      loadItem(...of: Parameters<typeof loadCloud>) {
        const alone = (): Promise<LoadedCloud> => loadCloud(...of);
        // What failed ahead may go well now, and else says why.
        return ahead.get(of[1])?.then(({ loaded }) => loaded, alone) ?? alone();
      },
      points: (id: number) =>
        ahead.get(id)?.then(({ cloud }) => cloud ?? Promise.reject(new Error('The points are elsewhere.'))),
    };
  });
  useEffect(() => frames.ahead.close, [frames]);
  return frames;
}

const bytesOf = ({ index, positions, rgb, intensity }: Cloud): number =>
  [index, positions, rgb, intensity].reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);
