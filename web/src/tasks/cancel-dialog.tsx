/** Says what it means to cancel before it is done. */
import { useEffect, useRef } from 'preact/hooks';
import type { TaskView } from '../shapes.ts';
import { count } from '../words.ts';
import { canCancel } from './bulk.ts';

export function CancelDialog(props: { tasks: readonly TaskView[]; confirm(): void; close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const tasks = props.tasks.filter(canCancel);
  const waiting = tasks.filter(({ state }) => state === 'queued').length;
  const held = tasks.length - waiting;
  const [only] = tasks;
  return (
    <dialog ref={dialog} class="cancel" onClose={props.close} aria-labelledby="cancel-title">
      <h2 id="cancel-title">
        {tasks.length === 1 && only !== undefined
          ? `Cancel "${only.title}"?`
          : `Cancel ${count(tasks.length)} tasks?`}
      </h2>
      <ul>
        {waiting === 0 ? null : (
          <li>
            {tasks.length === 1
              ? 'Not begun yet: it ends at once.'
              : `${count(waiting)} of them have not begun: they end at once.`}
          </li>
        )}
        {held === 0 ? null : (
          <>
            <li>The agent stops the work and removes its temporary files. It can take a few seconds.</li>
            <li>
              Nothing of it is published, unless the last step is already on its way; then the task ends as
              Done.
            </li>
          </>
        )}
        <li>Source files and projects stay as they are. A canceled task can be retried; it starts over.</li>
      </ul>
      <div class="bar end">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep {tasks.length === 1 ? 'it' : 'them'}
        </button>
        <button
          type="button"
          class="danger"
          disabled={tasks.length === 0}
          onClick={() => {
            props.confirm();
            dialog.current?.close();
          }}
        >
          {tasks.length === 1 ? 'Cancel the task' : `Cancel ${count(tasks.length)} tasks`}
        </button>
      </div>
    </dialog>
  );
}
