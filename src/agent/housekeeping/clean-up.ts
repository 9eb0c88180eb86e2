/**
 * Clean-up on request: first a plan of what may go, then the removal of exactly that plan.
 * Invariants: nothing of an attempt that runs, waits, is queued again or has not told the platform everything;
 * only below the agent's own tasks folder, runs of tasks that have ended, and its own images; nothing is removed that was not in
 * the plan or is not as it was then; a plan is good once. A crash in between leaves what the next look finds.
 */
import { renameSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { newKey } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import type { CleanUpClass, CleanUpPlan, CleanUpResult } from '../../protocol/questions.ts';
import { type CleanUpDeps, findRemovable, isFree, type Removable } from './find-removable.ts';
import { isSame, weigh } from './weigh.ts';

export interface CleanUp {
  /** Replaces the plan before. Reads, removes nothing. */
  look(options: { logDays: number }): Promise<CleanUpPlan>;
  /** Throws SLY_NOT_FOUND for a plan that is old, used or replaced. */
  remove(plan: { token: string; classes: readonly CleanUpClass[] }): Promise<CleanUpResult>;
}

interface CleanUpOptions extends CleanUpDeps {
  journal: CleanUpDeps['journal'] & { forget(ref: { key: string; attempt: number }): void };
  clock: Clock;
  log: Logger;
  onRemoved(): void;
}

const DAY_MS = 86_400_000;
const GOOD_FOR_MS = 10 * 60_000;
const LOOK_MS = 45_000;

export function createCleanUp(deps: CleanUpOptions): CleanUp {
  const { clock, log, journal } = deps;
  let plan: { token: string; until: number; items: readonly Removable[] } | undefined;

  /** Undefined = it is gone; else why it stays. */
  async function take(item: Removable): Promise<string | undefined> {
    if (item.kind === 'image') return takeImage(item.image.id);
    if (item.kind === 'run') {
      if (!isFree(deps, item)) return 'its task is not over any more';
      await deps.runner.remove(item.runId);
      return undefined;
    }
    const weight = await weigh(item.files, AbortSignal.timeout(LOOK_MS));
    if (!isSame(weight, item.weight)) return 'it changed since the look';
    // From here to the end of the renames nothing else runs, so that nobody begins to use it in between.
    if (!isFree(deps, item)) return 'its task is not over any more';
    const aside = item.files.map(moveAside);
    for (const file of aside) if (file !== undefined) await rm(file, { recursive: true, force: true });
    if (item.kind === 'attempt') journal.forget(item);
    if (item.kind !== 'leftover') await rmdir(path.dirname(item.root)).catch(() => undefined);
    return undefined;
  }

  /** Looked at anew: a plugin or a container may have come to need it. */
  async function takeImage(id: string): Promise<string | undefined> {
    const { images } = deps.runner;
    const now = (await images?.list(deps.wantedImages()))?.find((image) => image.id === id);
    if (images === undefined || now === undefined) return undefined;
    return now.usedBy === undefined ? images.remove(id) : `it is used by ${now.usedBy}`;
  }

  return {
    async look({ logDays }) {
      const found = await findRemovable(deps, {
        now: clock.now(),
        logMs: logDays * DAY_MS,
        signal: AbortSignal.timeout(LOOK_MS),
      });
      plan = { token: newKey(), until: clock.now() + GOOD_FOR_MS, items: found.items };
      return {
        token: plan.token,
        expiresAt: new Date(plan.until).toISOString(),
        items: found.items.map((item) => ({
          class: item.class,
          title: item.title,
          bytes: bytesOf(item),
          modifiedAt: touchedAt(item),
        })),
        more: found.more,
        kept: [...found.kept].map(([reason, items]) => ({ reason, items })),
      };
    },

    async remove({ token, classes }) {
      if (plan?.token !== token || plan.until < clock.now()) {
        throw new SlyError('SLY_NOT_FOUND', {
          detail: 'this plan of a clean-up is old, used already, or was replaced by a newer look',
          hint: 'Look again: what can go is shown before anything is removed.',
        });
      }
      const items = plan.items.filter((item) => classes.includes(item.class));
      plan = undefined;
      const result: CleanUpResult = { removed: 0, bytes: 0, left: [] };
      for (const item of items) {
        const reason = await take(item).catch((error: unknown) => {
          log.warn({ err: error, item: item.title }, 'it could not be removed');
          return `it could not be removed (${errnoOf(error) ?? (error as Error).message})`;
        });
        if (reason !== undefined) result.left.push({ title: item.title, reason });
        else {
          result.removed++;
          result.bytes += bytesOf(item);
        }
      }
      log.info({ ...result, left: result.left.length }, 'cleaned up on request');
      deps.onRemoved();
      return result;
    },
  };
}

function bytesOf(item: Removable): number {
  if (item.kind === 'run') return 0;
  return item.kind === 'image' ? item.image.bytes : item.weight.bytes;
}

function touchedAt(item: Removable): string | null {
  if (item.kind === 'run') return null;
  return new Date(item.kind === 'image' ? item.image.madeAt : item.weight.newestMs).toISOString();
}

/** A name no attempt has; the next look finds what a crash leaves of it. Undefined = it is gone already. */
function moveAside(file: string): string | undefined {
  const aside = path.join(path.dirname(file), `.${path.basename(file)}.${newKey()}.gone`);
  try {
    renameSync(file, aside);
    return aside;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
