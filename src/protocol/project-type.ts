/** Kinds of projects. Apart from the schemas, so that a plugin can know them without loading the schema library. */
export const PROJECT_TYPES = [
  'images',
  'videos',
  'volumes',
  'point_clouds',
  'point_cloud_episodes',
  'meshes',
] as const;

export type ProjectType = (typeof PROJECT_TYPES)[number];
