/** One task: what it did, when, what happened to which file, its log. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { Loading, Problem, StatePill, stateWord } from '../parts/bits.tsx';
import { TaskLog } from '../parts/task-log.tsx';
import { TaskReport } from '../parts/task-report.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { Link } from '../router.tsx';
import type { TaskHistoryEntry, TaskView } from '../shapes.ts';
import { Facts } from '../tasks/facts.tsx';
import { HowFar } from '../tasks/how-far.tsx';
import { Inputs } from '../tasks/inputs.tsx';
import { Outcome } from '../tasks/outcome.tsx';
import { Runs } from '../tasks/runs.tsx';
import { TaskActions } from '../tasks/task-actions.tsx';
import { noteMove, noteProgress } from '../tasks/task-rates.ts';
import { useWatched } from '../tasks/watched.ts';

export function TaskDetail(props: { id: number }) {
  const { id } = props;
  const task = useLoaded<TaskView>(async (signal) => {
    const view = await call<TaskView>('tasks.details', { id }, signal);
    if (view.progress !== null) noteProgress(id, view.progress);
    return view;
  }, `task ${id}`);
  const history = useLoaded<{ entities: TaskHistoryEntry[] }>(
    (signal) => call('tasks.history', { id }, signal),
    `history ${id}`,
  );
  const failed = useSignal<Error | undefined>(undefined);

  // What comes by events has only the first files of a long upload; what was asked for stays as it was.
  const changed = (next: TaskView): void => {
    noteMove(id);
    task.set((before) => ({ ...next, spec: before?.spec ?? next.spec }));
    history.reload();
  };
  useEffect(
    () =>
      listen(
        {
          refresh() {
            task.reload();
            history.reload();
          },
          event(event) {
            if (event.type === 'progress' && event.id === id) {
              noteProgress(id, event.progress);
              task.set((before) => before && { ...before, progress: event.progress });
            } else if (event.type === 'task' && event.task.id === id) changed(event.task);
          },
        },
        { logOf: id },
      ),
    [id],
  );

  const view = task.value;
  useWatched(view);
  if (view === undefined)
    return (
      <main>
        {task.error === undefined ? <Loading /> : <Problem error={task.error} retry={task.reload} />}
      </main>
    );
  return (
    <main class="task">
      <p class="crumbs">
        <Link to="/tasks">Tasks</Link> <span class="dim">/ {view.id}</span>
      </p>
      <div class="bar">
        <h1>{view.title}</h1>
        <StatePill task={view} />
        <span class="grow" />
        <TaskActions
          task={view}
          changed={changed}
          failed={(error) => {
            failed.value = error;
          }}
        />
      </div>
      <p class="unseen" role="status">
        {view.title}: {stateWord(view.state)}, attempt {view.attempt}
      </p>
      {failed.value === undefined ? null : <Problem error={failed.value} />}
      <Failure task={view} />
      {view.waitingBecause === null ? null : <p class="box">{view.waitingBecause}</p>}
      <Facts task={view} />
      <Outcome task={view} />
      <HowFar task={view} />
      <Timeline
        entries={history.value?.entities}
        {...(view.progress !== null && { step: view.progress.phase })}
      />
      <Runs task={view} />
      <TaskReport task={view} />
      <TaskLog id={id} attempt={view.attempt} />
      <Inputs task={view} />
    </main>
  );
}

function Failure(props: { task: TaskView }) {
  const { failure, state } = props.task;
  if (failure === null || state !== 'failed') return null;
  return (
    <div class="box bad" role="alert">
      <strong>{failure.title}</strong> <code class="dim">{failure.code}</code>
      <div>
        {failure.file === undefined ? null : <code>{failure.file}: </code>}
        {failure.detail}
      </div>
      {failure.hint === undefined ? null : <div class="hint">{failure.hint}</div>}
    </div>
  );
}
