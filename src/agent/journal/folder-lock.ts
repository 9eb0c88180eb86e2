/**
 * One daemon a data folder. The lock is an open SQLite transaction, so the kernel releases it when the
 * process ends, however it ends.
 */
import Database from 'better-sqlite3';
import { SlyError } from '../../lib/errors.ts';

export function lockFolder(file: string): { release(): void } {
  const db = new Database(file, { timeout: 200 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new SlyError('SLY_ALREADY_RUNNING', {
      detail: file,
      hint: 'Stop the other one, or give this one its own folder with --data.',
      cause,
    });
  }
  return { release: () => void db.close() };
}
