/** The title of the tab: how many tasks run, and how many failed while nobody looked at the page. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import type { TaskView } from '../shapes.ts';
import { RUNNING } from '../task-ended.ts';

const NAME = 'sly-agent';
const MOST = 100;

export function useTabTitle(): void {
  useEffect(() => {
    let running = new Set<number>();
    const failed = new Set<number>();
    const show = (): void => {
      const words = [
        ...(running.size === 0 ? [] : [running.size < MOST ? `${running.size}` : `${MOST}+`]),
        ...(failed.size === 0 ? [] : [`${failed.size} failed`]),
      ];
      document.title = words.length === 0 ? NAME : `(${words.join(', ')}) ${NAME}`;
    };
    const seen = (): void => {
      if (document.hidden) return;
      failed.clear();
      show();
    };
    document.addEventListener('visibilitychange', seen);
    const stop = listen({
      event(event) {
        if (event.type !== 'task') return;
        const { id, state } = event.task;
        if (RUNNING.includes(state)) running.add(id);
        else running.delete(id);
        if (state === 'failed' && document.hidden) failed.add(id);
        show();
      },
      refresh() {
        call<{ entities: TaskView[] }>('tasks.recent', { states: RUNNING, limit: MOST }).then(
          ({ entities }) => {
            running = new Set(entities.map(({ id }) => id));
            show();
          },
          () => undefined,
        );
      },
    });
    return () => {
      stop();
      document.removeEventListener('visibilitychange', seen);
      document.title = NAME;
    };
  }, []);
}
