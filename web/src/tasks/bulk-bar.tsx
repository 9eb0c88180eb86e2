/** What can be done with the selected tasks. Always there, so that nothing moves when the first one is selected. */
import { useSignal } from '@preact/signals';
import type { TaskView } from '../shapes.ts';
import { count } from '../words.ts';
import { type BulkAction, bulkWord, canCancel, canRetry, runBulk } from './bulk.ts';
import { CancelDialog } from './cancel-dialog.tsx';

export function BulkBar(props: {
  selected: readonly TaskView[];
  /** What the tasks are now. */
  changed(tasks: readonly TaskView[]): void;
  clear(): void;
}) {
  const { selected } = props;
  const busy = useSignal(false);
  const said = useSignal('');
  const asking = useSignal(false);
  const retryable = selected.filter(canRetry);
  const cancelable = selected.filter(canCancel);

  async function run(action: BulkAction, tasks: readonly TaskView[]): Promise<void> {
    busy.value = true;
    said.value = '';
    const end = await runBulk(
      action,
      tasks.map(({ id }) => id),
    );
    busy.value = false;
    said.value = bulkWord(action, end);
    props.changed(end.done);
    if (end.failed.length === 0) props.clear();
  }

  return (
    <div class="bulk" role="toolbar" aria-label="Selected tasks">
      <span class="selected">
        {selected.length === 0 ? 'None selected' : `${count(selected.length)} selected`}
      </span>
      <button
        type="button"
        disabled={busy.value || retryable.length === 0}
        onClick={() => void run('retry', retryable)}
      >
        Retry{retryable.length === 0 ? '' : ` ${count(retryable.length)}`}
      </button>
      <button
        type="button"
        class="danger"
        disabled={busy.value || cancelable.length === 0}
        onClick={() => {
          asking.value = true;
        }}
      >
        Cancel{cancelable.length === 0 ? '' : ` ${count(cancelable.length)}`}
      </button>
      <button type="button" class="plain" disabled={selected.length === 0} onClick={props.clear}>
        Clear
      </button>
      <span class="said" role="status">
        {said.value}
      </span>
      {asking.value ? (
        <CancelDialog
          tasks={cancelable}
          confirm={() => void run('cancel', cancelable)}
          close={() => {
            asking.value = false;
          }}
        />
      ) : null}
    </div>
  );
}
