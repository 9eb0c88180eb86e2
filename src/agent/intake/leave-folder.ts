/**
 * `after: move` and `after: delete`. The only code of this program that takes a user's data out of the upload
 * folder. Invariants: only after a complete success; only what was imported, unchanged since; the source is
 * first renamed aside in one step and looked at there, so that nobody can add to it between look and act; after
 * a crash it is put back and all of it begins again.
 */
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { InventoryRow } from '../journal/intake-inventory.ts';
import { readReport } from './report-text.ts';
import { scanSource } from './scan-source.ts';
import { ensureFolder, SLY_FOLDER } from './status-files.ts';

export type LeaveResult = { left: 'moved' | 'deleted'; text: string } | { kept: string };

export interface LeaveFolder {
  leave(row: InventoryRow, reportFile: string): Promise<LeaveResult>;
  /** Puts back what a crash left aside. `nameOf` tells which source a task key was about. */
  recover(nameOf: (key: string) => string | undefined): Promise<void>;
}

/** Left out of the import on purpose and worth nothing without the rest. */
const DISPOSABLE = new Set(['SLY_FILE_JUNK', 'SLY_FILE_TASK']);

export function createLeaveFolder(deps: {
  uploadFolder: string;
  log: Logger;
  signal: AbortSignal;
  now(): number;
}): LeaveFolder {
  const { uploadFolder, log, signal } = deps;
  const own = path.join(uploadFolder, SLY_FOLDER);
  const aside = path.join(own, 'leaving');
  const done = path.join(own, 'done');

  return {
    async leave(row, reportFile) {
      if (row.after === 'delete') {
        if (!(await exists(reportFile))) return { kept: 'Not deleted: the report of the import is gone.' };
        const rest = await firstNotImported(reportFile);
        if (rest !== undefined) return { kept: `Not deleted: ${rest} was not imported.` };
      }
      const original = path.join(uploadFolder, row.name);
      await ensureFolder(own);
      await ensureFolder(aside);
      const held = path.join(aside, row.key);
      await rename(original, held);
      let scan: Awaited<ReturnType<typeof scanSource>>;
      try {
        scan = await scanSource(held, { now: deps.now(), signal });
      } catch (error) {
        await rename(held, original);
        throw error;
      }
      if (scan.signature !== row.signature || scan.holding !== undefined) {
        await rename(held, original);
        return { kept: 'Kept: it changed after it was imported.' };
      }
      if (row.after === 'delete') {
        await rm(held, { recursive: true });
        return { left: 'deleted', text: 'The source was deleted, as its task file asks.' };
      }
      await ensureFolder(done);
      const target = await freeName(done, row.name);
      await rename(held, target);
      return { left: 'moved', text: `The source was moved to ${path.relative(uploadFolder, target)}.` };
    },

    async recover(nameOf) {
      for (const key of await readdir(aside).catch(() => [])) {
        const held = path.join(aside, key);
        const name = nameOf(key);
        const original = name === undefined ? undefined : path.join(uploadFolder, name);
        const isFree = original !== undefined && !(await exists(original));
        if (!isFree) await mkdir(done, { recursive: true });
        const target = isFree && original !== undefined ? original : await freeName(done, name ?? key);
        await rename(held, target);
        log.warn({ source: name, target }, 'a source that was on its way out was put back');
      }
    },
  };
}

async function firstNotImported(reportFile: string): Promise<string | undefined> {
  for await (const line of readReport(reportFile)) {
    if (line.status === 'failed') return line.file ?? line.message;
    if (line.status === 'skipped' && !DISPOSABLE.has(line.code)) return line.file ?? line.message;
  }
  return undefined;
}

async function freeName(folder: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const target = path.join(folder, n === 1 ? name : `${name}.${n}`);
    if (!(await exists(target))) return target;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
