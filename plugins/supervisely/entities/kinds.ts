/** What tells the kinds of projects that are no pictures apart on disk. */
import type { ProjectMeta } from '../../../src/format/model.ts';
import type { EntityType } from '../../../src/format/project-paths.ts';
import type { FoundProject } from '../../../src/format/project-tree.ts';
import type { ProjectType } from '../../../src/protocol/project-type.ts';

export interface EntityKind {
  type: EntityType;
  itemFolder: string;
  infoFolder: string;
  /** One of it, in words. */
  item: string;
}

const KINDS: Readonly<Record<EntityType, Pick<EntityKind, 'itemFolder' | 'item'>>> = {
  videos: { itemFolder: 'video', item: 'video' },
  point_clouds: { itemFolder: 'pointcloud', item: 'point cloud' },
  point_cloud_episodes: { itemFolder: 'pointcloud', item: 'point cloud' },
  volumes: { itemFolder: 'volume', item: 'volume' },
};

export const entityKind = (type: EntityType): EntityKind => ({
  type,
  ...KINDS[type],
  infoFolder: `${KINDS[type].itemFolder}_info`,
});

export const EPISODE_FILE = 'annotation.json';

/**
 * What meta.json says; a file without a word about it (and those of 2019 have none) counts as images, unless the
 * folders say otherwise.
 */
export function typeOfProject(
  project: FoundProject,
  meta: ProjectMeta | undefined,
  isThere: (file: string) => boolean,
): ProjectType {
  const said = meta?.projectType ?? 'images';
  if (said !== 'images') return said;
  const folders = new Set(project.datasets.map(({ itemFolder }) => itemFolder));
  if (folders.has('img')) return 'images';
  if (folders.has('video')) return 'videos';
  if (folders.has('volume')) return 'volumes';
  if (!folders.has('pointcloud')) return 'images';
  return project.datasets.some(({ folder }) => isThere(below(folder, EPISODE_FILE)))
    ? 'point_cloud_episodes'
    : 'point_clouds';
}

export const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
