/** All that the view shows of one volume but its voxels. */
import { call } from '../../api.ts';
import type { Item, Project } from '../../shapes.ts';
import type { GalleryFilter } from '../gallery-filter.ts';
import { type Neighbours, neighboursOf } from '../neighbours.ts';
import type { VolumeAnnotation } from './volume-objects.ts';

export interface VolumeItem extends Item {
  size: number;
  meta: { windowCenter?: unknown; windowWidth?: unknown };
}

export interface LoadedVolume extends Neighbours {
  item: VolumeItem;
  annotation: VolumeAnnotation;
}

export async function loadVolume(
  project: Project,
  id: number,
  filter: GalleryFilter,
  signal: AbortSignal,
): Promise<LoadedVolume> {
  const [item, [annotation], neighbours] = await Promise.all([
    call<VolumeItem>('volumes.info', { id }, signal),
    call<[VolumeAnnotation]>('volumes.annotations.bulk.info', { volumeIds: [id] }, signal),
    neighboursOf(project, id, filter, signal),
  ]);
  return { item, annotation, ...neighbours };
}
