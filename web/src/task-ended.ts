import type { TaskState } from './shapes.ts';

/** An agent has it. */
export const RUNNING: readonly TaskState[] = ['leased', 'fetching', 'converting', 'publishing'];

/** Whether nothing more happens to the task by itself. */
export const isEnded = (state: TaskState): boolean => ['succeeded', 'failed', 'canceled'].includes(state);
