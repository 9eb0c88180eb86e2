/** Which tasks are looked at: kept in the address, so that a link shows the same and "back" goes back to it. */
import type { TaskState } from '../shapes.ts';

export const SHOWN = {
  all: { word: 'All', states: [] },
  running: { word: 'Running', states: ['leased', 'fetching', 'converting', 'publishing'] },
  queued: { word: 'Queued', states: ['queued'] },
  done: { word: 'Done', states: ['succeeded'] },
  failed: { word: 'Failed', states: ['failed'] },
  canceled: { word: 'Canceled', states: ['canceled'] },
} as const satisfies Record<string, { word: string; states: readonly TaskState[] }>;

export type Shown = keyof typeof SHOWN;

export interface TaskFilter {
  show: Shown;
  /** Part of the title. */
  text: string;
  /** Only tasks with a smaller id: the page of older ones. 0 = the newest. */
  before: number;
}

export function readTaskFilter(query: URLSearchParams): TaskFilter {
  const show = query.get('show') ?? 'all';
  const before = Number(query.get('before') ?? '0');
  return {
    show: Object.hasOwn(SHOWN, show) ? (show as Shown) : 'all',
    text: (query.get('text') ?? '').slice(0, 200),
    before: Number.isSafeInteger(before) && before > 0 ? before : 0,
  };
}

/** `/tasks?show=failed&text=street` */
export function tasksAddress(filter: TaskFilter): string {
  const query = new URLSearchParams();
  if (filter.show !== 'all') query.set('show', filter.show);
  if (filter.text !== '') query.set('text', filter.text);
  if (filter.before > 0) query.set('before', String(filter.before));
  return query.size === 0 ? '/tasks' : `/tasks?${query}`;
}

export const statesOf = (filter: TaskFilter): readonly TaskState[] => SHOWN[filter.show].states;
