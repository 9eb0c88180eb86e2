/** What lies beside the items of a dataset that are no images: related pictures, geometries, metadata, the episode's files. */
import { GEOMETRY_FILES } from './project-paths.ts';

export interface BesideItems {
  /** Pictures beside a point cloud, by name; `info` and `figures` are files. */
  related(folder: string, item: string): { name: string; file: string; info?: string; figures?: string }[];
  /** Geometries of a volume that are files; keys as they are in file names. */
  geometries(folder: string, item: string): { key: string; geometryType: string; file: string }[];
  /** Of a video. */
  metadata(folder: string, item: string): string | undefined;
  customData(folder: string, item: string): string | undefined;
  /** Of a dataset that is an episode, as far as they are there. */
  episode(folder: string): { ann?: string; frames?: string };
}

/** `paths`: of all files; `folder` in what it answers is that of a dataset (FoundDataset.folder). */
export function createBesideItems(paths: Iterable<string>): BesideItems {
  const folders = new Map<string, Map<string, string>>();
  for (const file of paths) {
    const cut = file.lastIndexOf('/');
    const folder = cut < 0 ? '' : file.slice(0, cut);
    let files = folders.get(folder);
    if (files === undefined) {
      files = new Map();
      folders.set(folder, files);
    }
    files.set(file.slice(cut + 1), file);
  }
  const filesIn = (folder: string): ReadonlyMap<string, string> => folders.get(folder) ?? new Map();
  const below = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

  return {
    related(folder, item) {
      const files = filesIn(below(folder, `related_images/${item.replaceAll('.', '_')}`));
      return [...files]
        .filter(([name]) => !name.endsWith('.json'))
        .map(([name, file]) => {
          const info = files.get(`${name}.json`);
          const figures = files.get(`${name}.figures.json`);
          return { name, file, ...(info && { info }), ...(figures && { figures }) };
        });
    },
    geometries: (folder, item) =>
      Object.entries(GEOMETRY_FILES).flatMap(([geometryType, { folder: kind, ending }]) =>
        [...filesIn(below(folder, `${kind}/${item}`))]
          .filter(([name]) => name.endsWith(ending))
          .map(([name, file]) => ({ key: name.slice(0, -ending.length), geometryType, file })),
      ),
    metadata: (folder, item) => filesIn(below(folder, 'metadata')).get(`${item}.meta.json`),
    customData: (folder, item) => filesIn(below(folder, 'custom_data')).get(`${item}.json`),
    episode(folder) {
      const files = filesIn(folder);
      const [ann, frames] = [files.get('annotation.json'), files.get('frame_pointcloud_map.json')];
      return { ...(ann !== undefined && { ann }), ...(frames !== undefined && { frames }) };
    },
  };
}
