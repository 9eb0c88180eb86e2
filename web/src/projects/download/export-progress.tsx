/** An export from its start to its archive. The dialog can be closed: the task goes on, and its page has the same. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api.ts';
import { listen } from '../../events.ts';
import { itemsWord, Problem, Progress, StatePill } from '../../parts/bits.tsx';
import { Link } from '../../router.tsx';
import type { TaskView } from '../../shapes.ts';
import { isEnded } from '../../task-ended.ts';
import { ArchiveReady } from './archive-ready.tsx';

export function ExportProgress(props: { started: TaskView; again(): void; close(): void }) {
  const { started, again, close } = props;
  const [task, setTask] = useState(started);
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  useEffect(() => {
    const refresh = (): void => {
      call<TaskView>('tasks.details', { id: started.id }).then(setTask, setFailed);
    };
    return listen({
      refresh,
      event(event) {
        if (event.type === 'task' && event.task.id === started.id) setTask(event.task);
        else if (event.type === 'progress' && event.id === started.id)
          setTask((before) => ({ ...before, progress: event.progress }));
      },
    });
  }, [started.id]);

  const { state, result, failure } = task;
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
      {failed === undefined ? null : <Problem error={failed} />}
      {failure === null || state !== 'failed' ? null : (
        <div class="box bad" role="alert">
          <strong>{failure.title}</strong>
          <div>{failure.detail}</div>
          {failure.hint === undefined ? null : <div>{failure.hint}</div>}
        </div>
      )}
      {state === 'succeeded' && result !== null ? <ArchiveReady result={result} /> : null}
      {isEnded(state) ? null : (
        <p class="dim">
          You can close this: the export goes on, and its archive will be on the page of the task.
        </p>
      )}
      <div class="bar end">
        {isEnded(state) ? (
          <button type="button" onClick={again}>
            Another one
          </button>
        ) : (
          <button
            type="button"
            onClick={() => void call<TaskView>('tasks.cancel', { id: task.id }).then(setTask, setFailed)}
          >
            Cancel the export
          </button>
        )}
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </div>
  );
}
