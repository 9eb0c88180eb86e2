/** Runs the plugin on a folder with the kit's own tree and writer, and reads back what it wrote. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ImageAnnotation, ProjectMeta } from '../../../src/format/model.ts';
import type { ExportedItem, Host } from '../../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import { createReporter } from '../../../src/plugin-kit/reporter.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import type { SegmentItem } from '../../../src/protocol/plugin.ts';
import { segmentLines } from '../../../test/support/segment-lines.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { plugin } from '../plugin.ts';

const breathe = () => undefined;
const host = (options: Record<string, unknown>): Omit<Host, 'report'> => ({
  options,
  progress: () => {},
  log: () => {},
  signal: new AbortController().signal,
});

export interface Imported {
  items: SegmentItem[];
  meta: ProjectMeta;
  /** `failed data/ds/ann/a.json objects[0]: message` */
  reports: string[];
  used: string[];
}

export async function runImport(folder: string, options: Record<string, unknown> = {}): Promise<Imported> {
  const out = tempFolder('results');
  const results = createImportResults(out, { breathe });
  await plugin.import?.({
    ...host({ bad_annotation: 'skip-annotation', ...options }),
    report: createReporter(results.segments, breathe),
    tree: await scanSourceTree(folder, breathe),
    projectName: 'test',
    project: results.project,
    entities: results.entities,
  });
  results.finish();
  const lines = segmentLines(out);
  return {
    items: lines.filter((line) => line.kind === 'item'),
    meta: JSON.parse(readFileSync(path.join(out, 'meta.json'), 'utf8')) as ProjectMeta,
    reports: lines
      .filter((line) => line.kind === 'report')
      .map(({ status, file, place, message }) => `${status} ${file ?? '-'} ${place ?? ''}: ${message}`),
    used: lines.filter((line) => line.kind === 'used').map(({ file }) => file),
  };
}

export async function runDetect(folder: string) {
  return plugin.detect?.({ tree: await scanSourceTree(folder, breathe) });
}

/** Exports what was imported from `data` into a folder, as the archive would be. */
export async function runExport(
  imported: Imported,
  data: string,
  options: Record<string, unknown> = {},
): Promise<{ folder: string; files: string[]; written: number }> {
  const folder = tempFolder('archive');
  const files: string[] = [];
  let written = 0;
  const place = (file: string): string => {
    files.push(file);
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    return path.join(folder, file);
  };
  await plugin.export?.({
    ...host({ json_only: false, ...options }),
    report: { used: fail, skipped: fail, failed: fail, warning: fail },
    project: {
      name: 'my/project',
      type: 'images',
      meta: imported.meta,
      total: imported.items.length,
      items: async function* () {
        for (const item of imported.items) yield exported(item, data);
      },
      entities: async function* () {},
      episodes: async function* () {},
    },
    archive: {
      async addFile(file, source) {
        copyFileSync(path.join(data, source), place(file));
        return file;
      },
      async addText(file, text) {
        writeFileSync(place(file), text);
        return file;
      },
      open: fail,
      async written() {
        written++;
      },
    },
  });
  return { folder, files, written };
}

function exported(item: SegmentItem, data: string): ExportedItem {
  const file = item.file?.replace(/^data\//, '');
  return {
    dataset: item.dataset,
    name: item.name,
    source: `my/project/${item.dataset}/img/${item.name}`,
    file,
    absolute: file === undefined ? undefined : path.join(data, file),
    link: item.link,
    width: item.width,
    height: item.height,
    annotation: item.ann as ImageAnnotation,
    meta: item.meta ?? {},
  };
}

async function fail(): Promise<never> {
  throw new Error('the export is not expected to call this');
}
