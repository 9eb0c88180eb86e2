/**
 * Takes away what ended work left: containers without an attempt, bytes of ended attempts, logs and reports
 * past their time. Only what carries this agent's label or lies in its own tasks folder, and never what the
 * journal holds as running.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { errnoOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { AttemptRecord, Runner } from '../pipeline/ports.ts';

export interface SweepDeps {
  runner: Pick<Runner, 'list' | 'remove'>;
  journal: {
    active(): AttemptRecord[];
    endedBefore(before: number): { key: string; attempt: number }[];
    forget(ref: { key: string; attempt: number }): void;
  };
  hashes: { prune(before: number): void };
  tasksRoot: string;
  /** Takes the bytes of an ended attempt; true when there were any. */
  shrink(ref: { key: string; attempt: number }): boolean;
  keepMs: number;
  clock: Clock;
  log: Logger;
}

/** A folder younger than this may belong to a task that is just being made. */
const GRACE_MS = 60_000;

export async function sweep(deps: SweepDeps): Promise<{ runs: number; folders: number }> {
  const active = new Set(deps.journal.active().map((one) => `${one.key}.${one.attempt}`));
  const runs = await sweepRuns(deps, active);
  const folders = await sweepFolders(deps, active);
  const now = deps.clock.now();
  for (const ref of deps.journal.endedBefore(now - deps.keepMs)) {
    await rm(path.join(deps.tasksRoot, ref.key, String(ref.attempt)), { recursive: true, force: true });
    deps.journal.forget(ref);
  }
  deps.hashes.prune(now - deps.keepMs);
  return { runs, folders };
}

/** A run id is `<task key>.<attempt>.<run>`. */
async function sweepRuns(deps: SweepDeps, active: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  for (const runId of await deps.runner.list()) {
    const attempt = runId.slice(0, runId.lastIndexOf('.'));
    if (active.has(attempt)) continue;
    deps.log.warn({ runId }, 'a plugin run without a task is removed');
    await deps.runner.remove(runId);
    removed++;
  }
  return removed;
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
      if (age < GRACE_MS) continue;
      if (deps.shrink({ key, attempt: Number(attempt) })) emptied++;
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
