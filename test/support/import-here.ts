/**
 * An import or detection of any built-in plugin in this process: its defaults, the kit's own tree, writer and
 * reporter on a real folder, without the start of a Node process for each case (thousands of cases a test).
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImageAnnotation, Label, ProjectMeta } from '../../src/format/model.ts';
import { type FailureInfo, toFailureInfo } from '../../src/lib/errors.ts';
import { packageRoot } from '../../src/lib/version.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { loadPlugin } from '../../src/plugin-kit/load-plugin.ts';
import type { Host, Verdict } from '../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../src/plugin-kit/project-writer.ts';
import { createReporter } from '../../src/plugin-kit/reporter.ts';
import { scanSourceTree } from '../../src/plugin-kit/source-tree.ts';
import type { SegmentItem, SegmentLine } from '../../src/protocol/plugin.ts';
import { segmentLines } from './segment-lines.ts';
import { tempFolder } from './temp-folder.ts';

type LineOf<K extends SegmentLine['kind']> = Extract<SegmentLine, { kind: K }>;
export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface HereResult {
  failure: FailureInfo | undefined;
  items: SegmentItem[];
  figures: LineOf<'figures'>[];
  episodes: LineOf<'episode'>[];
  used: LineOf<'used'>[];
  reports: LineOf<'report'>[];
  meta: ProjectMeta;
}

export interface HereOptions {
  plugin: string;
  /** What becomes `data/`: a folder, or files by path. */
  folder?: string;
  files?: Files;
  options?: Record<string, unknown>;
  /** Where the work is done; default a folder of the running test. Must exist and be empty. */
  work?: string;
  signal?: AbortSignal;
  onProgress?: Host['progress'];
}

export function writeFiles(root: string, files: Files): void {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
}

export async function importHere({
  plugin,
  folder,
  files = {},
  options = {},
  work,
  signal = new AbortController().signal,
  onProgress = () => undefined,
}: HereOptions): Promise<HereResult> {
  const place = work ?? tempFolder(plugin);
  const results = path.join(place, 'results');
  mkdirSync(results);
  const data = folder ?? path.join(place, 'data');
  if (folder === undefined) {
    mkdirSync(data);
    writeFiles(data, files);
  }
  const breathe = createBreathe(signal);
  const written = createImportResults(results, { breathe });
  let failure: FailureInfo | undefined;
  try {
    await (await loadPlugin(plugin)).plugin.import?.({
      options: { ...defaultsOf(plugin), ...options },
      report: createReporter(written.segments, breathe),
      progress: onProgress,
      log: () => undefined,
      signal,
      tree: await scanSourceTree(data, breathe),
      projectName: 'project',
      project: written.project,
      entities: written.entities,
    });
  } catch (error) {
    failure = toFailureInfo(error);
  }
  written.finish();
  const lines = segmentLines(results);
  const meta = JSON.parse(readFileSync(path.join(results, 'meta.json'), 'utf8')) as ProjectMeta;
  if (work !== undefined) rmSync(results, { recursive: true });
  return {
    failure,
    items: lines.filter((line) => line.kind === 'item'),
    figures: lines.filter((line) => line.kind === 'figures'),
    episodes: lines.filter((line) => line.kind === 'episode'),
    used: lines.filter((line) => line.kind === 'used'),
    reports: lines.filter((line) => line.kind === 'report'),
    meta,
  };
}

export async function detectHere(plugin: string, files: Files): Promise<Verdict> {
  const folder = tempFolder(`detect-${plugin}`);
  writeFiles(folder, files);
  return detectIn(plugin, folder);
}

export async function detectIn(plugin: string, folder: string): Promise<Verdict> {
  const breathe = createBreathe(new AbortController().signal);
  const { plugin: loaded } = await loadPlugin(plugin);
  const verdict = await loaded.detect?.({ tree: await scanSourceTree(folder, breathe) });
  if (verdict === undefined) throw new Error(`${plugin} does not detect`);
  return verdict;
}

export const annotationOf = (item: SegmentItem | undefined): ImageAnnotation => item?.ann as ImageAnnotation;
/** Undefined when there is no such item. */
export const labelsOf = (item: SegmentItem | undefined): Label[] =>
  (item?.ann as ImageAnnotation | undefined)?.objects as Label[];

/** `dataset/name` of every item. */
export const namesOf = ({ items }: Pick<HereResult, 'items'>): string[] =>
  items.map(({ dataset, name }) => `${dataset}/${name}`);

/** `warning data/a.txt line 3: message`, in order. */
export const told = ({ reports }: Pick<HereResult, 'reports'>): string[] =>
  reports.map(({ status, file, place, message }) =>
    [status, file, place]
      .filter((part) => part !== undefined)
      .join(' ')
      .concat(`: ${message}`),
  );

export function defaultsOf(plugin: string): Record<string, unknown> {
  const manifest = JSON.parse(
    readFileSync(path.join(packageRoot(), 'plugins', plugin, 'plugin.json'), 'utf8'),
  ) as { options?: { import?: { properties?: Record<string, { default?: unknown }> } } };
  const properties = manifest.options?.import?.properties ?? {};
  return Object.fromEntries(Object.entries(properties).map(([key, option]) => [key, option.default]));
}
