/**
 * Memory, process and processor limits for a run without an engine, where this process may make control groups:
 * on version 1 as root, on version 2 below a group that was delegated to it (systemd: Delegate=yes).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../../lib/clock.ts';
import type { RunLimits } from '../../ports/runner.ts';

export type Controller = 'memory' | 'pids' | 'cpu';

export interface ControlGroups {
  /** What can be limited here. */
  readonly enforced: readonly Controller[];
  /** Makes the groups of one run, or finds them again. */
  open(name: string, limits: RunLimits): RunGroups;
  /** Removes what an earlier process left of a run; nothing there is no error. */
  discard(name: string): Promise<void>;
}

export interface RunGroups {
  /** Files a process writes `0` to in order to join. */
  readonly procs: readonly string[];
  /** The kernel ended a process of the group for its memory. */
  oomKilled(): boolean;
  peakMemoryBytes(): number | undefined;
  /** As the kernel has them now; what is not limited is absent. */
  limits(): Partial<Pick<RunLimits, 'memoryBytes' | 'pids' | 'cpus'>>;
  /** Removes the groups when their last process has gone. */
  remove(): Promise<void>;
}

const ALL: readonly Controller[] = ['memory', 'pids', 'cpu'];
const CPU_PERIOD_US = 100_000;
const REMOVE_TRIES = 50;

export function openControlGroups(
  clock: Clock,
  fsRoot = '/sys/fs/cgroup',
  own = readText('/proc/self/cgroup'),
): ControlGroups {
  const folders = findFolders(fsRoot, own ?? '');
  const enforced = ALL.filter((controller) => folders.has(controller));

  function open(name: string, limits: RunLimits): RunGroups {
    const made = new Map(
      enforced.map((controller) => [controller, path.join(folders.get(controller) ?? '', name)]),
    );
    const unique = [...new Set(made.values())];
    for (const folder of unique) makeGroup(folder);
    for (const [controller, folder] of made) setLimit(controller, folder, limits);
    const memory = made.get('memory');
    return {
      procs: unique.map((folder) => path.join(folder, 'cgroup.procs')),
      oomKilled: () => {
        const text =
          memory && (readText(`${memory}/memory.events`) ?? readText(`${memory}/memory.oom_control`));
        return Number(/^oom_kill (\d+)$/m.exec(text ?? '')?.[1] ?? 0) > 0;
      },
      peakMemoryBytes: () => {
        const text =
          memory && (readText(`${memory}/memory.peak`) ?? readText(`${memory}/memory.max_usage_in_bytes`));
        return text === undefined || text === '' ? undefined : Number(text);
      },
      limits: () => readLimits(made),
      remove: () => discard(name),
    };
  }

  async function discard(name: string): Promise<void> {
    for (const folder of new Set(folders.values())) await removeGroup(path.join(folder, name), clock);
  }

  return { enforced, open, discard };
}

/** Folder in which groups for runs can be made, for each controller that can. */
function findFolders(fsRoot: string, own: string): Map<Controller, string> {
  const found = new Map<Controller, string>();
  for (const line of own.trim().split('\n')) {
    const [, names = '', at = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const controllers = ALL.filter((controller) => names.split(',').includes(controller));
    if (names === '') addUnified(path.join(fsRoot, at), found);
    for (const controller of controllers) {
      const folder = path.join(fsRoot, names, at, 'sly-agent');
      if (tryTo(() => makeGroup(folder)) && canSet(controller, folder)) found.set(controller, folder);
    }
  }
  return found;
}

/**
 * Version 2: processes may only sit in leaves, so this process moves to a leaf of its own before controllers are
 * given to the groups beside it.
 */
function addUnified(own: string, found: Map<Controller, string>): void {
  const offered = (readText(path.join(own, 'cgroup.controllers')) ?? '').trim().split(' ');
  const controllers = ALL.filter((controller) => offered.includes(controller) && !found.has(controller));
  if (controllers.length === 0) return;
  const base = path.basename(own) === 'sly-agent-main' ? path.dirname(own) : own;
  const runs = path.join(base, 'sly-agent-runs');
  const done = tryTo(() => {
    const main = path.join(base, 'sly-agent-main');
    makeGroup(main);
    makeGroup(runs);
    writeFileSync(path.join(main, 'cgroup.procs'), String(process.pid));
    const wanted = controllers.map((controller) => `+${controller}`).join(' ');
    for (const folder of [base, runs]) writeFileSync(path.join(folder, 'cgroup.subtree_control'), wanted);
  });
  if (done) for (const controller of controllers) found.set(controller, runs);
}

/** A group that can be made but not limited (a read-only or foreign controller) is no limit. */
function canSet(controller: Controller, folder: string): boolean {
  const probe = path.join(folder, `probe-${process.pid}`);
  const limits = { memoryBytes: 2 ** 30, pids: 64, cpus: 1 };
  const works = tryTo(() => {
    mkdirSync(probe);
    setLimit(controller, probe, limits);
  });
  tryTo(() => rmdirSync(probe));
  return works;
}

function setLimit(
  controller: Controller,
  folder: string,
  limits: Pick<RunLimits, 'memoryBytes' | 'pids' | 'cpus'>,
): void {
  const files = new Set(readdirSync(folder));
  const set = (file: string, value: number | string): void => {
    // The kernel makes the files with the group; one that is not there would be a plain file and limit nothing.
    if (!files.has(file)) throw new Error(`${folder} has no ${file}`);
    writeFileSync(path.join(folder, file), String(value));
  };
  const quota = Math.max(1000, Math.round(limits.cpus * CPU_PERIOD_US));
  const v2 = files.has('cgroup.controllers');
  if (controller === 'pids') set('pids.max', limits.pids);
  else if (controller === 'memory') {
    set(v2 ? 'memory.max' : 'memory.limit_in_bytes', limits.memoryBytes);
    if (files.has('memory.swap.max')) set('memory.swap.max', 0);
    if (files.has('memory.memsw.limit_in_bytes')) set('memory.memsw.limit_in_bytes', limits.memoryBytes);
  } else if (v2) set('cpu.max', `${quota} ${CPU_PERIOD_US}`);
  else set('cpu.cfs_quota_us', quota);
}

function readLimits(made: ReadonlyMap<Controller, string>): ReturnType<RunGroups['limits']> {
  const first = (controller: Controller, ...files: string[]): number[] => {
    const folder = made.get(controller);
    const text =
      folder && files.map((file) => readText(path.join(folder, file))).find((one) => one !== undefined);
    return (text ?? '').trim().split(/\s+/).map(Number);
  };
  const [memoryBytes = Number.NaN] = first('memory', 'memory.max', 'memory.limit_in_bytes');
  const [pids = Number.NaN] = first('pids', 'pids.max');
  const [quota = Number.NaN, period = CPU_PERIOD_US] = first('cpu', 'cpu.max', 'cpu.cfs_quota_us');
  return {
    ...(memoryBytes > 0 && { memoryBytes }),
    ...(pids > 0 && { pids }),
    ...(quota > 0 && { cpus: quota / period }),
  };
}

/** Never more than one level: what is above is not ours to make. */
function makeGroup(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

async function removeGroup(folder: string, clock: Clock): Promise<void> {
  for (let tries = 0; tries < REMOVE_TRIES; tries++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      await clock.sleep(20);
    }
  }
}

function tryTo(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
