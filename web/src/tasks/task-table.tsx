/**
 * Tasks as rows. Arrow keys move between rows in the column of the focus, Shift with an arrow or a click selects on the
 * way, Ctrl+A selects all of the page, Escape none.
 */
import { useEffect, useRef } from 'preact/hooks';
import { now } from '../now.ts';
import { itemsWord, Progress, StatePill } from '../parts/bits.tsx';
import { go, Link } from '../router.tsx';
import type { TaskView } from '../shapes.ts';
import { ago, when } from '../words.ts';
import { RateWord } from './rate-word.tsx';

export function TaskTable(props: {
  tasks: readonly TaskView[];
  selected: ReadonlySet<number>;
  select(ids: ReadonlySet<number>): void;
}) {
  const { tasks, selected, select } = props;
  /** Where a range of Shift and click begins. */
  const anchor = useRef<number | undefined>(undefined);
  const all = useRef<HTMLInputElement>(null);
  const chosen = tasks.filter(({ id }) => selected.has(id)).length;
  useEffect(() => {
    if (all.current !== null) all.current.indeterminate = chosen > 0 && chosen < tasks.length;
  }, [chosen, tasks.length]);

  const selectAll = (on: boolean): void => select(new Set(on ? tasks.map(({ id }) => id) : []));

  function toggle(id: number, range: boolean): void {
    const next = new Set(selected);
    const on = !selected.has(id);
    const from = tasks.findIndex((one) => one.id === anchor.current);
    const to = tasks.findIndex((one) => one.id === id);
    const ids = range && from >= 0 ? tasks.slice(Math.min(from, to), Math.max(from, to) + 1) : [{ id }];
    for (const one of ids) {
      if (on) next.add(one.id);
      else next.delete(one.id);
    }
    anchor.current = id;
    select(next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement)) return;
    if (event.key === 'Escape') {
      selectAll(false);
      return;
    }
    if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      selectAll(true);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest('tbody tr');
    if (step === undefined || row === null) return;
    event.preventDefault();
    const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    const control = event.target instanceof HTMLInputElement ? 'input' : 'a';
    next?.querySelector<HTMLElement>(control)?.focus();
    const ids = [row, next].flatMap((one) => (one instanceof HTMLElement ? Number(one.dataset.task) : []));
    if (event.shiftKey) select(new Set([...selected, ...ids]));
  }

  return (
    <div class="scroll">
      <table class="tasks" onKeyDown={onKeyDown}>
        <thead>
          <tr>
            <th class="tick">
              <input
                ref={all}
                type="checkbox"
                aria-label="Select all on this page"
                checked={tasks.length > 0 && chosen === tasks.length}
                onChange={(event) => selectAll(event.currentTarget.checked)}
              />
            </th>
            <th class="number">#</th>
            <th>Task</th>
            <th>State</th>
            <th>Progress</th>
            <th class="number">Items</th>
            <th class="number">Rate</th>
            <th class="number">Attempt</th>
            <th>Plugin</th>
            <th>Agent</th>
            <th>Age</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => (
            <tr
              key={task.id}
              data-task={task.id}
              class={`link ${selected.has(task.id) ? 'selected' : ''}`}
              onClick={(event) => {
                if (event.target instanceof Element && event.target.closest('a, .tick') === null)
                  go(`/tasks/${task.id}`);
              }}
            >
              <td class="tick">
                <input
                  type="checkbox"
                  aria-label={`Select task ${task.id}`}
                  checked={selected.has(task.id)}
                  onClick={(event) => toggle(task.id, event.shiftKey)}
                />
              </td>
              <td class="number dim">{task.id}</td>
              <td class="title">
                <Link to={`/tasks/${task.id}`}>{task.title}</Link>
                <Why task={task} />
              </td>
              <td>
                <StatePill task={task} />
              </td>
              <td class="how-far">
                <Progress task={task} />
              </td>
              <td class="number">{itemsWord(task)}</td>
              <td class="number">
                <RateWord task={task} />
              </td>
              <td class="number">{task.attempt}</td>
              <td>{task.plugin ?? <span class="dim">-</span>}</td>
              <td>{task.agentName ?? <span class="dim">-</span>}</td>
              <td class="dim age" title={when(task.createdAt)}>
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
