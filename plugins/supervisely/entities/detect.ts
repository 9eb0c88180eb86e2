/** Says whether a source of videos, point clouds, episodes or volumes is in Supervisely Format. */
import { openAnnotationFile } from '../../../src/format/annotation-file.ts';
import { readMeta } from '../../../src/format/meta.ts';
import type { EntityType } from '../../../src/format/project-paths.ts';
import { toSlyError } from '../../../src/lib/errors.ts';
import type { SourceTree, Verdict } from '../../../src/plugin-kit/plugin.ts';
import type { Layout } from '../layout.ts';
import { count, no } from '../verdict.ts';
import { entityKind } from './kinds.ts';

const LOOKED_AT = 3;
const MAX_META = 32 << 20;

const LISTS = {
  videos: ['frames'],
  point_clouds: ['figures'],
  point_cloud_episodes: ['frames'],
  volumes: ['planes', 'spatialFigures'],
} as const;

export async function detectEntities(tree: SourceTree, layout: Layout, type: EntityType): Promise<Verdict> {
  const datasets = layout.projects.flatMap((project) => project.datasets);
  const items = datasets.flatMap((dataset) => dataset.items);
  if (items.length === 0) return no('there are datasets, but no items and no annotations');
  const { item } = entityKind(type);
  const { note, options } = await contentOf(tree, layout);
  const metaFile = layout.projects.find((project) => project.metaFile !== undefined)?.metaFile;
  if (layout.kind === 'project' && metaFile !== undefined && (await isMeta(tree, metaFile)))
    return {
      confidence: 0.98,
      because: `${metaFile} is of a project of ${type}, and beside it there ${count(datasets.length, 'dataset')} (${datasets[0]?.folder || '.'})${note}`,
      ...options,
    };
  let wrong = `no annotation file beside a ${item}`;
  for (const file of items.flatMap(({ ann }) => ann ?? []).slice(0, LOOKED_AT)) {
    const fault = await whatIsWrong(tree, file, type);
    if (fault === undefined)
      return {
        confidence: layout.kind === 'loose' ? 0.92 : 0.95,
        because: `${file} is a Supervisely annotation of a ${item} (no meta.json: classes are taken from it)${note}`,
        ...options,
      };
    wrong = `${file}: ${fault}`;
  }
  return no(wrong);
}

/** A download of annotations alone has files without a byte in the place of the items. */
async function contentOf(
  tree: SourceTree,
  { projects }: Layout,
): Promise<{ note: string; options?: Pick<Verdict, 'options'> }> {
  const wanted = new Set(
    projects.flatMap(({ datasets }) =>
      datasets.flatMap(({ items }) => items.flatMap(({ image }) => image ?? [])),
    ),
  );
  const hasContent = tree.files.some(({ path, size }) => size > 0 && wanted.has(path));
  return hasContent || wanted.size === 0
    ? { note: '' }
    : {
        note: '; its items are empty files: they are imported without content',
        options: { options: { missing_pictures: 'blank' } },
      };
}

async function isMeta(tree: SourceTree, file: string): Promise<boolean> {
  try {
    const { problems } = readMeta(JSON.parse(await tree.text(file, MAX_META)));
    return problems.every(({ severity }) => severity !== 'fatal');
  } catch {
    return false;
  }
}

async function whatIsWrong(tree: SourceTree, file: string, type: EntityType): Promise<string | undefined> {
  try {
    const source = openAnnotationFile(tree.locate(file), {
      signal: new AbortController().signal,
      shownAs: file,
    });
    const { lists } = await source.head();
    const wanted = LISTS[type];
    return wanted.some((list) => lists.includes(list))
      ? undefined
      : `expected ${wanted.map((list) => `"${list}"`).join(' or ')}, got other keys`;
  } catch (error) {
    return toSlyError(error).detail;
  }
}
