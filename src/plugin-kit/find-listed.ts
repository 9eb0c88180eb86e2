/** The items of a project folder without a list of them: what a person has, or what another program wrote. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createBesideItems } from '../format/beside-items.ts';
import type { ListedEpisode, ListedItem } from '../format/listed-item.ts';
import { isRecord } from '../format/problem.ts';
import { findProjects } from '../format/project-tree.ts';
import { joinInside } from '../lib/safe-path.ts';
import type { ProjectType } from '../protocol/project-type.ts';
import { readJsonFile } from './read-json-file.ts';

export interface FoundList {
  items: ListedItem[];
  episodes: ListedEpisode[];
}

export function findListed(root: string, type: ProjectType): FoundList {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
  const project = findProjects(paths).projects.find((one) => one.root === '');
  const beside = createBesideItems(paths);
  const read = (file: string | undefined): Record<string, unknown> => {
    const json = file === undefined ? undefined : readJsonFile(joinInside(root, file), file);
    return isRecord(json) ? json : {};
  };
  const list: FoundList = { items: [], episodes: [] };
  for (const dataset of project?.datasets ?? []) {
    const { folder } = dataset;
    for (const { name, image, ann, info, meta } of dataset.items) {
      const known = image === undefined || type !== 'images' ? read(info) : {};
      const item: ListedItem = { dataset: dataset.path, name };
      if (image !== undefined) item.image = image;
      if (ann !== undefined && type !== 'point_cloud_episodes') item.ann = ann;
      if (meta !== undefined) item.meta = readJsonFile(joinInside(root, meta), meta);
      else if (type !== 'images') {
        const custom = beside.customData(folder, name);
        item.meta = {
          ...record(known.meta),
          ...read(beside.metadata(folder, name)),
          ...(custom === undefined ? {} : { customData: read(custom) }),
        };
      }
      if (image === undefined && typeof known.link === 'string') item.link = known.link;
      const related = beside.related(folder, name);
      if (related.length > 0)
        item.related = related.map(({ info: camera, ...picture }) => ({
          ...picture,
          meta: record(read(camera).meta),
        }));
      const geometries = beside.geometries(folder, name);
      if (geometries.length > 0) item.geometries = geometries;
      list.items.push(item);
    }
    const { ann, frames } = beside.episode(folder);
    if (type === 'point_cloud_episodes' && ann !== undefined && frames !== undefined)
      list.episodes.push({ dataset: dataset.path, ann, frames });
  }
  return list;
}

const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});
