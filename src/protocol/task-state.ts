/**
 * A task's life as data. `moves` is the only statement of what may follow what; agent and platform both
 * change state through `assertMove`. The diagram in ARCHITECTURE.md is compared with this table by a test.
 */
import { SlyError } from '../lib/errors.ts';

export const TASK_STATES = [
  'queued',
  'leased',
  'fetching',
  'converting',
  'publishing',
  'succeeded',
  'failed',
  'canceled',
] as const;

export type TaskState = (typeof TASK_STATES)[number];

export const TASK_MOVES = {
  queued: ['leased', 'canceled'],
  leased: ['fetching', 'queued', 'failed', 'canceled'],
  fetching: ['converting', 'queued', 'failed', 'canceled'],
  converting: ['publishing', 'queued', 'failed', 'canceled'],
  publishing: ['succeeded', 'queued', 'failed', 'canceled'],
  succeeded: [],
  failed: ['queued'],
  canceled: ['queued'],
} as const satisfies Record<TaskState, readonly TaskState[]>;

export function canMove(from: TaskState, to: TaskState): boolean {
  return (TASK_MOVES[from] as readonly TaskState[]).includes(to);
}

export function assertMove(from: TaskState, to: TaskState, key: string): void {
  if (!canMove(from, to)) throw new SlyError('SLY_TASK_MOVE', { detail: `task ${key}: ${from} -> ${to}` });
}

export function isFinal(state: TaskState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'canceled';
}

/** Held by an agent right now. */
export function isActive(state: TaskState): boolean {
  return state === 'leased' || state === 'fetching' || state === 'converting' || state === 'publishing';
}
