/**
 * Takes away what ended work left: containers without an attempt, bytes of ended attempts, logs and reports
 * past their time. Only what carries this agent's label or lies in its own tasks folder, and never what the
 * journal holds as running. What the journal does not know may be a test or a look at a source under way: it goes
 * when it was there for longer than any of them lasts.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { errnoOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { TaskState } from '../../protocol/task-state.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { Runner } from '../ports/runner.ts';

export interface SweepDeps {
  runner: Pick<Runner, 'list' | 'remove'>;
  journal: {
    active(): AttemptRecord[];
    endedBefore(before: number): { key: string; attempt: number }[];
    /** Undefined = the journal does not know it. */
    stateOf(ref: { key: string; attempt: number }): TaskState | undefined;
    forget(ref: { key: string; attempt: number }): void;
  };
  hashes: { prune(before: number): void };
  tasksRoot: string;
  /** Takes the bytes of an ended attempt; true when there were any. */
  shrink(ref: { key: string; attempt: number }): boolean;
  keepMs: number;
  /** Longer than any run that is in no journal. */
  strangerMs: number;
  /** Runs that are in no journal -> when they were first seen. Kept by the caller from round to round. */
  strangers: Map<string, number>;
  clock: Clock;
  log: Logger;
}

/** A folder younger than this may belong to a task that is just being made. */
const GRACE_MS = 60_000;

export interface Swept {
  runs: number;
  /** Attempts whose bytes went. */
  folders: number;
  /** Attempts whose logs and reports went. */
  logs: number;
}

export async function sweep(deps: SweepDeps): Promise<Swept> {
  const active = new Set(deps.journal.active().map((one) => `${one.key}.${one.attempt}`));
  const runs = await sweepRuns(deps, active);
  const folders = await sweepFolders(deps, active);
  const now = deps.clock.now();
  const old = deps.journal.endedBefore(now - deps.keepMs);
  for (const ref of old) {
    await rm(path.join(deps.tasksRoot, ref.key, String(ref.attempt)), { recursive: true, force: true });
    deps.journal.forget(ref);
  }
  deps.hashes.prune(now - deps.keepMs);
  return { runs, folders, logs: old.length };
}

/** A run id is `<task key>.<attempt>.<run>`. */
async function sweepRuns(deps: SweepDeps, active: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  const there = await deps.runner.list();
  for (const runId of deps.strangers.keys()) if (!there.includes(runId)) deps.strangers.delete(runId);
  for (const runId of there) {
    const attempt = runId.slice(0, runId.lastIndexOf('.'));
    if (active.has(attempt) || isYoungStranger(deps, runId, attempt)) continue;
    deps.log.warn({ runId }, 'a plugin run without a task is removed');
    await deps.runner.remove(runId);
    removed++;
  }
  return removed;
}

function isYoungStranger(deps: SweepDeps, runId: string, attempt: string): boolean {
  const dot = attempt.lastIndexOf('.');
  const ref = { key: attempt.slice(0, dot), attempt: Number(attempt.slice(dot + 1)) };
  if (deps.journal.stateOf(ref) !== undefined) return false;
  const now = deps.clock.now();
  const since = deps.strangers.get(runId) ?? now;
  deps.strangers.set(runId, since);
  return now - since < deps.strangerMs;
}

async function sweepFolders(deps: SweepDeps, active: ReadonlySet<string>): Promise<number> {
  let emptied = 0;
  for (const key of await namesIn(deps.tasksRoot)) {
    const folder = path.join(deps.tasksRoot, key);
    const attempts = await namesIn(folder);
    for (const attempt of attempts) {
      if (active.has(`${key}.${attempt}`)) continue;
      const root = path.join(folder, attempt);
      const age = deps.clock.now() - ((await stat(root).catch(() => undefined))?.mtimeMs ?? 0);
      const ref = { key, attempt: Number(attempt) };
      const isKnown = deps.journal.stateOf(ref) !== undefined;
      if (age < (isKnown ? GRACE_MS : Math.max(GRACE_MS, deps.strangerMs))) continue;
      if (deps.shrink(ref)) emptied++;
    }
    if (attempts.length === 0) await rm(folder, { recursive: true, force: true });
  }
  return emptied;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return [];
    throw error;
  }
}
