/** Says whether a source is in Supervisely Format: by its folders, then by a look into a few files. */
import path from 'node:path';
import { readAnnotation } from '../../src/format/annotation.ts';
import { readMeta } from '../../src/format/meta.ts';
import { isRecord } from '../../src/format/problem.ts';
import { isEntityType } from '../../src/format/project-paths.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { detectEntities } from './entities/detect.ts';
import { findLayout, type Layout } from './layout.ts';
import { typeOfLayout } from './project-type.ts';
import { count, no } from './verdict.ts';

const LOOKED_AT = 3;
const MAX_BYTES = 32 << 20;

export async function detectSupervisely(tree: SourceTree): Promise<Verdict> {
  const layout = findLayout(tree.files.map((file) => file.path));
  if (layout === undefined)
    return no('no meta.json with datasets, no img/ and ann/ folders, and no picture.json beside a picture');
  const type = await typeOfLayout(tree, layout);
  if (isEntityType(type)) return detectEntities(tree, layout, type);
  const datasets = layout.projects.flatMap((project) => project.datasets);
  const items = datasets.flatMap((dataset) => dataset.items);
  const [first] = items;
  const blobs = layout.projects.flatMap((project) => project.blobs);
  // Where every item has an img_info they are taken for links.
  const bare =
    blobs.length === 0 &&
    items.every(({ image }) => image === undefined) &&
    items.some(({ info }) => info === undefined);
  const without = bare
    ? {
        note: '; there are no pictures: annotations without a link get a black one',
        options: { missing_pictures: 'blank' },
      }
    : undefined;
  if (items.length === 0 && blobs.length === 0)
    return no('there are datasets, but no pictures and no annotations');
  if (layout.kind === 'project') {
    const wrong = await whatIsWrongWithMetas(tree, layout);
    if (wrong !== undefined) return no(wrong);
    const metaFile = layout.projects.find((project) => project.metaFile !== undefined)?.metaFile ?? '';
    // A meta.json and any JSON in a folder ann: with pictures that is enough, without them one has to fit.
    const unlike = bare
      ? await whatIsWrongWithAnnotation(tree, items.find(({ ann }) => ann !== undefined)?.ann ?? '')
      : undefined;
    if (unlike !== undefined) return no(`${first?.ann}: ${unlike}`);
    return {
      confidence: bare ? 0.9 : 0.98,
      because: `${metaFile} lists classes, and beside it there ${count(datasets.length, 'dataset')} (${datasets[0]?.folder || '.'})${without?.note ?? ''}`,
      ...(without === undefined ? {} : { options: without.options }),
    };
  }
  const annotated = items.flatMap(({ ann }) => ann ?? []).slice(0, LOOKED_AT);
  let fitting: string | undefined;
  let wrong = `no annotation file for ${first?.image ?? first?.name ?? 'anything'}`;
  for (const file of annotated) {
    const fault = await whatIsWrongWithAnnotation(tree, file);
    if (fault === undefined) fitting ??= file;
    else wrong = `${file}: ${fault}`;
  }
  if (fitting === undefined) return no(wrong);
  return {
    confidence: bare ? 0.9 : layout.kind === 'datasets' ? 0.95 : 0.92,
    because:
      layout.kind === 'datasets'
        ? `${path.posix.dirname(fitting)} holds Supervisely annotations (no meta.json: classes are taken from them)${without?.note ?? ''}`
        : `${fitting} is a Supervisely annotation of a picture of that name`,
    ...(without === undefined ? {} : { options: without.options }),
  };
}

/** One project of images among several is enough; the others are reported when it is imported. */
async function whatIsWrongWithMetas(tree: SourceTree, { projects }: Layout): Promise<string | undefined> {
  let wrong: string | undefined;
  for (const { metaFile } of projects
    .filter((project) => project.metaFile !== undefined)
    .slice(0, LOOKED_AT)) {
    if (metaFile === undefined) continue;
    const fault = await whatIsWrongWithMeta(tree, metaFile);
    if (fault === undefined) return undefined;
    wrong ??= `${metaFile}: ${fault}`;
  }
  return wrong;
}

async function whatIsWrongWithMeta(tree: SourceTree, file: string): Promise<string | undefined> {
  try {
    const { meta, problems } = readMeta(JSON.parse(await tree.text(file, MAX_BYTES)));
    const fatal = problems.find(({ severity }) => severity === 'fatal');
    if (fatal !== undefined) return `${fatal.place || 'the file'}: ${fatal.message}`;
    return meta.projectType === 'images' ? undefined : `a project of ${meta.projectType}, not of images`;
  } catch (error) {
    return toSlyError(error).detail;
  }
}

async function whatIsWrongWithAnnotation(tree: SourceTree, file: string): Promise<string | undefined> {
  try {
    const json: unknown = JSON.parse(await tree.text(file, MAX_BYTES));
    // `size` and `objects` are common words; only this format keeps tags beside them.
    if (isRecord(json) && json.tags === undefined && json.annotation === undefined)
      return 'expected "size", "tags" and "objects", got other keys';
    const fatal = readAnnotation(json).problems.find(({ severity }) => severity === 'fatal');
    return fatal && `${fatal.place || 'the file'}: ${fatal.message}`;
  } catch (error) {
    return toSlyError(error).detail;
  }
}
