/**
 * One action of a built-in plugin in a process of its own, through the real host, under Node's permission
 * model: it may read its sources and its task folder and write `results/`, as in production, and keep compiled
 * sources for the next one, which takes two thirds off its start. What it wrote is checked against the schemas and
 * given back parsed. The temp folder belongs to the running test.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ProjectMeta } from '../../src/format/model.ts';
import { createParser } from '../../src/lib/schema.ts';
import { packageRoot } from '../../src/lib/version.ts';
import {
  type Detection,
  DetectionSchema,
  type PluginAction,
  type SegmentItem,
  type SegmentLine,
  SegmentLineSchema,
} from '../../src/protocol/plugin.ts';
import { COMPILED_SOURCES } from './compiled-sources.ts';
import { tempFolder } from './temp-folder.ts';

export interface PluginRunOptions {
  action: PluginAction;
  /** Not for `detect`. */
  plugin?: string;
  /** Folder that becomes `data/` (linked, never written to). */
  folder?: string;
  /** Or its files, by path. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  options?: Record<string, unknown>;
  /** Import: wanted name. Export: folder below `data/`. Default `project`. */
  project?: string;
  /** As in the weakest sandbox: no threads, no native libraries. */
  noThreads?: boolean;
  /** SIGTERM after so many milliseconds. */
  termAfterMs?: number;
}

type LineOf<K extends SegmentLine['kind']> = Extract<SegmentLine, { kind: K }>;

export interface PluginRunResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** The JSON lines of stdout, in order; other lines as `{ text }`. */
  log: Record<string, unknown>[];
  /** The last line of level `error`, when it failed. */
  failure: { code?: string; message?: string; detail?: string; hint?: string; file?: string } | undefined;
  stderr: string;
  segments: SegmentLine[][];
  items: SegmentItem[];
  /** Lines of figures, in order; `of` is the key of their item. */
  figures: LineOf<'figures'>[];
  episodes: LineOf<'episode'>[];
  used: LineOf<'used'>[];
  reports: LineOf<'report'>[];
  entries: LineOf<'entry'>[];
  written: LineOf<'written'>[];
  /** results/meta.json. */
  meta: ProjectMeta | undefined;
  /** results/detection.json. */
  detection: Detection | undefined;
  /** Bytes of an archive entry (of an export). */
  entry(path: string): Buffer;
  taskFolder: string;
}

const segmentLine = createParser(SegmentLineSchema, 'SLY_PLUGIN_OUTPUT');
const detections = createParser(DetectionSchema, 'SLY_PLUGIN_OUTPUT');

export async function runPlugin(options: PluginRunOptions): Promise<PluginRunResult> {
  const taskFolder = makeTaskFolder(options);
  const root = packageRoot();
  const results = path.join(taskFolder, 'results');
  // Nothing may be written to a folder that is not there yet.
  mkdirSync(COMPILED_SOURCES, { recursive: true });
  const reads = ['src', 'plugins', 'node_modules', 'package.json'].map((name) => path.join(root, name));
  if (options.folder !== undefined) reads.push(options.folder);
  const { NODE_EXTRA_CA_CERTS: _ca, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--permission',
      // As in a container: threads and the pixel library. Under Node's permission model alone neither is there.
      ...(options.noThreads === true ? [] : ['--allow-worker', '--allow-addons']),
      '--disable-warning=PERM0001',
      '--disable-warning=PERM0006',
      ...[...reads, taskFolder].map((file) => `--allow-fs-read=${file}`),
      `--allow-fs-write=${results}`,
      `--allow-fs-write=${COMPILED_SOURCES}`,
      path.join(root, 'src', 'plugin-kit', 'host.ts'),
      options.action,
      ...(options.plugin === undefined ? [] : [options.plugin]),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, SLY_TASK_DIR: taskFolder, NODE_COMPILE_CACHE: COMPILED_SOURCES },
    },
  );
  const ended = new Promise<Pick<PluginRunResult, 'exitCode' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const timer =
    options.termAfterMs === undefined ? undefined : setTimeout(() => child.kill(), options.termAfterMs);
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearTimeout(timer);

  const log = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine);
  const segments = readSegments(path.join(results, 'segments'));
  const lines = segments.flat();
  const ofKind = <K extends SegmentLine['kind']>(kind: K): LineOf<K>[] =>
    lines.filter((line): line is LineOf<K> => line.kind === kind);
  const entries = ofKind('entry');
  return {
    ...exit,
    log,
    failure: exit.exitCode === 0 ? undefined : log.findLast((line) => line.level === 'error'),
    stderr,
    segments,
    items: ofKind('item'),
    figures: ofKind('figures'),
    episodes: ofKind('episode'),
    used: ofKind('used'),
    reports: ofKind('report'),
    entries,
    written: ofKind('written'),
    meta: readJson(path.join(results, 'meta.json')) as ProjectMeta | undefined,
    detection: readDetection(path.join(results, 'detection.json')),
    taskFolder,
    entry(wanted) {
      const found = entries.find((entry) => entry.path === wanted);
      if (found === undefined)
        throw new Error(`no entry ${wanted}; there are ${entries.map((entry) => entry.path).join(', ')}`);
      return readFileSync(path.join(taskFolder, found.file)).subarray(...(found.range ?? []));
    },
  };
}

function makeTaskFolder({
  action,
  folder,
  files = {},
  options = {},
  project = 'project',
}: PluginRunOptions): string {
  const taskFolder = tempFolder('task');
  mkdirSync(path.join(taskFolder, 'results'));
  const config = {
    action,
    task_id: 'test',
    res_names: { project },
    options,
    append_to_existing_project: false,
  };
  writeFileSync(path.join(taskFolder, 'task_config.json'), JSON.stringify(config));
  const data = path.join(taskFolder, 'data');
  if (folder !== undefined) symlinkSync(folder, data);
  else {
    mkdirSync(data);
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(data, file)), { recursive: true });
      writeFileSync(path.join(data, file), content);
    }
  }
  return taskFolder;
}

function readLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { text: line };
  }
}

/** Every line must have the agreed shape, every name and number must be in order. */
function readSegments(folder: string): SegmentLine[][] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names.map((name, index) => {
    const expected = `${String(index + 1).padStart(6, '0')}.ndjson`;
    if (name !== expected) throw new Error(`expected the segment ${expected}, got ${name}`);
    const lines = readFileSync(path.join(folder, name), 'utf8').split('\n');
    if (lines.pop() !== '') throw new Error(`${name} does not end with a newline`);
    return lines.map((line, at) => segmentLine.parse(JSON.parse(line), `${name}:${at + 1}`));
  });
}

function readDetection(file: string): Detection | undefined {
  const json = readJson(file);
  return json === undefined ? undefined : detections.parse(json, 'detection.json');
}

function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
