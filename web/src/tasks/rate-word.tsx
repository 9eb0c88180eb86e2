/** `120 items/s` of a running task; the mean of a finished one. */
import { now } from '../now.ts';
import { isRunning } from '../parts/bits.tsx';
import type { TaskView } from '../shapes.ts';
import { bytes, count } from '../words.ts';
import { rateOf } from './task-rates.ts';

export function RateWord(props: { task: TaskView }) {
  const { task } = props;
  if (isRunning(task.state)) {
    const items = rateOf(task.id, 'items', now.value);
    if (items !== undefined) return <>{itemsRate(items)}</>;
    const size = rateOf(task.id, 'bytes', now.value);
    return size === undefined ? <span class="dim">-</span> : <>{bytes(size)}/s</>;
  }
  const seconds =
    task.startedAt === null || task.endedAt === null
      ? 0
      : (Date.parse(task.endedAt) - Date.parse(task.startedAt)) / 1000;
  const items = task.result?.counts.items ?? 0;
  if (seconds < 1 || items === 0) return <span class="dim">-</span>;
  return (
    <span class="dim" title="Mean of the whole task">
      {itemsRate(items / seconds)}
    </span>
  );
}

export function itemsRate(perSecond: number): string {
  return perSecond >= 10 ? `${count(Math.round(perSecond))}/s` : `${perSecond.toFixed(1)}/s`;
}
