/** What can be done with one task: cancel, retry, run again, go to its result. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { call } from '../api.ts';
import { go } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { bytes } from '../words.ts';
import { canCancel, canRetry } from './bulk.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { newPress, runAgain, whyNotAgain } from './run-again.ts';

export function TaskActions(props: {
  task: TaskView;
  changed(task: TaskView): void;
  failed(error: Error | undefined): void;
}) {
  const { task } = props;
  const busy = useSignal(false);
  const asking = useSignal(false);
  const press = useRef(newPress());
  const whyNot = whyNotAgain(task);

  async function run(action: () => Promise<void>): Promise<void> {
    busy.value = true;
    props.failed(undefined);
    try {
      await action();
    } catch (error) {
      props.failed(error as Error);
    }
    busy.value = false;
  }
  const ask = (method: 'tasks.cancel' | 'tasks.retry'): Promise<void> =>
    run(async () => props.changed(await call<TaskView>(method, { id: task.id })));

  return (
    <div class="actions">
      {canCancel(task) ? (
        <button
          type="button"
          class="danger"
          disabled={busy.value}
          onClick={() => {
            asking.value = true;
          }}
        >
          Cancel
        </button>
      ) : (
        <button
          type="button"
          disabled={busy.value || whyNot !== undefined}
          title={whyNot ?? 'A new task with the same source and options'}
          onClick={() =>
            void run(async () => {
              // The same key until it went well: a press whose answer was lost makes no second task.
              const { id } = await runAgain(task, press.current);
              press.current = newPress();
              go(`/tasks/${id}`);
            })
          }
        >
          Run again
        </button>
      )}
      {canRetry(task) ? (
        <button
          type="button"
          disabled={busy.value}
          title="Another attempt of this task"
          onClick={() => void ask('tasks.retry')}
        >
          Retry
        </button>
      ) : null}
      <ResultLink task={task} />
      {asking.value ? (
        <CancelDialog
          tasks={[task]}
          confirm={() => void ask('tasks.cancel')}
          close={() => {
            asking.value = false;
          }}
        />
      ) : null}
    </div>
  );
}

function ResultLink(props: { task: TaskView }) {
  const { result, state } = props.task;
  if (state !== 'succeeded' || result?.link === undefined) return null;
  if (result.archiveId !== undefined) {
    return (
      <a class="button primary" href={result.link} download>
        Download {result.size === undefined ? '' : bytes(result.size)}
      </a>
    );
  }
  return (
    <button type="button" class="primary" onClick={() => go(result.link ?? '/projects')}>
      Open project
    </button>
  );
}
