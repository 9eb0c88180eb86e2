/**
 * What an export plugin left behind -> the entries of the archive and what became of each item.
 * Streamed form: `entry` and `written` lines of the segments. Classic form (old images, scripts):
 * whatever regular files lie in `results/`.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ITEM_FOLDERS } from '../../format/project-folders.ts';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { SourceTree } from '../ports/sources.ts';
import { emptyOutcome, type SegmentOutcome } from './outcomes.ts';
import { createPluginFiles } from './plugin-files.ts';
import type { LaidOutProject } from './project-layout.ts';
import { hasSegments, readSegment } from './segments.ts';
import type { StepContext } from './step-context.ts';
import { entrySize, type TarEntry } from './tar-stream.ts';

export interface Collected {
  entries: TarEntry[];
  /** Bytes of all entries. */
  bytes: number;
  outcome: SegmentOutcome;
}

const ITEM_FILE = new RegExp(`^(.+)/(${[...ITEM_FOLDERS].flat().join('|')}|ann|meta|metadata)/([^/]+)$`);

/** `mayBeEmpty`: no entry at all is a result too. */
export async function collectEntries(
  ctx: StepContext,
  project: LaidOutProject,
  tree: SourceTree,
  mayBeEmpty: boolean,
): Promise<Collected> {
  const collected = (await hasSegments(ctx.folder.segments))
    ? await collectSegments(ctx, project)
    : await collectFiles(ctx, tree, mayBeEmpty);
  for (const entry of collected.entries) collected.bytes += await entrySize(entry);
  return collected;
}

async function collectSegments(ctx: StepContext, project: LaidOutProject): Promise<Collected> {
  const files = createPluginFiles({
    dataRoot: ctx.folder.data,
    known: undefined,
    results: ctx.folder.results,
  });
  const collected: Collected = { entries: [], bytes: 0, outcome: emptyOutcome() };
  const { outcome } = collected;
  for (let number = 1; ; number++) {
    const segment = await readSegment(ctx.folder.segments, number);
    if (segment === undefined) return collected;
    outcome.lines.push(...segment.broken);
    for (const line of segment.lines) {
      if (line.kind === 'entry') {
        try {
          collected.entries.push({
            path: line.path,
            file: files.resolve(line.file).path,
            ...(line.range === undefined ? {} : { range: rangeOf(line.range, line.file) }),
          });
        } catch (error) {
          const { code, detail } = toSlyError(error);
          outcome.lines.push({ status: 'failed', place: line.path, code, message: detail });
        }
      } else if (line.kind === 'written') {
        outcome.ok.push(`${line.dataset}/${line.name}`);
        outcome.items++;
      } else if (line.kind === 'report') {
        const { kind: _kind, file, ...rest } = line;
        const item = file === undefined ? undefined : itemOf(file, project);
        outcome.lines.push({ ...rest, ...(item === undefined ? {} : { file: item }) });
      }
    }
  }
}

function rangeOf([start, end]: readonly number[], file: string): [number, number] {
  if (start === undefined || end === undefined || end < start)
    throw new SlyError('SLY_PLUGIN_OUTPUT', {
      detail: `${file}: expected a range [start, end), got ${start}, ${end}`,
    });
  return [start, end];
}

/** `data/<project>/a/datasets/b/img/x.jpg` (or its annotation, `video/x.mp4`) -> `a/b/x.jpg`; anything else stays as it is. */
export function itemOf(file: string, project: Pick<LaidOutProject, 'folder'>): string {
  const prefix = `data/${project.folder}/`;
  const below = file.startsWith(prefix) ? file.slice(prefix.length) : file;
  const match = ITEM_FILE.exec(below);
  if (match === null) return below;
  const [, folder = '', kind = '', name = ''] = match;
  const ending = kind === 'metadata' ? /\.meta\.json$/ : /\.json$/;
  const item = ITEM_FOLDERS.has(kind) ? name : name.replace(ending, '');
  return `${folder.split('/datasets/').join('/')}/${item}`;
}

async function collectFiles(ctx: StepContext, tree: SourceTree, mayBeEmpty: boolean): Promise<Collected> {
  const collected: Collected = { entries: [], bytes: 0, outcome: emptyOutcome() };
  const root = ctx.folder.results;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, file);
    if (entry.isFile()) collected.entries.push({ path: name, file });
    else {
      collected.outcome.lines.push({
        status: 'failed',
        place: name,
        code: 'SLY_PLUGIN_OUTPUT',
        message: 'expected a regular file; links and devices do not go into an archive',
      });
    }
  }
  // Such a plugin does not say what it wrote: with exit code 0 it vouches for the whole project.
  if (collected.entries.length > 0 || mayBeEmpty) {
    collected.outcome.ok = tree.files.map((file) => file.path);
    collected.outcome.items = tree.files.length;
  }
  return collected;
}
