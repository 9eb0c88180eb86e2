/**
 * An export of any built-in plugin in this process, as import-here.ts does it for imports. Takes a project as its files
 * below `data/project/` and gives the archive as files.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type FailureInfo, toFailureInfo } from '../../src/lib/errors.ts';
import { createArchiveResults } from '../../src/plugin-kit/archive-writer.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { openExportedProject } from '../../src/plugin-kit/exported-project.ts';
import { loadPlugin } from '../../src/plugin-kit/load-plugin.ts';
import { createReporter } from '../../src/plugin-kit/reporter.ts';
import { withDefaults } from '../../src/plugin-kit/task-config.ts';
import type { SegmentLine } from '../../src/protocol/plugin.ts';
import { type Files, writeFiles } from './import-here.ts';
import { segmentLines } from './segment-lines.ts';
import { tempFolder } from './temp-folder.ts';

type LineOf<K extends SegmentLine['kind']> = Extract<SegmentLine, { kind: K }>;

export interface ExportedHere {
  failure: FailureInfo | undefined;
  reports: LineOf<'report'>[];
  written: LineOf<'written'>[];
  /** The archive. */
  entries: Record<string, Buffer>;
}

export async function exportHere(
  plugin: string,
  files: Files,
  options: Record<string, unknown> = {},
  work = tempFolder(`export-${plugin}`),
): Promise<ExportedHere> {
  const [data, results] = [path.join(work, 'data'), path.join(work, 'results')];
  mkdirSync(data);
  mkdirSync(results);
  writeFiles(data, files);
  const { signal } = new AbortController();
  const breathe = createBreathe(signal);
  const written = createArchiveResults(results, { breathe });
  const report = createReporter(written.segments, breathe);
  const { plugin: loaded, manifest } = await loadPlugin(plugin);
  let failure: FailureInfo | undefined;
  try {
    await loaded.export?.({
      options: withDefaults(options, manifest.options?.export),
      report,
      progress: () => undefined,
      log: () => undefined,
      signal,
      project: await openExportedProject(data, 'project', { report, breathe, signal }),
      archive: written.archive,
    });
  } catch (error) {
    failure = toFailureInfo(error);
  }
  written.finish();
  const lines = segmentLines(results);
  const entries: Record<string, Buffer> = {};
  for (const line of lines)
    if (line.kind === 'entry')
      entries[line.path] = readFileSync(path.join(work, line.file)).subarray(...(line.range ?? []));
  return {
    failure,
    entries,
    written: lines.filter((line) => line.kind === 'written'),
    reports: lines.filter((line) => line.kind === 'report'),
  };
}
