/**
 * Where somebody who reads a list page after page goes on. A page number says nothing of the pages before it: when rows
 * are removed meanwhile, others move to pages that were read already. So the next page begins behind the last row of
 * the one before, and has only rows that were there when the first one was read.
 * Kept in memory for lists that are being read. Whoever asks for another page than the next one, or for the same one
 * again, is answered by counting rows from the beginning.
 */
import { createHash } from 'node:crypto';

/** `list` says in full which one it is; `Start` where a page begins. */
export interface PagePlaces<Start> {
  /** Undefined: nobody reads the list up to this page. */
  startOf(list: string, page: number): Start | undefined;
  /** The page was read; the next one begins at `next`. */
  read(list: string, page: number, next: Start): void;
  /** The first page was all. */
  forget(list: string): void;
}

interface Reading<Start> {
  page: number;
  /** Of this page: its reply may have been lost. */
  start: Start | undefined;
  next: Start;
  at: number;
}

const MOST_READINGS = 1000;
const FORGOTTEN_AFTER_MS = 60_000;

export function createPagePlaces<Start>(now: () => number = () => performance.now()): PagePlaces<Start> {
  /** By list, longest untouched first. */
  const readings = new Map<string, Reading<Start>>();

  function reading(list: string): Reading<Start> | undefined {
    const found = readings.get(short(list));
    return found !== undefined && now() - found.at < FORGOTTEN_AFTER_MS ? found : undefined;
  }

  function startOf(list: string, page: number): Start | undefined {
    const found = reading(list);
    if (found === undefined || page === 1) return undefined;
    if (page === found.page + 1) return found.next;
    return page === found.page ? found.start : undefined;
  }

  return {
    startOf,
    read(list, page, next) {
      const start = startOf(list, page);
      // A page in the middle tells nobody where the others are.
      if (page !== 1 && start === undefined) return;
      readings.delete(short(list));
      readings.set(short(list), { page, start, next, at: now() });
      const [oldest] = readings.keys();
      if (oldest !== undefined && readings.size > MOST_READINGS) readings.delete(oldest);
    },
    forget: (list) => void readings.delete(short(list)),
  };
}

/** A list may be named by thousands of ids. */
const short = (list: string): string => createHash('sha256').update(list).digest('base64');
