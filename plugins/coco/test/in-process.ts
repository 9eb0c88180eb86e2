/**
 * An import in this process: the plugin, the kit's tree, writer and reporter on a real folder, without the start of
 * a Node process for each case. The host itself has its own tests, and test/import.test.ts runs it too.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProjectMeta } from '../../../src/format/model.ts';
import { type FailureInfo, toFailureInfo } from '../../../src/lib/errors.ts';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import type { Host } from '../../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import { createReporter } from '../../../src/plugin-kit/reporter.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import type { SegmentItem, SegmentLine } from '../../../src/protocol/plugin.ts';
import { importCoco } from '../import-coco.ts';

type LineOf<K extends SegmentLine['kind']> = Extract<SegmentLine, { kind: K }>;

export interface ImportResult {
  failure: FailureInfo | undefined;
  items: SegmentItem[];
  used: LineOf<'used'>[];
  reports: LineOf<'report'>[];
  meta: ProjectMeta | undefined;
}

export interface ImportRun {
  files: Readonly<Record<string, string | Uint8Array>>;
  options?: Record<string, unknown>;
  /** An empty folder. */
  folder: string;
  signal?: AbortSignal;
  onProgress?: Host['progress'];
}

export async function importInProcess({
  files,
  options = {},
  folder,
  signal = new AbortController().signal,
  onProgress = () => undefined,
}: ImportRun): Promise<ImportResult> {
  const [data, results] = [path.join(folder, 'data'), path.join(folder, 'results')];
  mkdirSync(data);
  mkdirSync(results);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
    writeFileSync(path.join(data, file), content);
  }
  const breathe = createBreathe(signal);
  const written = createImportResults(results, { breathe });
  let failure: FailureInfo | undefined;
  try {
    await importCoco({
      options,
      report: createReporter(written.segments, breathe),
      progress: onProgress,
      log: () => undefined,
      signal,
      tree: await scanSourceTree(data, breathe),
      projectName: 'project',
      project: written.project,
    });
  } catch (error) {
    failure = toFailureInfo(error);
  }
  written.finish();
  const lines = readdirSync(path.join(results, 'segments'))
    .sort()
    .flatMap((name) => readFileSync(path.join(results, 'segments', name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SegmentLine);
  return {
    failure,
    items: lines.filter((line) => line.kind === 'item'),
    used: lines.filter((line) => line.kind === 'used'),
    reports: lines.filter((line) => line.kind === 'report'),
    meta: JSON.parse(readFileSync(path.join(results, 'meta.json'), 'utf8')) as ProjectMeta,
  };
}
