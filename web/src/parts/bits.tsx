/** Small pieces that several views show. */
import type { ComponentChildren } from 'preact';
import { ApiError } from '../api.ts';
import type { TaskState, TaskView } from '../shapes.ts';
import { bytes, count } from '../words.ts';

const WORDS: Record<TaskState, string> = {
  queued: 'Queued',
  leased: 'Starting',
  fetching: 'Fetching',
  converting: 'Converting',
  publishing: 'Publishing',
  succeeded: 'Done',
  failed: 'Failed',
  canceled: 'Canceled',
};

const TONES: Record<TaskState, string> = {
  queued: 'quiet',
  leased: 'busy',
  fetching: 'busy',
  converting: 'busy',
  publishing: 'busy',
  succeeded: 'good',
  failed: 'bad',
  canceled: 'quiet',
};

export const isRunning = (state: TaskState): boolean => TONES[state] === 'busy';
export const stateWord = (state: TaskState): string => WORDS[state];

export function Pill(props: { tone: string; children: ComponentChildren; title?: string }) {
  return (
    <span class={`pill ${props.tone}`} title={props.title}>
      {props.children}
    </span>
  );
}

export function StatePill(props: { task: TaskView }) {
  const { state, result } = props.task;
  const lost = state === 'succeeded' ? (result?.counts.failed ?? 0) : 0;
  return <Pill tone={lost > 0 ? 'warn' : TONES[state]}>{WORDS[state]}</Pill>;
}

/** Items done of all, or that something is going on. */
export function Progress(props: { task: TaskView }) {
  const { state, progress } = props.task;
  if (!isRunning(state)) return null;
  const measure = progress?.items ?? progress?.bytes;
  const total = measure?.total;
  const known = measure !== undefined && total !== undefined && total > 0;
  const label = progress?.phase ?? stateWord(state);
  return (
    <span class="progress">
      {known ? (
        <progress value={measure.done} max={total} aria-label={label} />
      ) : (
        <progress aria-label={label} />
      )}
      <span class="dim">{known ? `${Math.min(100, Math.floor((100 * measure.done) / total))}%` : label}</span>
    </span>
  );
}

/** `1,240 of 5,000`, or what a finished task made. */
export function itemsWord(task: TaskView): string {
  const { result, progress } = task;
  if (result !== null) return count(result.counts.items);
  const items = progress?.items;
  if (items !== undefined)
    return items.total === undefined ? count(items.done) : `${count(items.done)} of ${count(items.total)}`;
  const done = progress?.bytes;
  return done === undefined ? '' : bytes(done.done);
}

export function Problem(props: { error: Error; retry?: () => void }) {
  const hint = props.error instanceof ApiError ? props.error.hint : undefined;
  return (
    <div class="box bad" role="alert">
      <strong>{props.error.message}</strong>
      {hint === undefined ? null : <div>{hint}</div>}
      {props.retry === undefined ? null : (
        <button type="button" onClick={props.retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty(props: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{props.title}</strong>
      <div>{props.children}</div>
    </div>
  );
}

export function Loading() {
  return (
    <p class="dim" aria-busy="true">
      Loading ...
    </p>
  );
}
