/**
 * What lies in the source, whichever of the three layouts it has: projects with meta.json, datasets without,
 * or loose pictures beside annotations. Looks at names only.
 */
import path from 'node:path';
import { matchLooseItems } from '../../src/format/loose-items.ts';
import type { EntityType } from '../../src/format/project-paths.ts';
import { type FoundItem, type FoundProject, findProjects } from '../../src/format/project-tree.ts';
import { adoptPictures } from './adopt-pictures.ts';
import { hasPictureName } from './picture.ts';

export interface Layout {
  kind: 'project' | 'datasets' | 'loose';
  projects: FoundProject[];
  /** Annotations several pictures would take. */
  shared: { ann: string; items: string[]; given: boolean }[];
  /** Items whose picture lies outside of their dataset. */
  adopted: ReadonlySet<FoundItem>;
  /** Of loose files that are no pictures. */
  looseType?: EntityType;
}

/** Loose items by their names, pictures first; a volume alone is taken for a picture. */
const LOOSE: readonly { isItem(file: string): boolean; type?: EntityType }[] = [
  { isItem: hasPictureName },
  { isItem: (file) => /\.(mp4|avi|3gp|flv|webm|wmv|mov|mkv|mpe?g)$/i.test(file), type: 'videos' },
  { isItem: (file) => /\.(pcd|ply|las|laz)$/i.test(file), type: 'point_clouds' },
];

/** Undefined when no picture or annotation has a place in any of the layouts. */
export function findLayout(paths: readonly string[]): Layout | undefined {
  const { projects, rest } = findProjects(paths);
  const withMeta = projects.filter(({ metaFile }) => metaFile !== undefined);
  if (projects.length > 0) {
    const kind = withMeta.length > 0 ? 'project' : 'datasets';
    return { kind, projects, shared: [], adopted: adoptPictures(projects, rest) };
  }
  for (const one of LOOSE) {
    const layout = looseLayout(paths, one);
    if (layout !== undefined) return layout;
  }
  return undefined;
}

function looseLayout(paths: readonly string[], { isItem, type }: (typeof LOOSE)[number]): Layout | undefined {
  const { items, metaFile, shared, orphans } = matchLooseItems(paths, isItem);
  if (!items.some(({ ann }) => ann !== undefined)) return undefined;
  const datasets = new Map<string, FoundProject['datasets'][number]>();
  const depth = commonDepth(items.map(({ image }) => image));
  for (const item of items) {
    const parts = item.image.split('/');
    const name = parts.length - 1 > depth ? (parts[depth] ?? 'ds0') : 'ds0';
    let dataset = datasets.get(name);
    if (dataset === undefined) {
      dataset = { path: name, folder: '', itemFolder: 'img', items: [], orphans: [], clashes: [], blobs: [] };
      datasets.set(name, dataset);
    }
    dataset.items.push(item);
  }
  const [first] = datasets.values();
  first?.orphans.push(...orphans);
  const project: FoundProject = { root: '', datasets: [...datasets.values()], blobs: [] };
  if (metaFile !== undefined) project.metaFile = metaFile;
  return {
    kind: 'loose',
    projects: [project],
    shared,
    adopted: new Set(),
    ...(type === undefined ? {} : { looseType: type }),
  };
}

/** Folders all files have in common. */
function commonDepth(files: readonly string[]): number {
  const [first, ...others] = files.map((file) => path.posix.dirname(file).split('/'));
  if (first === undefined || first[0] === '.') return 0;
  let depth = 0;
  while (depth < first.length && others.every((parts) => parts[depth] === first[depth])) depth++;
  return depth;
}
