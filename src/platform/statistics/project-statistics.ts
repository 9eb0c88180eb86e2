/**
 * Statistics of projects: counted when somebody asks, in one pass by pages, kept until the project changes. One
 * project is counted at a time; whoever asks meanwhile is told how far it is.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { toFailureInfo } from '../../lib/errors.ts';
import type { MediaReader } from '../ports/media.ts';
import type { ProjectStatistics, Statistics, StatisticsState } from '../ports/statistics.ts';
import type { AnnotationTexts } from '../store/repositories/annotations.ts';
import type { LabelCounts } from '../store/repositories/counting.ts';
import type { ProjectRow } from '../store/repositories/projects.ts';
import { countLabels } from './count-labels.ts';
import type { StatisticsOrder, StatisticsReply } from './statistics-worker.ts';

/** Bytes of annotations that are read at a time, some milliseconds of work for the database. */
const PAGE_BYTES = 2 << 20;
const MOST_ROWS = 500;
const MOST_KEPT = 100;

interface Count {
  version: string;
  state: StatisticsState;
  controller: AbortController;
}

export function createProjectStatistics(deps: {
  annotations: AnnotationTexts;
  labels: LabelCounts;
  media: Pick<MediaReader, 'videos'>;
}): ProjectStatistics & { close(): Promise<void> } {
  /** By project, longest unasked first. */
  const counts = new Map<number, Count>();
  const closing = new AbortController();
  let queue: Promise<void> = Promise.resolve();

  function start(project: ProjectRow, version: string): Count {
    const controller = new AbortController();
    const count: Count = {
      version,
      controller,
      state: { state: 'counting', done: 0, total: project.itemsCount, statistics: null },
    };
    const signal = AbortSignal.any([controller.signal, closing.signal]);
    queue = queue.then(() => run(project, count, signal));
    return count;
  }

  async function run(project: ProjectRow, count: Count, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { total } = count.state;
    try {
      const progress = (done: number): void => {
        count.state = { state: 'counting', done, total: Math.max(total, done), statistics: null };
      };
      const statistics =
        project.type === 'images'
          ? await countImages(deps.annotations, project.id, signal, progress)
          : await countLabels(deps, project, signal, progress);
      if (signal.aborted) return;
      count.state = { state: 'ready', done: statistics.items, total: statistics.items, statistics };
    } catch (error) {
      const { detail } = toFailureInfo(error);
      count.state = { state: 'failed', done: count.state.done, total, statistics: null, reason: detail };
    }
  }

  return {
    of(project) {
      const version = `${project.updatedAt} ${project.itemsCount}`;
      let count = counts.get(project.id);
      // One that is being counted goes on to its end: an import changes the project all the time.
      if (count === undefined || (count.version !== version && count.state.state !== 'counting')) {
        count = start(project, version);
      }
      counts.delete(project.id);
      counts.set(project.id, count);
      const [oldest] = counts.keys();
      if (oldest !== undefined && counts.size > MOST_KEPT) {
        counts.get(oldest)?.controller.abort();
        counts.delete(oldest);
      }
      const { state } = count;
      // What has failed is tried again by whoever asks next.
      if (state.state === 'failed') counts.delete(project.id);
      return state;
    },
    async close() {
      closing.abort();
      await queue;
    },
  };
}

/** Annotations are text: a thread parses them. */
async function countImages(
  annotations: AnnotationTexts,
  projectId: number,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<Statistics> {
  const file = import.meta.url.endsWith('.ts') ? './statistics-worker.ts' : './statistics-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  const asked = (order: StatisticsOrder): Promise<StatisticsReply> =>
    new Promise((resolve, reject) => {
      worker.removeAllListeners();
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`the counting thread ended with code ${code}`)));
      worker.postMessage(order);
    });
  try {
    let after = 0;
    let done = 0;
    let rows = MOST_ROWS;
    while (!signal.aborted) {
      const page = await annotations.page(projectId, { after, limit: rows });
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
      done += page.length;
      const bytes = page.reduce((sum, one) => sum + (one.annotation?.length ?? 0), 0);
      rows = Math.max(1, Math.min(MOST_ROWS, Math.floor((page.length * PAGE_BYTES) / Math.max(1, bytes))));
      await asked({ rows: page });
      progress(done);
      await breathe();
    }
    const { result } = await asked({});
    if (result === undefined) throw new Error('the counting thread gave no result');
    return result;
  } finally {
    worker.removeAllListeners();
    await worker.terminate();
  }
}
