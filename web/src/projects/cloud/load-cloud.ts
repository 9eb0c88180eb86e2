/** All that the view shows of one point cloud but its points. */
import { call } from '../../api.ts';
import type { Item, Page, Project } from '../../shapes.ts';
import type { GalleryFilter } from '../gallery-filter.ts';
import { type Neighbours, neighboursOf } from '../neighbours.ts';
import type { CloudAnnotation } from './spatial-figures.ts';

export interface CloudItem extends Item {
  /** Of an episode. */
  frame: number | null;
  size: number;
}

export interface Photo {
  id: number;
  name: string;
  meta: { deviceId?: string };
}

export interface LoadedCloud extends Neighbours {
  item: CloudItem;
  annotation: CloudAnnotation;
  photos: Photo[];
}

/** More pictures beside one cloud are not looked at. */
const MOST_PHOTOS = 100;
const FRAMES_AT_ONCE = 20_000;

export async function loadCloud(
  project: Project,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<LoadedCloud> {
  const [item, [annotation], neighbours] = await Promise.all([
    call<CloudItem>('point-clouds.info', { id }, signal),
    call<[CloudAnnotation]>('point-clouds.annotations.bulk.info', { pointCloudIds: [id] }, signal),
    // Those of an episode are the frames around it.
    isEpisode(project) ? { previous: undefined, next: undefined } : neighboursOf(project, id, filter, signal),
  ]);
  const { entities: photos } = await call<Page<Photo>>(
    'point-clouds.images.list',
    {
      datasetId: item.datasetId,
      filter: [{ field: 'entityId', operator: '=', value: id }],
      per_page: MOST_PHOTOS,
    },
    signal,
  );
  return { item, annotation, photos, ...neighbours };
}

export const isEpisode = ({ type }: Project): boolean => type === 'point_cloud_episodes';

export interface Frame {
  id: number;
  frame: number;
}

/** The clouds of an episode in their order. */
export async function loadFrames(datasetId: number, signal: AbortSignal): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (let after: string | null = ''; after !== null; ) {
    const page: { entities: { id: number; frame: number | null }[]; after: string | null } = await call(
      'point-clouds.list',
      { datasetId, fields: ['id', 'frame'], pagination_mode: 'token', per_page: FRAMES_AT_ONCE, after },
      signal,
    );
    for (const { id, frame } of page.entities) frames.push({ id, frame: frame ?? 0 });
    after = page.after;
  }
  return frames.sort((a, b) => a.frame - b.frame || a.id - b.id);
}
