/** How far a running task is, by items and by bytes, with speed and the time left. Its height does not change. */
import { now } from '../now.ts';
import { isRunning } from '../parts/bits.tsx';
import type { TaskView } from '../shapes.ts';
import { bytes, count, span } from '../words.ts';
import { itemsRate } from './rate-word.tsx';
import { quietFor, rateOf, timeLeftOf } from './task-rates.ts';

/** So long without progress is worth a word. */
const QUIET_MS = 60_000;

export function HowFar(props: { task: TaskView }) {
  const { task } = props;
  if (!isRunning(task.state)) return null;
  const { progress } = task;
  const at = now.value;
  const itemRate = rateOf(task.id, 'items', at);
  const byteRate = rateOf(task.id, 'bytes', at);
  const left = timeLeftOf(task, at);
  const quiet = quietFor(task.id, at);
  return (
    <section class="how-far panel" aria-label="Progress">
      <p class="step">
        <b>{progress?.phase ?? 'Starting'}</b>
        <span class="grow" />
        <span class="dim">{left === undefined ? 'time left not known' : `about ${span(left)} left`}</span>
      </p>
      <Measure
        word="Items"
        measure={progress?.items}
        show={count}
        rate={itemRate === undefined ? undefined : itemsRate(itemRate)}
      />
      <Measure
        word="Data"
        measure={progress?.bytes}
        show={bytes}
        rate={byteRate === undefined ? undefined : `${bytes(byteRate)}/s`}
      />
      <p class="quiet" role="status">
        {quiet !== undefined && quiet >= QUIET_MS ? (
          <span class="warn">
            No progress for {span(quiet)}. It may still work on something large: the log shows what. If it
            hangs, cancel and retry.
          </span>
        ) : null}
      </p>
    </section>
  );
}

function Measure(props: {
  word: string;
  measure: { done: number; total?: number } | undefined;
  show(n: number): string;
  rate: string | undefined;
}) {
  const { word, measure, show, rate } = props;
  const total = measure?.total;
  const known = measure !== undefined && total !== undefined && total > 0;
  return (
    <div class="measure">
      <span class="dim">{word}</span>
      {known ? (
        <progress value={measure.done} max={total} aria-label={word} />
      ) : (
        <progress value={0} max={1} aria-label={word} />
      )}
      <span class="number">{known ? `${Math.min(100, Math.floor((100 * measure.done) / total))}%` : ''}</span>
      <span class="done">
        {measure === undefined ? '-' : known ? `${show(measure.done)} of ${show(total)}` : show(measure.done)}
      </span>
      <span class="number">{rate ?? '-'}</span>
    </div>
  );
}
