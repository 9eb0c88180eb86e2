/**
 * The upload folder -> tasks. Owns the watch and the scan of that folder, the inventory of what was imported
 * from it, and the status files in it.
 * Invariants: the scan is the truth, events only make it come sooner; a source is taken once per content, also
 * over restarts and crashes; originals are never changed, and leave only when their task file asks for it;
 * no error of a watch, a source or the folder itself ends the intake.
 */
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import type { RoutingRule } from '../../lib/config/options.ts';
import { errnoOf, SlyError, toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { createLoop } from '../../lib/loop.ts';
import type { FolderState } from '../../protocol/questions.ts';
import type { Task } from '../../protocol/task.ts';
import type { IntakeInventory } from '../journal/intake-inventory.ts';
import type { AttemptRecord } from '../ports/journal.ts';
import type { SourceFile } from '../ports/sources.ts';
import { createContentCheck } from './content-check.ts';
import { createFolderBoard } from './folder-board.ts';
import { createFolderMarker } from './folder-marker.ts';
import { createTaskFollower } from './follow-tasks.ts';
import { createLeaveFolder } from './leave-folder.ts';
import { type Listing, listFolder } from './list-folder.ts';
import { createScanRounds } from './scan-rounds.ts';
import { createSettler } from './settle.ts';
import { createStatusFiles } from './status-files.ts';
import { type WatchFolder, watchFolder } from './watch-folder.ts';
import { createWatchKeeper } from './watch-keeper.ts';

export interface IntakeDeps {
  uploadFolder: string;
  /** Where attempts keep their reports. */
  tasksRoot: string;
  inventory: IntakeInventory;
  clock: Clock;
  log: Logger;
  settleMs: number;
  scanMs: number;
  routes: readonly RoutingRule[];
  /** Journals the task; the same key again changes nothing. */
  submit(task: Task): AttemptRecord;
  /** Asks the platform for another attempt. */
  retryTask(key: string): void;
  /** False = no events, only the scan. Default: the real thing. */
  watch?: WatchFolder | false;
}

export interface IntakeStatus {
  state: 'watching' | 'scanning-only' | 'stopped' | 'unreadable';
  detail: string | null;
  /** Entries of the folder that are, or may become, tasks. */
  sources: number;
  /** How many of them have not settled. */
  settling: number;
  /** Milliseconds since 1970 of the end of the last complete look; null before the first. */
  lastScanAt: number | null;
}

export interface Intake {
  /** Resolves when what a crash left is made up for; the first look goes on by itself. */
  start(): Promise<void>;
  stop(): Promise<void>;
  scanNow(): void;
  status(): IntakeStatus;
  /** A task changed its state; any task, also one that did not come from the folder. */
  onState(record: Pick<AttemptRecord, 'key' | 'attempt' | 'state'>): void;
  onHashed(record: Pick<AttemptRecord, 'key'>, files: readonly (SourceFile & { sha256: string })[]): void;
  /** What the operator should see. */
  folderState(): FolderState;
  /** Another try for a source of the `failed` list; throws SLY_NOT_FOUND for any other name. Says what happens next. */
  retry(name: string): string;
  /** What is in a folder below the upload folder ('' = itself). */
  list(path: string): Promise<Listing>;
}

/** At most a fifth of the time goes into looking. */
const COST_FACTOR = 4;
const EVENT_PAUSE_MS = 50;

export function createIntake(deps: IntakeDeps): Intake {
  const { uploadFolder, inventory, clock, log, settleMs, scanMs } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const now = (): number => clock.now();
  const board = createFolderBoard(createStatusFiles({ uploadFolder, log }));
  const { statuses } = board;
  const settler = createSettler(settleMs);
  const content = createContentCheck({ uploadFolder, inventory, signal, now });
  const leaving = createLeaveFolder({ uploadFolder, log, signal, now });
  const follower = createTaskFollower({
    uploadFolder,
    tasksRoot: deps.tasksRoot,
    inventory,
    statuses,
    content,
    leaving,
    submit: (task) => deps.submit(task),
    signal,
    log,
  });
  const rounds = createScanRounds({
    uploadFolder,
    settleMs,
    routes: deps.routes,
    inventory,
    settler,
    statuses,
    content,
    follower,
    marker: createFolderMarker({ uploadFolder, inventory, log }),
    clock,
    log,
    wake: (name) => wakeFor(name),
  });
  const watch = createWatchKeeper({
    uploadFolder,
    watch: deps.watch ?? watchFolder,
    onEvent: (name) => wakeFor(name),
    // What came between our first look and the beginning of events was seen by neither.
    onReady: () => scanNow(),
    log,
  });

  const touched = new Set<string>();
  let due = new Map<string, number>();
  let nextFullAt = 0;
  let sources = 0;
  let lastScanAt: number | null = null;
  let problem: { isUnreadable: boolean; text: string } | undefined;
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Infinity;
  /** Of a round that looked at single names, and of the one before the last at everything. */
  let lastRoundMs = 0;
  let lastFullMs = 0;

  const loop = createLoop({ name: 'intake scan', intervalMs: scanMs, clock, log, round: oneRound });

  function wakeAt(at: number): void {
    if (at >= timerAt || signal.aborted) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(
      () => {
        timerAt = Infinity;
        loop.notify();
      },
      Math.max(0, at - now()),
    );
    timer.unref();
  }

  function wakeFor(name: string): void {
    touched.add(name);
    // A burst of events becomes one look.
    wakeAt(now() + Math.max(EVENT_PAUSE_MS, lastRoundMs * COST_FACTOR));
  }

  function scanNow(): void {
    nextFullAt = 0;
    loop.notify();
  }

  async function oneRound(roundSignal: AbortSignal): Promise<void> {
    const startedAt = now();
    const isFull = startedAt >= nextFullAt;
    const names = new Set(touched);
    for (const [name, at] of due) if (at <= startedAt) names.add(name);
    if (!isFull && names.size === 0) return wakeAt(nextDue());
    touched.clear();
    try {
      const result = await rounds.round(isFull ? 'all' : names, roundSignal);
      if (problem?.isUnreadable === true) await watch.open();
      problem = result.isForeign ? { isUnreadable: false, text: FOREIGN } : undefined;
      sources = result.sources;
      if (isFull) due = result.due;
      else {
        for (const name of names) due.delete(name);
        for (const [name, at] of result.due) due.set(name, at);
      }
    } catch (error) {
      roundSignal.throwIfAborted();
      if (problem?.isUnreadable !== true)
        log.error({ err: error, uploadFolder }, 'the upload folder cannot be read');
      problem = { isUnreadable: true, text: errnoOf(error) ?? toSlyError(error).detail };
    }
    if (!isFull) lastRoundMs = now() - startedAt;
    if (isFull) {
      lastScanAt = now();
      const tookMs = lastScanAt - startedAt;
      // Of the last two the shorter: one hiccup of the machine is not what looking costs.
      nextFullAt = startedAt + Math.max(scanMs, Math.min(tookMs, lastFullMs) * COST_FACTOR);
      lastFullMs = tookMs;
    }
    wakeAt(nextDue());
  }

  function nextDue(): number {
    let next = nextFullAt;
    for (const at of due.values()) next = Math.min(next, at);
    return next;
  }

  function status(): IntakeStatus {
    const base = { sources, settling: settler.size(), lastScanAt };
    if (started === undefined || stopped !== undefined) return { state: 'stopped', detail: null, ...base };
    if (problem?.isUnreadable === true) return { state: 'unreadable', detail: problem.text, ...base };
    const trouble = watch.trouble();
    return {
      state: trouble === undefined ? 'watching' : 'scanning-only',
      detail: problem?.text ?? trouble ?? null,
      ...base,
    };
  }

  return {
    start() {
      started ??= (async () => {
        await leaving
          .recover((key) => inventory.byKey(key)?.name)
          .catch((error: unknown) => {
            log.error({ err: error }, 'sources on their way out could not be put back');
          });
        follower.recover();
        await watch.open();
        loop.start();
        background('intake resume', log, follower.resume());
      })();
      return started;
    },
    stop() {
      stopped ??= (async () => {
        await started;
        clearTimeout(timer);
        await Promise.all([loop.stop(), watch.close()]);
        stopping.abort();
        await follower.idle();
        await statuses.flush();
      })();
      return stopped;
    },
    scanNow,
    status,
    folderState() {
      const { state, detail, lastScanAt: scannedAt } = status();
      const remote = watch.remote();
      return {
        path: uploadFolder,
        mode: state,
        detail,
        ...(remote !== undefined && { remote }),
        lastScanAt: scannedAt === null ? null : new Date(scannedAt).toISOString(),
        scanSeconds: scanMs / 1000,
        settleSeconds: settleMs / 1000,
        sources,
        ...board.lists((name) => due.get(name)),
      };
    },
    retry(name) {
      const found = board.get(name);
      if (found === undefined || !['failed', 'canceled'].includes(found.state))
        throw new SlyError('SLY_NOT_FOUND', { detail: `no source of this name has failed: ${name}` });
      if (found.task === undefined) {
        rounds.reconsider(name);
        wakeFor(name);
        return 'it is looked at again';
      }
      deps.retryTask(found.task);
      return 'the platform was asked for another attempt';
    },
    onState: (record) => follower.onState(record),
    onHashed: (record, files) => follower.onHashed(record, files),
    list: (relative) => listFolder(uploadFolder, relative),
  };
}

const FOREIGN =
  'the folder is empty and its .sly/id is gone; if its disk is not mounted, mount it: nothing is forgotten meanwhile';
