/**
 * Tasks somebody looks at here, or looked at while they were going on: when one ends, it is said wherever the person
 * is by then. While events are lost the tasks are asked for.
 */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { address } from '../router.tsx';
import type { TaskEvent, TaskView } from '../shapes.ts';
import { isEnded } from '../task-ended.ts';

/** The oldest is forgotten: nobody waits for so many. */
const MOST_WATCHED = 50;
/** On the page at once. */
const MOST_TOLD = 4;

const watched = new Set<number>();
/** Ended and not yet taken note of, the newest last. */
export const told = signal<readonly TaskView[]>([]);

export function useWatched(task: TaskView | undefined): void {
  const going = task !== undefined && !isEnded(task.state);
  useEffect(() => {
    if (!going) return;
    watched.add(task.id);
    for (const id of [...watched].slice(0, -MOST_WATCHED)) watched.delete(id);
  }, [task?.id, going]);
}

export function takeNote(id: number): void {
  told.value = told.value.filter((one) => one.id !== id);
}

function tell(task: TaskView): void {
  if (!isEnded(task.state) || !watched.delete(task.id)) return;
  // Its own page says it already, if anybody is there to read it.
  if (address.value === `/tasks/${task.id}` && !document.hidden) return;
  told.value = [...told.value.filter((one) => one.id !== task.id), task].slice(-MOST_TOLD);
}

export const watching = {
  event(event: TaskEvent): void {
    if (event.type === 'task') tell(event.task);
  },
  refresh(): void {
    for (const id of watched) {
      call<TaskView>('tasks.details', { id }).then(tell, () => undefined);
    }
  },
};
