/**
 * Carries out `projects.clone`: one copy at a time, in steps between which everything else goes on. A stop leaves it
 * where it is, the next start goes on; a cancel or a failure leaves nothing behind.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { Type } from 'typebox';
import type { Clock } from '../../lib/clock.ts';
import { SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop, type Loop } from '../../lib/loop.ts';
import { createParser } from '../../lib/schema.ts';
import type { TaskResult } from '../../protocol/task.ts';
import { type OwnTask, type OwnTasks, PLATFORM_PLUGIN, type TaskService } from '../ports/tasks.ts';
import { CLONE_PARTS, type CloneStore, withDependents } from '../store/repositories/clones.ts';

export interface CloneDeps {
  own: OwnTasks;
  tasks: Pick<TaskService, 'subscribe'>;
  clones: CloneStore;
  clock: Clock;
  log: Logger;
}

/** Whoever asks for a copy wakes the loop; this is for what was missed. */
const INTERVAL_MS = 60_000;

export function createCloneRunner(deps: CloneDeps): Pick<Loop, 'start' | 'stop'> {
  const { clock, log, own } = deps;
  const loop = createLoop({
    name: 'clones',
    intervalMs: INTERVAL_MS,
    clock,
    log,
    async round(signal) {
      for (let task = await own.take(); task !== undefined && !signal.aborted; task = await own.take())
        await carryOut(deps, task, signal);
    },
  });
  let unsubscribe: (() => void) | undefined;
  return {
    start() {
      unsubscribe ??= deps.tasks.subscribe((event) => {
        if (event.type !== 'task') return;
        if (event.task.plugin === PLATFORM_PLUGIN && event.task.state === 'queued') loop.notify();
      });
      loop.start();
    },
    async stop() {
      unsubscribe?.();
      await loop.stop();
    },
  };
}

async function carryOut(deps: CloneDeps, task: OwnTask, signal: AbortSignal): Promise<void> {
  const { clones, own, log } = deps;
  let publicationId: number | undefined;
  try {
    const { source, projectName, workspaceId, leftOut } = specOf(task);
    const begun = await clones.begin(task.key, {
      sourceId: source.projectId,
      name: projectName,
      workspaceId,
      leftOut,
    });
    publicationId = begun.publicationId;
    let done = 0;
    for await (const { items } of clones.copy(publicationId, leftOut)) {
      if (signal.aborted) return;
      if (await own.isCanceled(task)) {
        await clones.drop(publicationId);
        await own.end(task, { state: 'canceled' });
        return;
      }
      done += items;
      own.progress(task, { phase: 'copy', items: { done, total: Math.max(done, begun.items) } });
      await breathe();
    }
    const reply = await clones.commit(publicationId);
    await own.end(task, { state: 'succeeded', result: resultOf(reply) });
  } catch (error) {
    // The next start goes on with it.
    if (signal.aborted) return;
    log.error({ err: error, taskKey: task.key }, 'a project could not be copied');
    if (publicationId !== undefined) await clones.drop(publicationId);
    await own.end(task, { state: 'failed', failure: { ...toFailureInfo(error), retryable: false } });
  }
}

const options = createParser(Type.Object({ leftOut: Type.Optional(Type.Array(Type.Enum(CLONE_PARTS))) }));

function specOf({ key, spec }: OwnTask) {
  if (spec.action === 'import' && spec.source.kind === 'project' && spec.workspaceId !== undefined) {
    const { source, projectName, workspaceId } = spec;
    const { leftOut = [] } = options.parse(spec.options, `task ${key}: options`);
    return { source, projectName, workspaceId, leftOut: withDependents(new Set(leftOut)) };
  }
  throw new SlyError('SLY_USAGE', { detail: `task ${key}: expected a project to copy` });
}

function resultOf({
  projectId,
  projectName,
  items,
  link,
}: Awaited<ReturnType<CloneStore['commit']>>): TaskResult {
  const none = { skipped: 0, failed: 0, warnings: 0, bytes: 0 };
  return { counts: { ...none, files: items, ok: items, items }, projectId, projectName, link };
}
