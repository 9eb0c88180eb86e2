import type { TaskState } from './shapes.ts';

/** Whether nothing more happens to the task by itself. */
export const isEnded = (state: TaskState): boolean => ['succeeded', 'failed', 'canceled'].includes(state);
