/** One task: what it did, when, what happened to which file, its log. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { useLoaded } from '../loaded.ts';
import { now } from '../now.ts';
import { isEnded, itemsWord, Loading, Problem, Progress, StatePill } from '../parts/bits.tsx';
import { TaskLog } from '../parts/task-log.tsx';
import { TaskReport } from '../parts/task-report.tsx';
import { Timeline } from '../parts/timeline.tsx';
import { go, Link } from '../router.tsx';
import type { TaskHistoryEntry, TaskView } from '../shapes.ts';
import { ago, bytes, count, when } from '../words.ts';

export function TaskDetail(props: { id: number }) {
  const { id } = props;
  const task = useLoaded<TaskView>((signal) => call('tasks.details', { id }, signal), `task ${id}`);
  const history = useLoaded<{ entities: TaskHistoryEntry[] }>(
    (signal) => call('tasks.history', { id }, signal),
    `history ${id}`,
  );
  const failed = useSignal<Error | undefined>(undefined);

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
              task.set((before) => before && { ...before, progress: event.progress });
            } else if (event.type === 'task' && event.task.id === id) {
              task.set(() => event.task);
              history.reload();
            }
          },
        },
        { logOf: id },
      ),
    [id],
  );

  async function act(method: 'tasks.cancel' | 'tasks.retry'): Promise<void> {
    failed.value = undefined;
    try {
      const changed = await call<TaskView>(method, { id });
      task.set(() => changed);
      history.reload();
    } catch (error) {
      failed.value = error as Error;
    }
  }

  const view = task.value;
  if (view === undefined)
    return (
      <main>
        {task.error === undefined ? <Loading /> : <Problem error={task.error} retry={task.reload} />}
      </main>
    );
  const ended = isEnded(view.state);
  return (
    <main>
      <p class="crumbs">
        <Link to="/tasks">Tasks</Link> <span class="dim">/ {view.id}</span>
      </p>
      <div class="bar">
        <h1>{view.title}</h1>
        <StatePill task={view} />
        <Progress task={view} />
        <span class="grow" />
        {ended ? null : (
          <button type="button" class="danger" onClick={() => void act('tasks.cancel')}>
            Cancel
          </button>
        )}
        {view.state === 'failed' || view.state === 'canceled' ? (
          <button type="button" onClick={() => void act('tasks.retry')}>
            Retry
          </button>
        ) : null}
        <ResultLink task={view} />
      </div>
      {failed.value === undefined ? null : <Problem error={failed.value} />}
      {view.failure === null || !(view.state === 'failed') ? null : (
        <div class="box bad" role="alert">
          <strong>{view.failure.title}</strong> <code class="dim">{view.failure.code}</code>
          <div>
            {view.failure.file === undefined ? null : <code>{view.failure.file}: </code>}
            {view.failure.detail}
          </div>
          {view.failure.hint === undefined ? null : <div class="hint">{view.failure.hint}</div>}
        </div>
      )}
      {view.state === 'queued' && view.waitingBecause !== null ? (
        <p class="box">{view.waitingBecause}</p>
      ) : null}
      <Facts task={view} />
      <Counts task={view} />
      <h2>Timeline</h2>
      <Timeline entries={history.value?.entities ?? []} />
      <TaskReport task={view} />
      <TaskLog id={id} attempt={view.attempt} />
    </main>
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

function Facts(props: { task: TaskView }) {
  const { task } = props;
  const { spec, result } = task;
  const source = spec.action === 'import' && 'path' in spec.source ? spec.source.path : undefined;
  return (
    <dl class="facts">
      {source === undefined ? null : <Fact name="Source">{source}</Fact>}
      {result?.projectName === undefined ? null : <Fact name="Project">{result.projectName}</Fact>}
      {result?.archiveName === undefined ? null : <Fact name="Archive">{result.archiveName}</Fact>}
      <Fact name="Plugin">
        {task.plugin ?? 'to be detected'}
        {task.because === null ? null : <span class="dim"> - {task.because}</span>}
      </Fact>
      <Fact name="Agent">{task.agentName ?? 'none yet'}</Fact>
      <Fact name="Attempt">{String(task.attempt)}</Fact>
      <Fact name="Created">
        <span title={when(task.createdAt)}>{ago(task.createdAt, now.value)}</span>
      </Fact>
      {result?.sha256 === undefined ? null : (
        <Fact name="SHA-256">
          <code>{result.sha256}</code>
        </Fact>
      )}
      {spec.action === 'import' && spec.dryRun === true ? (
        <Fact name="Dry run">nothing is published</Fact>
      ) : null}
    </dl>
  );
}

function Fact(props: { name: string; children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

/** Every file is accounted for: in = ok + skipped + failed. */
function Counts(props: { task: TaskView }) {
  const { task } = props;
  const counts = task.result?.counts;
  if (counts === undefined) {
    const items = itemsWord(task);
    return items === '' || isEnded(task.state) ? null : <p class="dim">{items} items so far</p>;
  }
  const what = task.spec.action === 'import' ? 'files in' : 'items in';
  return (
    <div class="counts">
      <Figure value={counts.files} word={what} />
      <span>=</span>
      <Figure value={counts.ok} word="ok" tone="good" />
      <span>+</span>
      <Figure value={counts.skipped} word="skipped" />
      <span>+</span>
      <Figure value={counts.failed} word="failed" tone={counts.failed > 0 ? 'bad' : ''} />
      <span class="grow" />
      <Figure
        value={counts.items}
        word={task.spec.action === 'import' ? 'items published' : 'items written'}
      />
      <Figure value={counts.warnings} word="warnings" tone={counts.warnings > 0 ? 'warn' : ''} />
      <Figure value={bytes(counts.bytes)} word="data" />
    </div>
  );
}

function Figure(props: { value: number | string; word: string; tone?: string }) {
  return (
    <div class={`count ${props.tone ?? ''}`}>
      <b>{typeof props.value === 'number' ? count(props.value) : props.value}</b>
      <small>{props.word}</small>
    </div>
  );
}
