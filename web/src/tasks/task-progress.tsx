/** A task from its start to what it makes, in the dialog that started it. The dialog can be closed: the task goes on, and its page has the same. */
import type { ComponentChildren } from 'preact';
import { useAction } from '../action.ts';
import { call } from '../api.ts';
import { itemsWord, Problem, Progress, StatePill } from '../parts/bits.tsx';
import { Link } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { isEnded } from '../task-ended.ts';
import { useTask } from './use-task.ts';

export function TaskProgress(props: {
  started: TaskView;
  /** Where what it makes will be, for who closes the dialog. */
  later: string;
  made(result: NonNullable<TaskView['result']>): ComponentChildren;
  again(): void;
  close(): void;
}) {
  const { started, again, close } = props;
  const loaded = useTask(started.id);
  const cancel = useAction();
  const task = loaded.value ?? started;
  const { state, result, failure } = task;
  const error = cancel.error ?? loaded.error;
  return (
    <div class="exporting">
      <p class="bar" role="status">
        <StatePill task={task} />
        <Progress task={task} />
        <span class="dim">{itemsWord(task)}</span>
        <span class="grow" />
        <Link to={`/tasks/${task.id}`}>Task {task.id}</Link>
      </p>
      {task.waitingBecause === null || isEnded(state) ? null : <p class="dim">{task.waitingBecause}</p>}
      {error === undefined ? null : <Problem error={error} />}
      {failure === null || state !== 'failed' ? null : (
        <div class="box bad" role="alert">
          <strong>{failure.title}</strong>
          <div>{failure.detail}</div>
          {failure.hint === undefined ? null : <div>{failure.hint}</div>}
        </div>
      )}
      {state === 'succeeded' && result !== null ? props.made(result) : null}
      {isEnded(state) ? null : <p class="dim">You can close this: it goes on, and {props.later}.</p>}
      <div class="bar end">
        {isEnded(state) ? (
          <button type="button" onClick={again}>
            Another one
          </button>
        ) : (
          <button
            type="button"
            disabled={cancel.busy}
            onClick={() =>
              void cancel.run(async () => {
                const canceled = await call<TaskView>('tasks.cancel', { id: task.id });
                loaded.set(() => canceled);
              })
            }
          >
            Cancel
          </button>
        )}
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </div>
  );
}
