/** What the plugin really ran as, what it used over time, and what held it: as the engine or the kernel says. */
import { useEffect, useState } from 'preact/hooks';
import type { RunRecord } from '../../../src/protocol/run-record.ts';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import { isRunning, Pill, Problem } from '../parts/bits.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import type { TaskView } from '../shapes.ts';
import { plural, when } from '../words.ts';
import { Fact } from './facts.tsx';
import { digestWords, usagePlots } from './usage.ts';
import { UsageFigure } from './usage-plot.tsx';

interface AttemptRun {
  attempt: number;
  run: RunRecord;
}

const ASK_AGAIN_MS = 3000;

export function Runs({ task }: { task: TaskView }) {
  const { id, state, attempt } = task;
  const loaded = useLoaded<{ entities: AttemptRun[] }>(
    (signal) => call('tasks.runs', { id }, signal),
    `runs ${id} ${state} ${attempt}`,
  );
  // The last ones stay on the page while those of the next state are on their way.
  const [runs, setRuns] = useState<AttemptRun[]>([]);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const { value } = loaded;
  useEffect(() => {
    if (value !== undefined) setRuns(value.entities);
    if (value === undefined || !isRunning(state)) return;
    const timer = setTimeout(loaded.reload, ASK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [value, state, loaded.reload]);

  if (loaded.error !== undefined) return <Problem error={loaded.error} retry={loaded.reload} />;
  const shown = runs.find((one) => one.attempt === chosen) ?? runs.at(-1);
  return (
    <section class="runs" aria-label="How the plugin ran">
      <div class="bar">
        <h2>How the plugin ran</h2>
        {runs.length < 2 || shown === undefined ? null : (
          <select
            aria-label="Run of attempt"
            value={shown.attempt}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          >
            {runs.map((one) => (
              <option key={one.attempt} value={one.attempt}>
                Attempt {one.attempt}
              </option>
            ))}
          </select>
        )}
      </div>
      {shown === undefined ? (
        <p class="dim">{emptyWord(task)}</p>
      ) : (
        <OneRun key={shown.attempt} run={shown.run} />
      )}
    </section>
  );
}

function emptyWord({ state }: TaskView): string {
  if (state === 'queued') return 'No plugin has been started yet.';
  return isRunning(state)
    ? 'The plugin has not been started yet, or its agent does not tell.'
    : 'No plugin was started, or its agent did not tell.';
}

function OneRun({ run }: { run: RunRecord }) {
  const plots = usagePlots(run);
  const weaker = run.options.filter((one) => one.weaker !== undefined);
  return (
    <>
      <dl class="facts">
        <Fact name="Plugin">
          {run.plugin} {run.version}
        </Fact>
        <Fact name="Image">
          <code>{run.image}</code>
        </Fact>
        <Fact name="Digest that ran">
          {run.digest === undefined ? 'not told by its agent' : <code>{run.digest}</code>}
          <span class="dim"> {digestWords(run.digestOf)}</span>
        </Fact>
        {run.script === undefined ? null : (
          <Fact name="Script that ran">
            {run.script.file} <code>{run.script.digest}</code>
          </Fact>
        )}
        <Fact name="Started">{when(run.startedAt)}</Fact>
        <Fact name="Ended">
          {run.endedAt === undefined ? 'not yet' : `${when(run.endedAt)}: ${run.ended ?? ''}`}
        </Fact>
        <Fact name="Isolation">
          {run.isolation}{' '}
          {weaker.length === 0 ? (
            <Pill tone="good">As strict as the default</Pill>
          ) : (
            <Pill tone="warn">{plural(weaker.length, 'weaker option')}</Pill>
          )}
        </Fact>
      </dl>
      {plots.length === 0 ? (
        <p class="dim">{noPlotWord(run)}</p>
      ) : (
        <div class="plots">
          {plots.map((plot) => (
            <UsageFigure key={plot.title} plot={plot} />
          ))}
        </div>
      )}
      <details>
        <summary>
          Options really used ({run.options.length}
          {weaker.length === 0 ? '' : `, ${weaker.length} weaker than the default`})
        </summary>
        <ScrollBox label="Options really used">
          <table class="options">
            <thead>
              <tr>
                <th>Option</th>
                <th>In force</th>
                <th>Against the default</th>
              </tr>
            </thead>
            <tbody>
              {run.options.map((one) => (
                <tr key={one.name}>
                  <td>{one.name}</td>
                  <td>{one.value}</td>
                  <td>
                    {one.weaker === undefined ? (
                      <span class="dim">same</span>
                    ) : (
                      <>
                        <Pill tone="warn">Weaker</Pill> {one.weaker}
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </details>
    </>
  );
}

function noPlotWord({ usage, endedAt }: RunRecord): string {
  if (endedAt === undefined) return 'What it uses appears here in a few seconds.';
  return usage.at.length === 0
    ? 'It ended before what it uses could be measured.'
    : 'It ended too soon for a plot of what it used.';
}
