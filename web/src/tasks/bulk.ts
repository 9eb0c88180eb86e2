/** One call for each of many tasks, a few at a time; what went wrong is counted, not thrown. */
import { call } from '../api.ts';
import type { TaskView } from '../shapes.ts';
import { isEnded } from '../task-ended.ts';

export type BulkAction = 'retry' | 'cancel';
const AT_ONCE = 4;

export const canRetry = ({ state }: TaskView): boolean => state === 'failed' || state === 'canceled';
export const canCancel = ({ state }: TaskView): boolean => !isEnded(state);

interface BulkEnd {
  done: TaskView[];
  failed: { id: number; message: string }[];
}

export async function runBulk(action: BulkAction, ids: readonly number[]): Promise<BulkEnd> {
  const end: BulkEnd = { done: [], failed: [] };
  const waiting = [...ids];
  async function work(): Promise<void> {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        end.done.push(await call<TaskView>(`tasks.${action}`, { id }));
      } catch (error) {
        end.failed.push({ id, message: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return end;
}

/** `Canceled 3 tasks. 1 was left as it is: #12 ...` */
export function bulkWord(action: BulkAction, { done, failed }: BulkEnd): string {
  const tasks = (n: number): string => `${n} ${n === 1 ? 'task' : 'tasks'}`;
  // A task that an agent holds is canceled when the agent has stopped it.
  const word = action === 'retry' ? 'Queued again' : 'Asked to cancel';
  const [first] = failed;
  const ok = done.length === 0 && first !== undefined ? '' : `${word}: ${tasks(done.length)}.`;
  if (first === undefined) return ok;
  const others = failed.length === 1 ? '' : ` (and ${failed.length - 1} more)`;
  return `${ok} Refused: #${first.id} ${first.message}${others}`.trim();
}
