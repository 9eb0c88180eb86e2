/** How a task ended, in numbers: every file is accounted for, in = ok + skipped + failed. */
import type { TaskView } from '../shapes.ts';
import { bytes, count } from '../words.ts';

export function Outcome(props: { task: TaskView }) {
  const { task } = props;
  const counts = task.result?.counts;
  if (counts === undefined) return null;
  const isImport = task.spec.action === 'import';
  return (
    <div class="counts">
      <Figure value={counts.files} word={isImport ? 'files in' : 'items in'} />
      <span>=</span>
      <Figure value={counts.ok} word="ok" tone="good" />
      <span>+</span>
      <Figure value={counts.skipped} word="skipped" />
      <span>+</span>
      <Figure value={counts.failed} word="failed" tone={counts.failed > 0 ? 'bad' : ''} />
      <span class="grow" />
      <Figure value={counts.items} word={isImport ? 'items published' : 'items written'} />
      <Figure value={counts.warnings} word="warnings" tone={counts.warnings > 0 ? 'warn' : ''} />
      <Figure value={bytes(counts.bytes)} word="data" />
    </div>
  );
}

function Figure(props: { value: number | string; word: string; tone?: string }) {
  return (
    <div class={`count ${props.tone ?? ''}`}>
      <b>{typeof props.value === 'number' ? count(props.value) : props.value}</b>
      <small>{props.word}</small>
    </div>
  );
}
