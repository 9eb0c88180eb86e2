/** All tasks, newest first, live; what is shown is part of the address. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Empty, Loading, Problem } from '../parts/bits.tsx';
import { go, query } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { BulkBar } from '../tasks/bulk-bar.tsx';
import { NoTask } from '../tasks/no-task.tsx';
import { readTaskFilter, SHOWN, type Shown, type TaskFilter, tasksAddress } from '../tasks/task-filter.ts';
import { applied, type TaskPage, useTaskPage } from '../tasks/task-list.ts';
import { TaskTable } from '../tasks/task-table.tsx';
import { count } from '../words.ts';

const NONE: ReadonlySet<number> = new Set();

export function TasksView() {
  const filter = readTaskFilter(query.value);
  const loaded = useTaskPage(filter);
  const selected = useSignal<ReadonlySet<number>>(NONE);
  // While another page is on its way this one stays, so that nothing jumps.
  const last = useRef<TaskPage | undefined>(undefined);
  last.current = loaded.value ?? last.current;
  const page = last.current;
  // Only what is seen is acted on: a task that left the page is not selected any more.
  useEffect(() => {
    selected.value = NONE;
  }, [filter.show, filter.text, filter.before]);
  const show = (change: Partial<TaskFilter>, replace = false): void =>
    go(tasksAddress({ ...filter, before: 0, ...change }), { replace });
  const changed = (tasks: readonly TaskView[]): void =>
    loaded.set((before) =>
      tasks.reduce((now, task) => now && applied(now, { type: 'task', task }, filter), before),
    );

  return (
    <main class="wide" aria-busy={loaded.value === undefined}>
      <div class="bar">
        <h1>Tasks</h1>
        <fieldset class="chips" aria-label="Show">
          {(Object.keys(SHOWN) as Shown[]).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === filter.show}
              onClick={() => show({ show: name })}
            >
              {SHOWN[name].word}
            </button>
          ))}
        </fieldset>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search tasks"
          maxLength={200}
          value={filter.text}
          onInput={(event) => show({ text: event.currentTarget.value }, true)}
        />
      </div>
      {loaded.error === undefined ? null : <Problem error={loaded.error} retry={loaded.reload} />}
      {page === undefined ? (
        loaded.error === undefined ? (
          <Loading />
        ) : null
      ) : page.entities.length === 0 ? (
        <NothingHere filter={filter} show={show} />
      ) : (
        <>
          <BulkBar
            selected={page.entities.filter(({ id }) => selected.value.has(id))}
            changed={changed}
            clear={() => {
              selected.value = NONE;
            }}
          />
          <TaskTable
            tasks={page.entities}
            selected={selected.value}
            select={(ids) => {
              selected.value = ids;
            }}
          />
        </>
      )}
      {page === undefined || (page.next === null && filter.before === 0) ? null : (
        <nav class="more" aria-label="Pages of tasks">
          <button type="button" disabled={filter.before === 0} onClick={() => show({})}>
            Newest
          </button>
          <span class="dim">{rangeWord(page.entities)}</span>
          <button
            type="button"
            disabled={page.next === null || loaded.value === undefined}
            onClick={() => show({ before: page.next ?? 0 })}
          >
            Older
          </button>
        </nav>
      )}
    </main>
  );
}

function NothingHere(props: { filter: TaskFilter; show(change: Partial<TaskFilter>): void }) {
  const { filter } = props;
  if (filter.show === 'all' && filter.text === '' && filter.before === 0) return <NoTask />;
  return (
    <Empty title="No such task">
      <p>
        {filter.text === '' ? 'No task is in this state.' : `No task here has "${filter.text}" in its title.`}
      </p>
      <button type="button" onClick={() => props.show({ show: 'all', text: '' })}>
        Show all tasks
      </button>
    </Empty>
  );
}

function rangeWord(tasks: readonly TaskView[]): string {
  const first = tasks[0]?.id;
  const last = tasks.at(-1)?.id;
  return first === undefined || last === undefined ? 'None' : `#${count(first)} - #${count(last)}`;
}
