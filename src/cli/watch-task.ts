/** Follows a task to its end: a progress bar on a terminal, JSON lines elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlTask } from '../agent/control/control-api.ts';
import type { Preview } from '../protocol/task.ts';
import { isFinal } from '../protocol/task-state.ts';
import type { ControlClient } from './control-client.ts';
import { EXIT_TASK_CANCELED, EXIT_TASK_FAILED } from './exit-codes.ts';
import { bytes, printable } from './print.ts';

const POLL_MS = 250;
const PREVIEW_ROWS = 30;

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

/** What a dry run found; the rest is in the JSON form. */
function previewText(preview: Preview): string {
  const lines: string[] = [];
  const { figures, ...lists } = preview;
  if (figures !== undefined) lines.push(`figures: ${figures}`);
  for (const [title, rows] of Object.entries(lists)) {
    if (rows.length === 0) continue;
    lines.push(`${title}:`);
    for (const { name, kind, count } of rows.slice(0, PREVIEW_ROWS))
      lines.push(`  ${count} x ${printable(name)}${kind === undefined ? '' : ` (${printable(kind)})`}`);
    if (rows.length > PREVIEW_ROWS) lines.push(`  and ${rows.length - PREVIEW_ROWS} more`);
  }
  return lines.map((line) => `${line}\n`).join('');
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
  const preview = task.result.preview === undefined ? '' : previewText(task.result.preview);
  return `${preview}${items} items; ${files} files in = ${ok} ok + ${skipped} skipped + ${failed} failed; ${warnings} warnings${target}`;
}
