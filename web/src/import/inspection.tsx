/** What a dry run found: the format and why, what is in it, how it looks, what is wrong with it. */
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { Pill, Problem, Progress, stateWord } from '../parts/bits.tsx';
import { TaskReport } from '../parts/task-report.tsx';
import { Link } from '../router.tsx';
import type { Manifest, TaskView } from '../shapes.ts';
import { useTask } from '../tasks/use-task.ts';
import { bytes, count } from '../words.ts';
import { DetectionReport } from './detection-report.tsx';
import { LiveWord } from './live-word.tsx';
import { Samples } from './samples.tsx';

export function Inspection(props: {
  task: number;
  plugins: readonly Manifest[];
  usePlugin(name: string): void;
  onTask(task: TaskView): void;
}) {
  const loaded = useTask(props.task);
  const task = loaded.value;
  useEffect(() => {
    if (task !== undefined) props.onTask(task);
  }, [task]);
  if (loaded.error !== undefined) return <Problem error={loaded.error} retry={loaded.reload} />;
  if (task === undefined) return <Waiting word="Asking" />;
  const { state, result, failure } = task;
  const ended = ['succeeded', 'failed', 'canceled'].includes(state);
  if (!ended) return <Running task={task} />;
  return (
    <div class="inspection">
      {failure === null ? null : <FailureBox task={task} />}
      {state === 'canceled' ? <p class="dim">The look inside was canceled.</p> : null}
      {result?.detection === undefined && task.because === null ? null : (
        <DetectionReport task={task} plugins={props.plugins} usePlugin={props.usePlugin} />
      )}
      {result?.preview === undefined ? null : <Contents task={task} />}
      {failure === null || !isQuestion(failure.code) ? <Problems task={task} /> : null}
      <LiveWord
        text={state === 'succeeded' ? 'The look inside is done' : `The look inside: ${stateWord(state)}`}
      />
    </div>
  );
}

function Running(props: { task: TaskView }) {
  const { task } = props;
  return (
    <section class="panel looking">
      <div class="bar">
        <h2>Looking inside</h2>
        <Pill tone={task.state === 'queued' ? 'quiet' : 'busy'}>{stateWord(task.state)}</Pill>
        <Progress task={task} />
        <span class="grow" />
        <Link to={`/tasks/${task.id}`}>Task {task.id}</Link>
      </div>
      <p class="why">
        {task.waitingBecause ??
          'The files are read and converted as for an import, but nothing is published. You need not wait for it: Import works at any time.'}
      </p>
      <LiveWord text={`Looking inside: ${stateWord(task.state)}`} />
    </section>
  );
}

export function Waiting(props: { word: string }) {
  return (
    <section class="panel looking" aria-busy="true">
      <h2>Looking inside</h2>
      <p class="why">{props.word} ...</p>
    </section>
  );
}

/** Which format it is, is a question: no file was looked at any further, so there is nothing to say of one. */
const isQuestion = (code: string): boolean =>
  code === 'SLY_FORMAT_AMBIGUOUS' || code === 'SLY_FORMAT_UNKNOWN';

function FailureBox(props: { task: TaskView }) {
  const { failure } = props.task;
  if (failure === null || failure.code === 'SLY_FORMAT_AMBIGUOUS') return null;
  return (
    <div class={`box ${failure.code === 'SLY_FORMAT_UNKNOWN' ? 'warn' : 'bad'}`} role="alert">
      <strong>{failure.title}</strong>
      {failure.code === 'SLY_FORMAT_UNKNOWN' ? (
        <div>Choose the format in the form, or look below why each one does not fit.</div>
      ) : (
        <>
          <div>{failure.detail}</div>
          {failure.hint === undefined ? null : <div class="hint">{failure.hint}</div>}
        </>
      )}
    </div>
  );
}

function Contents(props: { task: TaskView }) {
  const { result } = props.task;
  const { counts, preview } = result ?? {};
  if (counts === undefined || preview === undefined) return null;
  const labels = preview.classes.reduce((sum, one) => sum + one.count, 0);
  return (
    <section aria-label="What is in it">
      <div class="counts">
        <Figure n={counts.items} word="items" />
        <Figure n={preview.datasets.length} word="datasets" />
        <Figure n={preview.classes.length} word="classes" />
        <Figure n={labels} word={preview.figures === undefined ? 'labels' : 'objects'} />
        {preview.figures === undefined ? null : <Figure n={preview.figures} word="figures" />}
        <Figure n={preview.tags.length} word="tags" />
        <span class="count">
          <b>{bytes(counts.bytes)}</b> of data
        </span>
      </div>
      <Samples task={props.task} classes={preview.classes} />
      <div class="names">
        <Names
          title="Classes"
          rows={preview.classes}
          unit={preview.figures === undefined ? 'labels' : 'objects'}
        />
        <Names title="Datasets" rows={preview.datasets} unit="items" />
        <Names title="Tags" rows={preview.tags} unit="uses" />
      </div>
    </section>
  );
}

function Figure(props: { n: number; word: string }) {
  return (
    <span class="count">
      <b>{count(props.n)}</b> {props.word}
    </span>
  );
}

const MOST_NAMES = 60;
type Rows = NonNullable<NonNullable<TaskView['result']>['preview']>['classes'];

function Names(props: { title: string; rows: Rows; unit: string }) {
  const { title, rows, unit } = props;
  if (rows.length === 0) return null;
  return (
    <section class="panel">
      <h2>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <ul class="name-list" tabIndex={0} aria-label={title}>
        {rows.slice(0, MOST_NAMES).map((row) => (
          <li key={row.name} title={`${count(row.count)} ${unit}`}>
            {row.color === undefined ? null : <Swatch color={row.color} />}
            <span class="name">{row.name}</span>
            {row.kind === undefined ? null : <span class="dim">{row.kind}</span>}
            <span class="dim number">{count(row.count)}</span>
          </li>
        ))}
      </ul>
      {rows.length > MOST_NAMES ? <p class="dim">and {count(rows.length - MOST_NAMES)} more</p> : null}
    </section>
  );
}

function Swatch(props: { color: string }) {
  return <span class="swatch" style={{ background: props.color }} />;
}

const SEVERITIES = [
  ['failed', 'bad'],
  ['warning', 'warn'],
  ['skipped', 'quiet'],
] as const;

/** The report's lines by severity; single lines of a file count too, not only whole files. */
function Problems(props: { task: TaskView }) {
  const { id, result } = props.task;
  const totals = useLoaded<number[]>(
    (signal) =>
      Promise.all(
        SEVERITIES.map(async ([status]) => {
          const page = await call<{ total: number }>('tasks.report', { id, status, limit: 1 }, signal);
          return page.total;
        }),
      ),
    `problems ${id}`,
  );
  const counts = totals.value;
  if (counts === undefined) return null;
  if (counts.every((one) => one === 0)) {
    return result?.preview === undefined ? null : (
      <p class="all-good">
        <Pill tone="good">No problems</Pill> <span class="dim">every file was understood</span>
      </p>
    );
  }
  return (
    <div class="problems">
      <p>
        {SEVERITIES.map(([status, tone], at) =>
          counts[at] === 0 ? null : (
            <Pill key={status} tone={tone}>
              {count(counts[at] ?? 0)} {status}
            </Pill>
          ),
        )}
      </p>
      <TaskReport task={props.task} />
    </div>
  );
}
