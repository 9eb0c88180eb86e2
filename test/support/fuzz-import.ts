/**
 * The fuzz test every importer passes: damaged files give sound items or an error that says where, never a crash
 * and never a great lot of memory. What is imported is held in memory, and so is the source where the system has
 * files in memory: ten thousand cases take seconds.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { validateAnnotation } from '../../src/format/annotation.ts';
import { createMetaMerger } from '../../src/format/merge-meta.ts';
import type { ProjectMeta } from '../../src/format/model.ts';
import { type FailureInfo, toFailureInfo } from '../../src/lib/errors.ts';
import { createBreathe } from '../../src/plugin-kit/breathe.ts';
import { loadPlugin } from '../../src/plugin-kit/load-plugin.ts';
import type { ImportContext, NewItem, Plugin, Problem, SourceTree } from '../../src/plugin-kit/plugin.ts';
import { createSourceTree, scanSourceTree } from '../../src/plugin-kit/source-tree.ts';
import { damaged, randoms } from './damage.ts';
import { defaultsOf, type Files, writeFiles } from './import-here.ts';
import { memoryFolder } from './temp-folder.ts';

/** What a round of cases may add to the most memory the process has ever needed. */
const MAX_GROWTH_KIB = 512 << 10;
const ROUND = 100;
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
  /** Places of an annotation that the importer hands on as they are. */
  unread?: RegExp;
}

/** How many cases ended with an error, how many gave a report: both should happen, or the damage was of no use. */
export async function fuzzImport(fuzz: FuzzOptions): Promise<{ failed: number; reported: number }> {
  const { plugin: name, damage, tokens, cases } = fuzz;
  const signal = new AbortController().signal;
  const sound = new Map(Object.entries(fuzz.files).map(([file, content]) => [file, Buffer.from(content)]));
  const targets = [...sound.keys()].filter((file) => damage.test(file));
  expect(targets).not.toEqual([]);
  const place = memoryFolder('fuzz');
  const copy = path.join(place, 'copy');
  mkdirSync(copy);
  writeFiles(copy, fuzz.files);
  const { files } = await scanSourceTree(copy, createBreathe(signal));
  const { plugin } = await loadPlugin(name);
  const options = { ...defaultsOf(name), ...fuzz.options };
  const random = randoms(20_26);
  const counts = { failed: 0, reported: 0 };
  for (const [at, target] of targets.entries()) {
    const before = sound.get(target) as Buffer;
    const share = Math.ceil((cases - at) / targets.length);
    let peak = peakMemory();
    for (let i = 0; i < share; i++) {
      const bytes = damaged(before, random, tokens);
      writeFileSync(path.join(copy, target), bytes);
      const sizes = files.map((file) => (file.path === target ? { ...file, size: bytes.length } : file));
      const run = await runInMemory(plugin, createSourceTree(copy, sizes), {
        options,
        signal,
        results: place,
      });
      check(run, fuzz.unread, () => `case ${i}, ${target}: ${JSON.stringify(bytes.toString('latin1'))}`);
      if (run.failure !== undefined) counts.failed++;
      if (run.problems.length > 0) counts.reported++;
      if (i % ROUND === ROUND - 1) {
        const now = peakMemory();
        if (now - peak > MAX_GROWTH_KIB)
          expect.fail(`${now - peak} KiB more in the cases up to ${i} of ${target}`);
        peak = now;
      }
    }
    writeFileSync(path.join(copy, target), before);
  }
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
  given: Pick<ImportContext, 'options' | 'signal'> & { results: string },
): Promise<MemoryRun> {
  const merger = createMetaMerger({ classes: [], tags: [], projectType: 'images' });
  const items: NewItem[] = [];
  const problems: Problem[] = [];
  const note = async (problem: Problem): Promise<void> => void problems.push(problem);
  const noteFile = async (problem: Problem): Promise<void> => {
    if (problem.file === undefined) expect.fail(`${problem.code} ${problem.message} names no file`);
    problems.push(problem);
  };
  let failure: FailureInfo | undefined;
  try {
    await plugin.import?.({
      options: given.options,
      report: { used: async () => undefined, skipped: noteFile, failed: noteFile, warning: note },
      progress: () => undefined,
      log: () => undefined,
      signal: given.signal,
      tree,
      projectName: 'project',
      project: {
        defineClass: (wanted) => merger.class(wanted).title,
        defineTag: (wanted) => merger.tag(wanted).name,
        mergeMeta: (meta) => merger.merge(meta),
        add: async (item) => void items.push(item),
        // Nobody reads them: one is written over the other.
        resultFile: (name) => ({ absolute: path.join(given.results, `result-${name}`), result: name }),
      },
      entities: {
        setType: () => undefined,
        add: async () => ({ addFigures: async () => undefined }),
        addEpisode: async () => undefined,
      },
    });
  } catch (error) {
    failure = toFailureInfo(error);
  }
  return { failure, items, problems, meta: merger.meta() };
}

const peakMemory = (): number => process.resourceUsage().maxRSS;

/** `expect` with a text for each case would cost more than the import. */
function check(
  { failure, items, problems, meta }: MemoryRun,
  unread: RegExp | undefined,
  context: () => string,
): void {
  if (failure !== undefined) {
    const { code, detail, file } = failure;
    if (!KNOWN.includes(code)) expect.fail(`${code} ${detail}; ${context()}`);
    // Where nothing of the format is there, no file can be named.
    if (file === undefined && !/, got no(?:ne)?\b/.test(detail))
      expect.fail(`${code} ${detail} names no file; ${context()}`);
  }
  for (const { code, message } of problems)
    if (code === 'SLY_INTERNAL' || message === '') expect.fail(`${code} ${message}; ${context()}`);
  for (const { annotation } of items) {
    if (annotation === undefined) continue;
    const wrong = validateAnnotation(annotation, meta).find(({ place }) => unread?.test(place) !== true);
    if (wrong !== undefined) expect.fail(`${JSON.stringify(wrong)}; ${context()}`);
  }
}
