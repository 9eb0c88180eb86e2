/**
 * What the operator should see of the upload folder: sources that have not settled, are ignored, or did not make
 * it. Listens to the status files, so that page and file manager tell the same.
 */
import type { FolderState } from '../../protocol/questions.ts';
import type { SourceStatus, StatusFiles } from './status-files.ts';

type BoardLists = Pick<FolderState, 'settling' | 'ignored' | 'failed'>;

export interface FolderBoard {
  /** The status files, with the board listening. */
  statuses: StatusFiles;
  /** `dueAt`: when a name is looked at again, ms since 1970. */
  lists(dueAt: (name: string) => number | undefined): BoardLists;
  get(name: string): SourceStatus | undefined;
}

const SHOWN = ['settling', 'ignored', 'failed', 'canceled'];
/** So that the answer fits into one message of the link. */
const MOST_LISTED = 100;
const MOST_TEXT = 500;

export function createFolderBoard(statuses: StatusFiles): FolderBoard {
  /** By name, in the order in which they came. */
  const board = new Map<string, SourceStatus>();

  function list<T>(
    states: readonly string[],
    entry: (status: SourceStatus) => T,
  ): { total: number; shown: T[] } {
    const shown: T[] = [];
    let total = 0;
    for (const status of board.values()) {
      if (!states.includes(status.state)) continue;
      total++;
      if (shown.length < MOST_LISTED) shown.push(entry(status));
    }
    return { total, shown };
  }

  return {
    statuses: {
      ...statuses,
      put(status) {
        if (SHOWN.includes(status.state)) board.set(status.source, status);
        else board.delete(status.source);
        statuses.put(status);
      },
      remove(source) {
        board.delete(source);
        statuses.remove(source);
      },
    },
    get: (name) => board.get(name),
    lists: (dueAt) => ({
      settling: list(['settling'], ({ source, detail, files = 0, bytes = 0 }) => {
        const due = dueAt(source);
        return {
          name: source,
          waitsFor: cut(detail),
          dueAt: due === undefined || !Number.isFinite(due) ? null : new Date(due).toISOString(),
          files,
          bytes,
        };
      }),
      ignored: list(['ignored'], ({ source, detail, hint }) => ({
        name: source,
        reason: cut(detail),
        hint: cut(hint),
      })),
      failed: list(['failed', 'canceled'], ({ source, state, detail, hint, task }) => ({
        name: source,
        state: state === 'canceled' ? 'canceled' : 'failed',
        detail: cut(detail),
        ...(hint === undefined ? {} : { hint: cut(hint) }),
        task: task ?? null,
      })),
    }),
  };
}

const cut = (text = ''): string => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)} ...` : text);
