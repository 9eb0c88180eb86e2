/**
 * Where a writer puts the files of an item. One rule for everything that writes projects, so that whatever
 * one part lays out another finds again. Nested datasets live below a folder `datasets` of their parent.
 */
import type { ProjectType } from '../protocol/project-type.ts';
import { RESERVED_FOLDERS } from './project-folders.ts';

export interface ItemPaths {
  image: string;
  ann: string;
  /** Free-form metadata of the item. */
  meta: string;
  /** What the server knew of it; carries `link` for items that stay where they are. */
  info: string;
}

/** Paths relative to the project folder, for item `name` of dataset `a/b`. */
export function itemPaths(dataset: string, name: string): ItemPaths {
  const folder = datasetFolder(dataset);
  return {
    image: `${folder}/img/${name}`,
    ann: `${folder}/ann/${name}.json`,
    meta: `${folder}/meta/${name}.json`,
    info: `${folder}/img_info/${name}.json`,
  };
}

export type EntityType = Exclude<ProjectType, 'images' | 'meshes'>;

const ENTITY_FOLDERS: Readonly<Record<EntityType, string>> = {
  videos: 'video',
  point_clouds: 'pointcloud',
  point_cloud_episodes: 'pointcloud',
  volumes: 'volume',
};

/** Also of what a file says. */
export const isEntityType = (type: unknown): type is EntityType =>
  typeof type === 'string' && Object.hasOwn(ENTITY_FOLDERS, type);

export interface EntityPaths {
  file: string;
  /** Not in an episode. */
  ann: string;
  /** What the server knew of it, with `link` and `meta`. */
  info: string;
  /** Free-form metadata, of a video alone. */
  metadata: string;
  /** Of a video alone. */
  customData: string;
  /** Folder of the pictures beside a point cloud. */
  related: string;
}

/** As `itemPaths`, of a video, a point cloud or a volume. */
export function entityPaths(type: EntityType, dataset: string, name: string): EntityPaths {
  const folder = datasetFolder(dataset);
  const items = ENTITY_FOLDERS[type];
  return {
    file: `${folder}/${items}/${name}`,
    ann: `${folder}/ann/${name}.json`,
    info: `${folder}/${items}_info/${name}.json`,
    metadata: `${folder}/metadata/${name}.meta.json`,
    customData: `${folder}/custom_data/${name}.json`,
    related: `${folder}/related_images/${name.replaceAll('.', '_')}`,
  };
}

/** A picture in the folder of those beside a point cloud. */
export function relatedPaths(
  folder: string,
  picture: string,
): { file: string; info: string; figures: string } {
  const file = `${folder}/${picture}`;
  return { file, info: `${file}.json`, figures: `${file}.figures.json` };
}

/** Of a dataset whose point clouds are the frames of an episode. */
export function episodePaths(dataset: string): { ann: string; frames: string } {
  const folder = datasetFolder(dataset);
  return { ann: `${folder}/annotation.json`, frames: `${folder}/frame_pointcloud_map.json` };
}

/** Geometries of volumes that are files: folder, and how a file ends. */
export const GEOMETRY_FILES: Readonly<Record<string, { folder: string; ending: string }>> = {
  mask_3d: { folder: 'mask', ending: '.nrrd' },
  closed_surface_mesh: { folder: 'interpolation', ending: '.stl' },
};

/** Undefined for a geometry that is no file. Keys are written without dashes. */
export function geometryPath(
  dataset: string,
  name: string,
  { key, geometryType }: { key: string; geometryType: string },
): string | undefined {
  const place = Object.hasOwn(GEOMETRY_FILES, geometryType) ? GEOMETRY_FILES[geometryType] : undefined;
  if (place === undefined) return undefined;
  return `${datasetFolder(dataset)}/${place.folder}/${name}/${key.replaceAll('-', '')}${place.ending}`;
}

/** `a/b` -> `a/datasets/b`. */
export function datasetFolder(dataset: string): string {
  return dataset.split('/').map(folderName).join('/datasets/');
}

/**
 * A dataset called `img` would be taken for a folder of pictures. Such a name gets one `_` more; so does a
 * name that already is one of these with `_`, so that two datasets never share a folder.
 */
function folderName(part: string): string {
  return RESERVED_FOLDERS.has(part.replace(/_+$/, '')) ? `${part}_` : part;
}
