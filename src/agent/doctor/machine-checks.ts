/** Checks of this machine: disk, folders, limits of the kernel, the journal file. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../lib/errors.ts';
import type { DoctorCheck } from '../ports/runner.ts';

const GB = 1e9;
const MIN_WATCHES = 8192;
const MIN_OPEN_FILES = 4096;

export function checkDisk(disk: {
  state(): { freeBytes: number; totalBytes: number; reserveBytes: number };
  refusal(): string | undefined;
}): DoctorCheck {
  const { freeBytes, totalBytes } = disk.state();
  const detail = `${(freeBytes / GB).toFixed(1)} of ${(totalBytes / GB).toFixed(1)} GB free`;
  const refusal = disk.refusal();
  if (refusal === undefined) return { name: 'disk', state: 'ok', detail };
  return {
    name: 'disk',
    state: 'failed',
    detail: refusal,
    hint: 'Free some room, move the data folder (data), or lower disk_reserve_mb.',
  };
}

export async function checkUploadFolder(
  folder: string,
  intake: { state: string; detail: string | null },
): Promise<DoctorCheck> {
  const name = 'upload folder';
  if (intake.state === 'unreadable') {
    return {
      name,
      state: 'failed',
      detail: `${folder}: ${intake.detail ?? 'cannot be read'}`,
      hint: 'The service user needs read and search permission on it.',
    };
  }
  if ((await stat(folder).catch(() => undefined)) === undefined) {
    return {
      name,
      state: 'warning',
      detail: `${folder} is not there yet`,
      hint: 'The daemon makes it at its start.',
    };
  }
  const probe = path.join(folder, '.sly', `.doctor-${process.pid}`);
  try {
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    return {
      name,
      state: 'warning',
      detail: `${folder} can be read, but status files cannot be written (${errnoOf(error) ?? 'error'})`,
      hint: 'Imports work; give the service user write permission on its .sly folder to see status files there.',
    };
  }
  return { name, state: 'ok', detail: folder };
}

export async function checkInotify(intake: { state: string; detail: string | null }): Promise<DoctorCheck> {
  const name = 'folder events';
  const read = async (key: string): Promise<number> => {
    const text = await readFile(`/proc/sys/fs/inotify/${key}`, 'utf8').catch(() => '');
    return Number(text.trim() || Number.NaN);
  };
  const watches = await read('max_user_watches');
  const instances = await read('max_user_instances');
  const detail = `max_user_watches ${watches}, max_user_instances ${instances}`;
  if (intake.state === 'scanning-only') {
    return {
      name,
      state: 'warning',
      detail: intake.detail ?? 'events do not work; the folder is scanned instead',
      hint: 'sysctl -w fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024, then restart.',
    };
  }
  if (watches < MIN_WATCHES)
    return { name, state: 'warning', detail, hint: 'sysctl -w fs.inotify.max_user_watches=524288' };
  return { name, state: 'ok', detail };
}

export async function checkFileLimits(): Promise<DoctorCheck> {
  const name = 'open files';
  const text = await readFile('/proc/self/limits', 'utf8');
  const soft = Number(/^Max open files\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN);
  if (soft >= MIN_OPEN_FILES) return { name, state: 'ok', detail: `at most ${soft}` };
  return {
    name,
    state: 'warning',
    detail: `at most ${soft}, ${MIN_OPEN_FILES} are wanted`,
    hint: 'LimitNOFILE=65536 in the unit, or ulimit -n 65536.',
  };
}

export function checkJournal(result: string): DoctorCheck {
  if (result === 'ok') return { name: 'journal', state: 'ok', detail: 'whole' };
  return {
    name: 'journal',
    state: 'failed',
    detail: result.slice(0, 300),
    hint: 'Stop the agent, keep a copy of journal.sqlite, and check the disk. Published projects are safe.',
  };
}
