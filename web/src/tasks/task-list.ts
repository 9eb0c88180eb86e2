/** One page of tasks, newest first, kept as they are now by events. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { type Loaded, useLoaded } from '../loaded.ts';
import type { TaskEvent, TaskView } from '../shapes.ts';
import { statesOf, type TaskFilter } from './task-filter.ts';
import { noteProgress } from './task-rates.ts';

const TASKS_A_PAGE = 100;

export interface TaskPage {
  entities: TaskView[];
  /** `before` of the page after this one; null: this is the last. */
  next: number | null;
}

export function useTaskPage(filter: TaskFilter): Loaded<TaskPage> {
  const { show, text, before } = filter;
  const loaded = useLoaded<TaskPage>(
    (signal) =>
      call(
        'tasks.recent',
        { states: statesOf(filter), text, limit: TASKS_A_PAGE, ...(before > 0 && { before }) },
        signal,
      ),
    `tasks ${show} ${before} ${text}`,
  );
  useEffect(
    () =>
      listen({
        refresh: loaded.reload,
        event(event) {
          if (event.type === 'progress') noteProgress(event.id, event.progress);
          loaded.set((page) => page && applied(page, event, filter));
        },
      }),
    [show, text, before, loaded.reload],
  );
  return loaded;
}

export function applied(page: TaskPage, event: TaskEvent, filter: TaskFilter): TaskPage {
  const { entities } = page;
  if (event.type === 'progress') {
    if (!entities.some((one) => one.id === event.id)) return page;
    const { id, progress } = event;
    return { ...page, entities: entities.map((one) => (one.id === id ? { ...one, progress } : one)) };
  }
  if (event.type !== 'task') return page;
  const { task } = event;
  const states = statesOf(filter);
  const fits = states.length === 0 || states.includes(task.state);
  if (entities.some((one) => one.id === task.id)) {
    const changed = entities.map((one) => (one.id === task.id ? task : one));
    return { ...page, entities: fits ? changed : changed.filter((one) => one.id !== task.id) };
  }
  // A new one belongs on top of the first page; a search is left to the platform.
  const newest = entities[0]?.id ?? 0;
  if (!fits || filter.text !== '' || filter.before > 0 || task.id <= newest) return page;
  const grown = [task, ...entities];
  if (grown.length <= TASKS_A_PAGE) return { ...page, entities: grown };
  const kept = grown.slice(0, TASKS_A_PAGE);
  return { entities: kept, next: kept.at(-1)?.id ?? null };
}
