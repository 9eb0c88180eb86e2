/** Which kind of project a source holds: by meta.json, else by the folders. */
import { readMeta } from '../../src/format/meta.ts';
import type { ProjectMeta } from '../../src/format/model.ts';
import type { FoundProject } from '../../src/format/project-tree.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { ProjectType } from '../../src/protocol/project-type.ts';
import { EPISODE_FILE, typeOfProject } from './entities/kinds.ts';
import { readJsonFile } from './json-file.ts';
import type { Layout } from './layout.ts';

/**
 * All projects of a source become one, so they are of one kind: that of the first, but images where any of them has
 * some. The others are refused one by one.
 */
export async function typeOfLayout(
  tree: SourceTree,
  { projects, looseType }: Pick<Layout, 'projects' | 'looseType'>,
): Promise<ProjectType> {
  if (looseType !== undefined) return looseType;
  const isThere = (file: string): boolean => tree.byBaseName(EPISODE_FILE).some((one) => one.path === file);
  let first: ProjectType | undefined;
  for (const project of projects) {
    const type = hasPictures(project)
      ? 'images'
      : typeOfProject(project, await quietMeta(tree, project), isThere);
    if (type === 'images') return type;
    first ??= type;
  }
  return first ?? 'images';
}

/** What is wrong with it is told when it is imported. */
async function quietMeta(tree: SourceTree, { metaFile }: FoundProject): Promise<ProjectMeta | undefined> {
  if (metaFile === undefined) return undefined;
  try {
    return readMeta(await readJsonFile(tree, metaFile)).meta;
  } catch {
    return undefined;
  }
}

/** Then it is of images, or its meta.json is wrong about it. */
const hasPictures = ({ datasets }: FoundProject): boolean =>
  datasets.some(
    ({ itemFolder, items }) => itemFolder === 'img' && items.some(({ image }) => image !== undefined),
  );
