/** How fast tasks go, measured from the progress this page has seen of them. */
import { createMeter, type Meter, timeLeft } from '../import/meter.ts';
import type { TaskView } from '../shapes.ts';

type Progress = NonNullable<TaskView['progress']>;
type Measure = 'items' | 'bytes';
const MEASURES: readonly Measure[] = ['items', 'bytes'];
/** Tasks in flight on one page are few; the oldest known are forgotten. */
const MOST_TASKS = 500;

interface Pace {
  phase: string;
  done: Record<Measure, number>;
  meters: Record<Measure, Meter>;
  /** ms since the epoch, of the last change. */
  movedAt: number;
}

const paces = new Map<number, Pace>();

export function noteProgress(task: number, progress: Progress, at = Date.now()): void {
  let pace = paces.get(task);
  if (pace === undefined) {
    pace = {
      phase: '',
      done: { items: -1, bytes: -1 },
      meters: { items: createMeter(), bytes: createMeter() },
      movedAt: at,
    };
    paces.set(task, pace);
    const [oldest] = paces.keys();
    if (paces.size > MOST_TASKS && oldest !== undefined) paces.delete(oldest);
  }
  for (const measure of MEASURES) {
    const done = progress[measure]?.done;
    // Another phase counts something else.
    if (done === undefined || progress.phase !== pace.phase || done < pace.done[measure])
      pace.meters[measure].reset();
    if (done === undefined) continue;
    pace.meters[measure].note(done, at);
    if (done !== pace.done[measure]) pace.movedAt = at;
    pace.done[measure] = done;
  }
  if (progress.phase !== pace.phase) pace.movedAt = at;
  pace.phase = progress.phase;
}

/** Something else than progress shows that the task goes on: another state. */
export function noteMove(task: number, at = Date.now()): void {
  const pace = paces.get(task);
  if (pace !== undefined) pace.movedAt = at;
}

/** Items or bytes a second; undefined until something can be said, and when it stands still. */
export function rateOf(task: number, measure: Measure, at: number): number | undefined {
  const rate = paces.get(task)?.meters[measure].rate(at);
  return rate === undefined || rate <= 0 ? undefined : rate;
}

/** ms until all is done at the speed of now; undefined when that cannot be known. */
export function timeLeftOf(task: TaskView, at: number): number | undefined {
  for (const measure of MEASURES) {
    const one = task.progress?.[measure];
    if (one?.total === undefined) continue;
    const left = timeLeft(one.total - one.done, rateOf(task.id, measure, at));
    if (left !== undefined) return left;
  }
  return undefined;
}

/** ms since the last sign of life that this page has seen; undefined when it has seen none. */
export function quietFor(task: number, at: number): number | undefined {
  const pace = paces.get(task);
  return pace === undefined ? undefined : at - pace.movedAt;
}
