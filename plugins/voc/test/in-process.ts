/**
 * An import or export in this process: the plugin with the kit's tree, writers and reporter on a real folder, without
 * the start of a Node process for each case. test/import.test.ts and test/export.test.ts run the host too.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImageAnnotation, Label, ProjectMeta } from '../../../src/format/model.ts';
import { type FailureInfo, toFailureInfo } from '../../../src/lib/errors.ts';
import { createArchiveResults } from '../../../src/plugin-kit/archive-writer.ts';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import { openExportedProject } from '../../../src/plugin-kit/exported-project.ts';
import type { Host, Verdict } from '../../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import { createReporter } from '../../../src/plugin-kit/reporter.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import type { SegmentItem, SegmentLine } from '../../../src/protocol/plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { detectVoc } from '../detect.ts';
import { exportVoc } from '../export.ts';
import { importVoc } from '../import.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;
type LineOf<K extends SegmentLine['kind']> = Extract<SegmentLine, { kind: K }>;

export interface Ran {
  failure: FailureInfo | undefined;
  items: SegmentItem[];
  used: LineOf<'used'>[];
  reports: LineOf<'report'>[];
  meta: ProjectMeta;
  /** Of an export: the archive. */
  entries: Record<string, Buffer>;
}

const signal = new AbortController().signal;
const host: Omit<Host, 'options' | 'report'> = {
  progress: () => undefined,
  log: () => undefined,
  signal,
};

function writeFiles(folder: string, files: Files): { data: string; results: string } {
  const [data, results] = [path.join(folder, 'data'), path.join(folder, 'results')];
  mkdirSync(data);
  mkdirSync(results);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
    writeFileSync(path.join(data, file), content);
  }
  return { data, results };
}

export async function importFiles(files: Files, options: Record<string, unknown> = {}): Promise<Ran> {
  const folder = tempFolder('voc');
  const { data, results } = writeFiles(folder, files);
  const breathe = createBreathe(signal);
  const written = createImportResults(results, { breathe });
  const report = createReporter(written.segments, breathe);
  const tree = await scanSourceTree(data, breathe);
  const { project } = written;
  return finish(folder, written, () =>
    importVoc({
      ...host,
      options: { bad_annotation: 'skip-annotation', ...options },
      report,
      tree,
      projectName: 'project',
      project,
    }),
  );
}

export async function detectFiles(files: Files): Promise<Verdict> {
  const { data } = writeFiles(tempFolder('voc'), files);
  return detectVoc({ tree: await scanSourceTree(data, createBreathe(signal)) });
}

export async function exportFiles(files: Files, options: Record<string, unknown> = {}): Promise<Ran> {
  const folder = tempFolder('voc');
  const { data, results } = writeFiles(folder, files);
  const breathe = createBreathe(signal);
  const written = createArchiveResults(results, { breathe });
  const report = createReporter(written.segments, breathe);
  const project = await openExportedProject(data, 'project', { report, breathe });
  return finish(folder, written, () =>
    exportVoc({ ...host, options, report, project, archive: written.archive }),
  );
}

async function finish(folder: string, written: { finish(): void }, work: () => Promise<void>): Promise<Ran> {
  let failure: FailureInfo | undefined;
  try {
    await work();
  } catch (error) {
    failure = toFailureInfo(error);
  }
  written.finish();
  const segments = path.join(folder, 'results', 'segments');
  const lines = readdirSync(segments)
    .sort()
    .flatMap((name) => readFileSync(path.join(segments, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SegmentLine);
  const ofKind = <K extends SegmentLine['kind']>(kind: K): LineOf<K>[] =>
    lines.filter((line): line is LineOf<K> => line.kind === kind);
  const entries = ofKind('entry').map(({ path: name, file, range }): [string, Buffer] => [
    name,
    readFileSync(path.join(folder, file)).subarray(...(range ?? [])),
  ]);
  return {
    failure,
    items: ofKind('item'),
    used: ofKind('used'),
    reports: ofKind('report'),
    meta:
      entries.length > 0 ? { classes: [], tags: [] } : readMeta(path.join(folder, 'results', 'meta.json')),
    entries: Object.fromEntries(entries),
  };
}

function readMeta(file: string): ProjectMeta {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProjectMeta;
  } catch {
    return { classes: [], tags: [] };
  }
}

export const labelsOf = (item: SegmentItem | undefined): Label[] =>
  (item?.ann as ImageAnnotation | undefined)?.objects as Label[];

/** `status file place: message` each. */
export const said = ({ reports }: Pick<Ran, 'reports'>): string[] =>
  reports.map(
    ({ status, file, place, message }) =>
      [status, file?.replace(/^data\//, ''), place].filter((part) => part !== undefined).join(' ') +
      `: ${message}`,
  );
