/**
 * One look at the upload folder: what is new, settled, changed or gone. A full round looks at every source and
 * is the truth; a partial one only at those an event named or whose time to settle has come. Rounds never
 * overlap. A source becomes a task only here.
 */
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import type { RoutingRule } from '../../lib/config/options.ts';
import { errnoOf, SlyError, toFailureInfo, toSlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import type { IntakeInventory, InventoryRow } from '../journal/intake-inventory.ts';
import type { ContentCheck } from './content-check.ts';
import { TASK_FILE } from './file-names.ts';
import type { FolderMarker } from './folder-marker.ts';
import type { TaskFollower } from './follow-tasks.ts';
import { findWriters } from './open-writers.ts';
import { planImport } from './plan-import.ts';
import { readTop, type Top, type TopEntry } from './read-top.ts';
import { type SourceScan, scanSource } from './scan-source.ts';
import type { Settler } from './settle.ts';
import { settlingStatus } from './source-status.ts';
import type { StatusFiles } from './status-files.ts';
import { fingerprint, parseTaskFile, readTaskFile } from './task-file.ts';
import { lookAtFile } from './walk-folder.ts';

export interface ScanRounds {
  /** Looks at `names`, or at everything. Throws when the upload folder itself cannot be read. */
  round(names: ReadonlySet<string> | 'all', signal: AbortSignal): Promise<RoundResult>;
  /** The next look takes a source that was refused as it is. */
  reconsider(name: string): void;
}

export interface RoundResult {
  sources: number;
  /** Names that must be looked at again, with the time (ms since 1970). */
  due: Map<string, number>;
  /** The folder is not the one the inventory knows; nothing was forgotten. */
  isForeign: boolean;
}

export interface ScanRoundDeps {
  uploadFolder: string;
  settleMs: number;
  routes: readonly RoutingRule[];
  inventory: IntakeInventory;
  settler: Settler;
  statuses: StatusFiles;
  content: ContentCheck;
  follower: TaskFollower;
  marker: FolderMarker;
  clock: Clock;
  log: Logger;
  /** A source must be looked at again although no event came. */
  wake(name: string): void;
}

/** A source as one round saw it. */
interface Look {
  entry: TopEntry;
  scan: SourceScan;
  /** Text of the task file beside it, or why it cannot be read. */
  beside: string | SlyError | undefined;
  fingerprint: string | undefined;
  /** Changes when anything that counts does. */
  version: string;
  row: InventoryRow | undefined;
}

const LEFT_KEPT_MS = 30 * 86_400_000;

/** An entry that cannot be looked at is there. */
function isThere(file: string): boolean {
  try {
    return lookAtFile(file) !== undefined;
  } catch (error) {
    return errnoOf(error) !== 'ENAMETOOLONG' && errnoOf(error) !== 'ENOTDIR';
  }
}

export function createScanRounds(deps: ScanRoundDeps): ScanRounds {
  const { uploadFolder, inventory, settler, statuses, follower, clock, log } = deps;
  /** Status files of names that are in no row. */
  const shown = new Set<string>();
  /** Version whose task file was refused: nothing to do until something changes. */
  const refused = new Map<string, string>();
  /** Version whose content is, or was, found to be different from what was imported. */
  const verdicts = new Map<string, { version: string; changed: boolean | undefined }>();

  let swept = false;

  async function look(
    entry: TopEntry,
    signal: AbortSignal,
    due: Map<string, number>,
  ): Promise<Look | undefined> {
    const { name } = entry;
    if (entry.ignored !== undefined) {
      settler.forget(name);
      shown.add(name);
      const { reason, hint } = entry.ignored;
      statuses.put({ source: name, state: 'ignored', detail: `Ignored: ${reason}.`, hint });
      return undefined;
    }
    const at = clock.now();
    let scan: SourceScan;
    try {
      scan = await scanSource(path.join(uploadFolder, name), { now: at, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (errnoOf(error) !== 'ENOENT') unreadable(name, error);
      return undefined;
    }
    const beside = await besideText(entry);
    const print =
      beside === undefined ? undefined : beside instanceof SlyError ? beside.message : fingerprint(beside);
    const version = `${scan.signature} ${print ?? ''}`;
    const row = inventory.get(name);
    const known = row?.left === null ? row : undefined;
    if (known !== undefined) {
      const isSame = known.signature === scan.signature && (print === undefined || print === known.taskFile);
      if (isSame) {
        forget(name);
        if (shown.delete(name)) follower.show(name);
      }
      if (isSame || follower.isUnderWay(known)) return undefined;
    }
    const settling = settler.look(name, {
      version,
      scan,
      at,
      ...(entry.holding === undefined ? {} : { holding: entry.holding }),
    });
    if (!settling.settled) {
      due.set(name, at + settling.dueInMs);
      settlingShown(name, scan, settling.waitsFor);
      return undefined;
    }
    if (refused.get(name) === version) return undefined;
    const one: Look = { entry, scan, beside, fingerprint: print, version, row: known };
    return isChanged(one) ? one : undefined;
  }

  /** False while it is not known yet, and for a source that was only touched. */
  function isChanged({ entry: { name }, row, scan, version, fingerprint: print }: Look): boolean {
    if (row?.outcome !== 'succeeded') return true;
    if (print !== undefined && print !== row.taskFile) return true;
    const verdict = verdicts.get(name);
    if (verdict?.version === version) return verdict.changed === true;
    verdicts.set(name, { version, changed: undefined });
    follower.later('compare content', async () => {
      if (verdicts.get(name)?.version !== version) return;
      const result = await deps.content.compare(name, scan.signature).catch(() => 'unsettled' as const);
      if (result === 'unsettled') return void verdicts.delete(name);
      verdicts.set(name, { version, changed: result === 'changed' });
      if (result === 'same') inventory.touched(name, scan.signature);
      deps.wake(name);
    });
    return false;
  }

  async function besideText(entry: TopEntry): Promise<string | SlyError | undefined> {
    if (entry.taskFile === undefined) return undefined;
    return readTaskFile(path.join(uploadFolder, entry.taskFile)).catch(toSlyError);
  }

  async function take(one: Look): Promise<void> {
    const { entry, scan, row } = one;
    const { name } = entry;
    try {
      if (one.beside instanceof SlyError) throw one.beside;
      const inside = entry.isFolder
        ? await readTaskFile(path.join(uploadFolder, name, TASK_FILE))
        : undefined;
      const text = one.beside ?? inside;
      const taskFile = text === undefined ? undefined : parseTaskFile(text);
      const version = (row?.version ?? 0) + 1;
      const { isFolder } = entry;
      const { routes } = deps;
      const key = newKey();
      const task = planImport({ name, isFolder, version, taskFile, routes, key, now: clock.now() });
      const { signature } = scan;
      const after = taskFile?.after ?? 'keep';
      // Written down first: a crash from here on submits this very task again.
      inventory.take({ name, signature, taskFile: one.fingerprint ?? null, version, key, task, after });
      forget(name);
      shown.delete(name);
      log.info({ source: name, taskKey: key, version, files: scan.files, bytes: scan.bytes }, 'source taken');
      follower.submit({ key, task });
    } catch (error) {
      if (!(error instanceof SlyError) || error.code !== 'SLY_TASK_FILE') throw error;
      refused.set(name, one.version);
      shown.add(name);
      const { code, title, detail, hint } = toFailureInfo(error);
      statuses.put({
        source: name,
        state: 'failed',
        code,
        detail: `${title}: ${detail}`,
        hint: `${hint === undefined ? '' : `${hint} `}The source stays where it is and is imported when the file is right.`,
      });
      log.warn({ source: name, detail }, 'task file refused');
    }
  }

  function unreadable(name: string, error: unknown): void {
    shown.add(name);
    const reason = errnoOf(error) ?? String(error);
    statuses.put({
      source: name,
      state: 'failed',
      detail: `It cannot be read (${reason}).`,
      hint: 'Give the service user read and search permission on it.',
    });
  }

  function settlingShown(name: string, scan: SourceScan, waitsFor: string): void {
    shown.add(name);
    statuses.put(settlingStatus(name, scan, waitsFor, deps.settleMs));
  }

  function forget(name: string): void {
    settler.forget(name);
    refused.delete(name);
    verdicts.delete(name);
  }

  function gone(name: string): void {
    // It may have come, or come back, after the names were read.
    if (isThere(path.join(uploadFolder, name))) return;
    forget(name);
    const row = inventory.get(name);
    if (row !== undefined && (row.left !== null || follower.isUnderWay(row))) return;
    if (row !== undefined) {
      inventory.remove(name);
      log.info({ source: name }, 'source is gone');
    }
    if (row !== undefined || shown.delete(name)) statuses.remove(name);
  }

  /** Names that stand somewhere in our memory but not in the folder. */
  function missing(top: Top): string[] {
    const rows = inventory.all().map((row) => row.name);
    return [...new Set([...rows, ...settler.names(), ...shown])].filter((name) => !top.has(name));
  }

  return {
    reconsider: (name) => void refused.delete(name),
    async round(names, signal) {
      const top = await readTop(uploadFolder);
      const isForeign = !(await deps.marker.check(top.size === 0));
      const due = new Map<string, number>();
      const ready: Look[] = [];
      if (names === 'all') {
        follower.recover();
        for (const name of inventory.removeLeftBefore(clock.now() - LEFT_KEPT_MS)) statuses.remove(name);
      }
      const wanted = names === 'all' ? top.values() : [...names].flatMap((name) => top.get(name) ?? []);
      for (const entry of wanted) {
        signal.throwIfAborted();
        const one = await look(entry, signal, due);
        if (one !== undefined) ready.push(one);
        await turn();
      }
      const absent = names === 'all' ? missing(top) : [...names].filter((name) => !top.has(name));
      if (!isForeign) for (const name of absent) gone(name);
      const writers = await findWriters(ready.map(({ entry }) => path.join(uploadFolder, entry.name)));
      for (const one of ready) {
        const { name } = one.entry;
        const writer = writers.get(path.join(uploadFolder, name));
        if (writer !== undefined) {
          due.set(name, clock.now() + deps.settleMs);
          settlingShown(name, one.scan, writer);
        } else {
          // One source that cannot be taken now (journal full) must not hold up the others; the next round tries again.
          await take(one).catch((error: unknown) =>
            log.error({ err: error, source: name }, 'source not taken'),
          );
        }
        await turn();
      }
      if (names === 'all' && !isForeign && !swept) {
        swept = true;
        await statuses.sweep(new Set([...shown, ...inventory.all().map((row) => row.name)]));
      }
      return { sources: [...top.values()].filter((one) => one.ignored === undefined).length, due, isForeign };
    },
  };
}
