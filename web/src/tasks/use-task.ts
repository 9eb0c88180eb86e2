/** One task as it is now: by events, and by asking while those are lost. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { type Loaded, useLoaded } from '../loaded.ts';
import type { TaskView } from '../shapes.ts';
import { useWatched } from './watched.ts';

export function useTask(id: number): Loaded<TaskView> {
  const task = useLoaded<TaskView>((signal) => call('tasks.details', { id }, signal), `task ${id}`);
  useEffect(
    () =>
      listen({
        refresh: task.reload,
        event(event) {
          if (event.type === 'task' && event.task.id === id) task.set(() => event.task);
          else if (event.type === 'progress' && event.id === id)
            task.set((before) => before && { ...before, progress: event.progress });
        },
      }),
    [id],
  );
  useWatched(task.value);
  return task;
}
