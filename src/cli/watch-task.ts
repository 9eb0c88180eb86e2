/** Follows a task to its end: a progress bar on a terminal, JSON lines elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlTask } from '../agent/control/control-api.ts';
import { isFinal } from '../protocol/task-state.ts';
import type { ControlClient } from './control-client.ts';
import { EXIT_TASK_CANCELED, EXIT_TASK_FAILED } from './exit-codes.ts';
import { bytes, printable } from './print.ts';

const POLL_MS = 250;

export async function watchTask(
  control: ControlClient,
  key: string,
  options: { terminal: boolean; signal: AbortSignal },
): Promise<ControlTask> {
  let last = '';
  for (;;) {
    const { task } = await control.task(key);
    const line = options.terminal ? bar(task) : jsonLine(task);
    if (line !== last) process.stdout.write(options.terminal ? `\r\u001b[2K${line}` : `${line}\n`);
    last = line;
    if (isFinal(task.state)) {
      if (options.terminal) process.stdout.write('\n');
      return task;
    }
    await delay(POLL_MS, undefined, { signal: options.signal });
  }
}

function jsonLine(task: ControlTask): string {
  const { key, state, attempt, progress, result, failure } = task;
  return JSON.stringify({
    task: key,
    state,
    attempt,
    progress,
    ...(isFinal(state) ? { result, failure } : {}),
  });
}

function bar(task: ControlTask): string {
  const { progress, state } = task;
  const measure = progress?.bytes?.total !== undefined ? progress.bytes : progress?.items;
  const share =
    measure?.total !== undefined && measure.total > 0 ? Math.min(1, measure.done / measure.total) : undefined;
  const width = 24;
  const filled = share === undefined ? 0 : Math.round(share * width);
  const blocks =
    share === undefined
      ? ''
      : ` [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.round(share * 100)} %`;
  const items = progress?.items === undefined ? '' : ` ${progress.items.done} items`;
  const sent = progress?.bytes === undefined ? '' : ` ${bytes(progress.bytes.done)}`;
  return printable(`${state}${progress === null ? '' : ` (${progress.phase})`}${blocks}${items}${sent}`);
}

/** The last words of a finished task, and its exit code. */
export function conclude(task: ControlTask, terminal: boolean): number {
  if (terminal) process.stdout.write(`${endText(task)}\n`);
  if (task.state === 'succeeded') return 0;
  return task.state === 'canceled' ? EXIT_TASK_CANCELED : EXIT_TASK_FAILED;
}

function endText(task: ControlTask): string {
  if (task.failure !== null) {
    const { title, detail, hint, file, code } = task.failure;
    return (
      printable(`${title}${file === undefined ? '' : ` (${file})`}: ${detail} [${code}]`) +
      (hint === undefined ? '' : `\nHint: ${printable(hint)}`)
    );
  }
  if (task.result === null) return task.state;
  const { files, ok, skipped, failed, items, warnings } = task.result.counts;
  const target = task.result.link === undefined ? '' : `\n${printable(task.result.link)}`;
  return `${items} items; ${files} files in = ${ok} ok + ${skipped} skipped + ${failed} failed; ${warnings} warnings${target}`;
}
