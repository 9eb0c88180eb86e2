/** All tasks, newest first, live. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { Empty, itemsWord, Loading, Problem, Progress, StatePill } from '../parts/bits.tsx';
import { go, Link } from '../router.tsx';
import type { TaskEvent, TaskState, TaskView } from '../shapes.ts';
import { ago, when } from '../words.ts';

const FILTERS: Record<string, readonly TaskState[]> = {
  All: [],
  Running: ['leased', 'fetching', 'converting', 'publishing'],
  Queued: ['queued'],
  Done: ['succeeded'],
  Failed: ['failed', 'canceled'],
};

interface Listed {
  entities: TaskView[];
  next: number | null;
}

export function TasksView() {
  const [filter, setFilter] = useState('All');
  const [text, setText] = useState('');
  const states = FILTERS[filter] ?? [];
  const asked = { states, text };
  const loaded = useLoaded<Listed>((signal) => call('tasks.recent', asked, signal), `${filter}|${text}`);

  useEffect(
    () =>
      listen({
        refresh: loaded.reload,
        event: (event) => loaded.set((before) => before && applied(before, event, states, text)),
      }),
    [filter, text, loaded.reload],
  );

  async function more(): Promise<void> {
    const next = loaded.value?.next;
    if (next == null) return;
    const page = await call<Listed>('tasks.recent', { ...asked, before: next });
    loaded.set((before) => before && { entities: [...before.entities, ...page.entities], next: page.next });
  }

  return (
    <main>
      <div class="bar">
        <h1>Tasks</h1>
        <fieldset class="chips" aria-label="Show">
          {Object.keys(FILTERS).map((name) => (
            <button key={name} type="button" aria-pressed={name === filter} onClick={() => setFilter(name)}>
              {name}
            </button>
          ))}
        </fieldset>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search tasks"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      {loaded.error !== undefined ? <Problem error={loaded.error} retry={loaded.reload} /> : null}
      {loaded.value === undefined ? (
        loaded.error === undefined ? (
          <Loading />
        ) : null
      ) : loaded.value.entities.length === 0 ? (
        <Empty title={filter === 'All' && text === '' ? 'No task yet' : 'No such task'}>
          Drop a dataset into the upload folder, or <Link to="/import">import from it</Link>.
        </Empty>
      ) : (
        <TaskTable tasks={loaded.value.entities} />
      )}
      {loaded.value?.next == null ? null : (
        <p class="more">
          <button type="button" onClick={() => void more()}>
            Show older
          </button>
        </p>
      )}
    </main>
  );
}

function TaskTable(props: { tasks: readonly TaskView[] }) {
  return (
    <div class="scroll">
      <table class="tasks">
        <thead>
          <tr>
            <th class="number">#</th>
            <th>Task</th>
            <th>State</th>
            <th>Progress</th>
            <th class="number">Items</th>
            <th>Plugin</th>
            <th>Agent</th>
            <th>Age</th>
          </tr>
        </thead>
        <tbody>
          {props.tasks.map((task) => (
            <tr key={task.id} class="link" onClick={() => go(`/tasks/${task.id}`)}>
              <td class="number dim">{task.id}</td>
              <td>
                <Link to={`/tasks/${task.id}`}>{task.title}</Link>
                <Why task={task} />
              </td>
              <td>
                <StatePill task={task} />
              </td>
              <td>
                <Progress task={task} />
              </td>
              <td class="number">{itemsWord(task)}</td>
              <td>{task.plugin ?? <span class="dim">-</span>}</td>
              <td>{task.agentName ?? <span class="dim">-</span>}</td>
              <td class="dim" title={when(task.createdAt)}>
                {ago(task.createdAt, now.value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The one sentence that explains a task which is not simply done or going on. */
function Why(props: { task: TaskView }) {
  const { state, failure, waitingBecause, result } = props.task;
  if (state === 'failed' && failure !== null) return <div class="why bad">{failure.title}</div>;
  if (state === 'queued' && waitingBecause !== null) return <div class="why">{waitingBecause}</div>;
  const lost = result?.counts.failed ?? 0;
  if (state === 'succeeded' && lost > 0)
    return (
      <div class="why warn">
        {lost} of {result?.counts.files} files failed
      </div>
    );
  return null;
}

function applied(before: Listed, event: TaskEvent, states: readonly TaskState[], text: string): Listed {
  const { entities } = before;
  if (event.type === 'progress') {
    return {
      ...before,
      entities: entities.map((one) => (one.id === event.id ? { ...one, progress: event.progress } : one)),
    };
  }
  if (event.type !== 'task') return before;
  const { task } = event;
  const fits = states.length === 0 || states.includes(task.state);
  const known = entities.some((one) => one.id === task.id);
  if (known) {
    const changed = entities.map((one) => (one.id === task.id ? task : one));
    return { ...before, entities: fits ? changed : changed.filter((one) => one.id !== task.id) };
  }
  // A new one belongs on top; a search is left to the platform, and an older one is on a later page.
  const newest = entities[0]?.id ?? 0;
  return fits && text === '' && task.id > newest ? { ...before, entities: [task, ...entities] } : before;
}
