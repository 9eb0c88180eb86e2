/** What of the agent's tasks folder may go, the oldest first, and why the rest stays. Reads only. */
import { opendir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { errnoOf } from '../../lib/errors.ts';
import type { CleanUpClass } from '../../protocol/questions.ts';
import { isFinal, type TaskState } from '../../protocol/task-state.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { EngineImage, Runner } from '../ports/runner.ts';
import { type Weight, weigh } from './weigh.ts';

interface Ref {
  key: string;
  attempt: number;
}

export interface CleanUpDeps {
  runner: Pick<Runner, 'list' | 'remove' | 'images'>;
  /** References of the images of all plugins there are. */
  wantedImages(): string[];
  journal: {
    active(): AttemptRecord[];
    /** Ended attempts, the longest untouched first. */
    ended(limit: number): (Ref & { title: string; updatedAt: number })[];
    /** Undefined = the journal does not know it. */
    stateOf(ref: Ref): TaskState | undefined;
  };
  /** The platform has not heard everything of it yet: its end, or lines of its log. */
  untold(ref: Ref): boolean;
  tasksRoot: string;
  /** Tests and looks at a source are in no journal; a folder untouched for so long is none of them. */
  strangerMs: number;
  folderOf(ref: Ref): string;
  /** Files and folders of an ended attempt that are neither log nor report. */
  leftoversOf(ref: Ref): string[];
  /** Most items of one plan. */
  mostItems?: number;
}

type Files = { root: string; files: readonly string[]; weight: Weight };
export type Removable = { class: CleanUpClass; title: string } & (
  | ({ kind: 'leftover' } & Ref & Files)
  /** Its whole folder, and with it what the journal knows of it. */
  | ({ kind: 'attempt' } & Ref & Files)
  /** A folder no attempt of the journal has. */
  | ({ kind: 'unknown' } & Ref & Files)
  | ({ kind: 'run'; runId: string } & Ref)
  | { kind: 'image'; image: EngineImage }
);

export interface Found {
  items: Removable[];
  /** There is more than was looked at. */
  more: boolean;
  /** Reason -> how many stay for it. */
  kept: ReadonlyMap<string, number>;
}

/** So that a plan fits into one message of the link. */
const MOST_ITEMS = 1000;
const MOST_LOOKED_AT = 20_000;
const MOST_TITLE = 150;
const BATCH = 50;

const KEPT = {
  active: 'of tasks that run or wait for a slot',
  queued: 'of tasks that are queued for another attempt',
  untold: 'whose end or log has not reached the platform yet',
  foreign: 'plugin runs that belong to no ended task: tests, and looks at a source',
  young: 'folders that a test or a look at a source may still use',
} as const;

/** Again right before a removal: is it still nobody's? */
export function isFree(deps: CleanUpDeps, { kind, ...ref }: Exclude<Removable, { kind: 'image' }>): boolean {
  const state = deps.journal.stateOf(ref);
  if (kind === 'unknown') return state === undefined;
  return state !== undefined && isFinal(state) && !deps.untold(ref);
}

export async function findRemovable(
  deps: CleanUpDeps,
  options: { now: number; logMs: number; signal: AbortSignal },
): Promise<Found> {
  const items: Removable[] = [];
  const kept = new Map<string, number>();
  const keep = (reason: string): void => void kept.set(reason, (kept.get(reason) ?? 0) + 1);
  for (const _ of deps.journal.active()) keep(KEPT.active);
  const most = deps.mostItems ?? MOST_ITEMS;
  const look = { ...options, most, items, keep };
  const ended = await findEnded(deps, look);
  const unknown = await findUnknown(deps, look);
  await findRuns(deps, look);
  await findImages(deps, look);
  return { items: items.slice(0, most), more: ended || unknown || items.length > most, kept };
}

interface Look {
  now: number;
  logMs: number;
  signal: AbortSignal;
  most: number;
  items: Removable[];
  keep(reason: string): void;
}

/** True when there is more. */
async function findEnded(
  deps: CleanUpDeps,
  { now, logMs, signal, most, items, keep }: Look,
): Promise<boolean> {
  const rows = deps.journal.ended(MOST_LOOKED_AT + 1);
  for (const [at, { title, updatedAt, ...ref }] of rows.slice(0, MOST_LOOKED_AT).entries()) {
    if (items.length >= most) return true;
    if (at % BATCH === 0) {
      await breathe();
      signal.throwIfAborted();
    }
    if (deps.untold(ref)) {
      keep(KEPT.untold);
      continue;
    }
    const root = deps.folderOf(ref);
    const isOld = now - updatedAt >= logMs;
    const files = isOld ? [root] : deps.leftoversOf(ref);
    const weight = await weigh(files, signal);
    if (weight.entries > 0) {
      const words = `${title.slice(0, MOST_TITLE)}, attempt ${ref.attempt}`;
      items.push({
        ...(isOld ? { class: 'logs', kind: 'attempt' } : { class: 'leftovers', kind: 'leftover' }),
        title: words,
        ...ref,
        root,
        files,
        weight,
      });
    }
    if (!isOld) keep('logs and reports of tasks that ended later than that');
  }
  return rows.length > MOST_LOOKED_AT;
}

async function findUnknown(deps: CleanUpDeps, { now, signal, most, items, keep }: Look): Promise<boolean> {
  let seen = 0;
  for await (const key of foldersIn(deps.tasksRoot)) {
    for await (const name of foldersIn(path.join(deps.tasksRoot, key))) {
      if (items.length >= most || ++seen > MOST_LOOKED_AT) return true;
      if (seen % BATCH === 0) signal.throwIfAborted();
      // NaN for what is no attempt, which the journal does not know either.
      const ref = { key, attempt: Number(name) };
      const state = deps.journal.stateOf(ref);
      if (state !== undefined) {
        if (state === 'queued') keep(KEPT.queued);
        continue;
      }
      const root = path.join(deps.tasksRoot, key, name);
      const weight = await weigh([root], signal);
      if (now - weight.newestMs < deps.strangerMs) keep(KEPT.young);
      else {
        const title = `Folder of no known task: ${key.slice(0, MOST_TITLE)}/${name.slice(0, MOST_TITLE)}`;
        items.push({ class: 'leftovers', kind: 'unknown', title, ...ref, root, files: [root], weight });
      }
    }
  }
  return false;
}

/** A run id is `<task key>.<attempt>.<run>`. */
async function findRuns(deps: CleanUpDeps, { items, keep }: Look): Promise<void> {
  for (const runId of await deps.runner.list()) {
    const [, key = '', attempt = ''] = /^(.+)\.(\d+)\.[^.]+$/.exec(runId) ?? [];
    const ref = { key, attempt: Number(attempt) };
    const state = deps.journal.stateOf(ref);
    if (state === undefined || state === 'queued') keep(KEPT.foreign);
    else if (isFinal(state) && !deps.untold(ref))
      items.push({ class: 'runs', kind: 'run', title: `Plugin run ${runId}`, runId, ...ref });
  }
}

async function findImages(deps: CleanUpDeps, { items, keep }: Look): Promise<void> {
  for (const image of (await deps.runner.images?.list(deps.wantedImages())) ?? []) {
    if (image.usedBy !== undefined) keep(`images of plugins, used by ${image.usedBy}`);
    else {
      const id = image.id.replace('sha256:', '').slice(0, 12);
      items.push({
        class: 'images',
        kind: 'image',
        title: `${image.name.slice(0, MOST_TITLE)} (${id})`,
        image,
      });
    }
  }
}

/** Real folders only: a link leads elsewhere. */
async function* foldersIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const entry of await opendir(folder)) if (entry.isDirectory()) yield entry.name;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw error;
  }
}
