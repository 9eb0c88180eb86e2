/**
 * The fuzz test every importer passes: damaged files give sound items or an error that says where, never a crash.
 * What is imported is held in memory, so that ten thousand cases take seconds.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { validateAnnotation } from '../../src/format/annotation.ts';
import { createMetaMerger } from '../../src/format/merge-meta.ts';
import type { ProjectMeta } from '../../src/format/model.ts';
import { type FailureInfo, toFailureInfo } from '../../src/lib/errors.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { loadPlugin } from '../../src/plugin-kit/load-plugin.ts';
import type { NewItem, Plugin, Problem, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createSourceTree, scanSourceTree } from '../../src/plugin-kit/source-tree.ts';
import { damaged, randoms } from './damage.ts';
import { defaultsOf, type Files, writeFiles } from './import-here.ts';
import { tempFolder } from './temp-folder.ts';

const KNOWN = ['SLY_FORMAT_JSON', 'SLY_FORMAT_INVALID', 'SLY_PUBLISH_NOTHING', 'SLY_IMAGE_UNREADABLE'];

export interface FuzzOptions {
  plugin: string;
  /** The sound source; a small one, as every case reads all of it. */
  files: Files;
  /** Which of its files are damaged, by their path. */
  damage: RegExp;
  tokens: readonly string[];
  cases: number;
  options?: Record<string, unknown>;
}

/** How many cases ended with an error, how many gave a report: both should happen, or the damage was of no use. */
export async function fuzzImport(fuzz: FuzzOptions): Promise<{ failed: number; reported: number }> {
  const { plugin: name, damage, tokens, cases } = fuzz;
  const signal = new AbortController().signal;
  const sound = new Map(Object.entries(fuzz.files).map(([file, content]) => [file, Buffer.from(content)]));
  const targets = [...sound.keys()].filter((file) => damage.test(file));
  expect(targets).not.toEqual([]);
  const copy = path.join(tempFolder('fuzz'), 'copy');
  mkdirSync(copy);
  writeFiles(copy, fuzz.files);
  const { files } = await scanSourceTree(copy, createBreathe(signal));
  const { plugin } = await loadPlugin(name);
  const options = { ...defaultsOf(name), ...fuzz.options };
  const random = randoms(20_26);
  const counts = { failed: 0, reported: 0 };
  for (let i = 0; i < cases; i++) {
    const target = targets[i % targets.length] as string;
    const before = sound.get(target) as Buffer;
    const bytes = damaged(before, random, tokens);
    writeFileSync(path.join(copy, target), bytes);
    const sizes = files.map((file) => (file.path === target ? { ...file, size: bytes.length } : file));
    const run = await runInMemory(plugin, createSourceTree(copy, sizes), options, signal);
    check(run, () => `case ${i}, ${target}: ${JSON.stringify(bytes.toString('latin1'))}`);
    if (run.failure !== undefined) counts.failed++;
    if (run.problems.length > 0) counts.reported++;
    writeFileSync(path.join(copy, target), before);
  }
  rmSync(copy, { recursive: true });
  return counts;
}

interface MemoryRun {
  failure: FailureInfo | undefined;
  items: NewItem[];
  problems: Problem[];
  meta: ProjectMeta;
}

async function runInMemory(
  plugin: Plugin,
  tree: SourceTree,
  options: Record<string, unknown>,
  signal: AbortSignal,
): Promise<MemoryRun> {
  const merger = createMetaMerger({ classes: [], tags: [], projectType: 'images' });
  const items: NewItem[] = [];
  const problems: Problem[] = [];
  const note = async (problem: Problem): Promise<void> => void problems.push(problem);
  let failure: FailureInfo | undefined;
  try {
    await plugin.import?.({
      options,
      report: { used: async () => undefined, skipped: note, failed: note, warning: note },
      progress: () => undefined,
      log: () => undefined,
      signal,
      tree,
      projectName: 'project',
      project: {
        defineClass: (wanted) => merger.class(wanted).title,
        defineTag: (wanted) => merger.tag(wanted).name,
        mergeMeta: (meta) => merger.merge(meta),
        add: async (item) => void items.push(item),
        resultFile: () => {
          throw new Error('an importer that writes files of its own needs another harness');
        },
      },
    });
  } catch (error) {
    failure = toFailureInfo(error);
  }
  return { failure, items, problems, meta: merger.meta() };
}

/** `expect` with a text for each case would cost more than the import. */
function check({ failure, items, problems, meta }: MemoryRun, context: () => string): void {
  if (failure !== undefined && !KNOWN.includes(failure.code))
    expect.fail(`${failure.code} ${failure.detail}; ${context()}`);
  for (const { code, message } of problems)
    if (code === 'SLY_INTERNAL' || message === '') expect.fail(`${code} ${message}; ${context()}`);
  for (const { annotation } of items) {
    if (annotation === undefined) continue;
    const wrong = validateAnnotation(annotation, meta);
    if (wrong.length > 0) expect.fail(`${JSON.stringify(wrong[0])}; ${context()}`);
  }
}
