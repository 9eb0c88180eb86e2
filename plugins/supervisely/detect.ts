/** Says whether a source is in Supervisely Format: by its folders, then by a look into a few files. */
import path from 'node:path';
import { readAnnotation } from '../../src/format/annotation.ts';
import { readMeta } from '../../src/format/meta.ts';
import { isRecord } from '../../src/format/problem.ts';
import { toSlyError } from '../../src/lib/errors.ts';
import type { SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';
import { findLayout } from './layout.ts';

const LOOKED_AT = 3;
const MAX_BYTES = 32 << 20;

export async function detectSupervisely(tree: SourceTree): Promise<Verdict> {
  const layout = findLayout(tree.files.map((file) => file.path));
  if (layout === undefined)
    return no('no meta.json with datasets, no img/ and ann/ folders, and no picture.json beside a picture');
  const datasets = layout.projects.flatMap((project) => project.datasets);
  const items = datasets.flatMap((dataset) => dataset.items);
  const [first] = items;
  const blobs = layout.projects.flatMap((project) => project.blobs);
  if (blobs.length === 0 && items.every(({ image, info }) => image === undefined && info === undefined))
    return no(`there are annotations (${first?.ann}) but no pictures and no img_info with links`);
  if (layout.kind === 'project') {
    const metaFile = layout.projects.find((project) => project.metaFile !== undefined)?.metaFile ?? '';
    const wrong = await whatIsWrongWithMeta(tree, metaFile);
    if (wrong !== undefined) return no(`${metaFile}: ${wrong}`);
    const foreign = datasets.find(({ itemFolder }) => itemFolder !== 'img');
    if (foreign !== undefined && datasets.every(({ itemFolder }) => itemFolder !== 'img'))
      return no(`${foreign.folder} holds ${foreign.itemFolder} items, not images`);
    return {
      confidence: 0.98,
      because: `${metaFile} lists classes, and beside it there ${count(datasets.length, 'dataset')} (${datasets[0]?.folder || '.'})`,
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
    confidence: layout.kind === 'datasets' ? 0.95 : 0.92,
    because:
      layout.kind === 'datasets'
        ? `${path.posix.dirname(fitting)} holds Supervisely annotations (no meta.json: classes are taken from them)`
        : `${fitting} is a Supervisely annotation of a picture of that name`,
  };
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

const no = (because: string): Verdict => ({ confidence: 0, because });

const count = (n: number, word: string): string => (n === 1 ? `is 1 ${word}` : `are ${n} ${word}s`);
