/** Which format it is, how sure that is, and why it is not one of the others. */
import { Pill } from '../parts/bits.tsx';
import type { Manifest, TaskView } from '../shapes.ts';

/** The agent asks a person when two are closer than this (detect-format.ts). */
const MARGIN = 0.1;

export function DetectionReport(props: {
  task: TaskView;
  plugins: readonly Manifest[];
  usePlugin(name: string): void;
}) {
  const { task, plugins, usePlugin } = props;
  const detection = task.result?.detection;
  const titleOf = (name: string): string => plugins.find((one) => one.name === name)?.title ?? name;
  const ranked = [...(detection?.candidates ?? [])].sort((a, b) => b.confidence - a.confidence);
  const best = ranked[0]?.confidence ?? 0;
  const asked = task.failure?.code === 'SLY_FORMAT_AMBIGUOUS';
  const rivals = asked ? ranked.filter((one) => best - one.confidence < MARGIN) : [];
  const rest = ranked.filter((one) => one.plugin !== task.plugin && !rivals.includes(one));
  const rejected = detection?.rejected ?? [];
  const confidence = ranked.find((one) => one.plugin === task.plugin)?.confidence;
  return (
    <section class="panel detection" aria-label="Format">
      {asked ? (
        <>
          <h2>More than one format fits. Which is it?</h2>
          <ul class="rivals">
            {rivals.map((one) => (
              <li key={one.plugin}>
                <span>
                  <b>{titleOf(one.plugin)}</b> <Sure confidence={one.confidence} />
                  <small>{one.because}</small>
                </span>
                <button type="button" onClick={() => usePlugin(one.plugin)}>
                  Use {titleOf(one.plugin)}
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : task.plugin === null ? (
        <h2>No known format fits</h2>
      ) : (
        <>
          <h2>
            {titleOf(task.plugin)} {confidence === undefined ? null : <Sure confidence={confidence} />}
          </h2>
          <p class="why">{task.because}</p>
        </>
      )}
      {rest.length + rejected.length === 0 ? null : (
        <details>
          <summary>Why not another format</summary>
          <dl class="why-not">
            {[...rest, ...rejected].map((one) => (
              <div key={one.plugin}>
                <dt>{titleOf(one.plugin)}</dt>
                <dd>{one.because}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </section>
  );
}

function Sure(props: { confidence: number }) {
  const percent = Math.round(100 * props.confidence);
  return (
    <Pill tone={percent >= 80 ? 'good' : percent >= 50 ? 'warn' : 'quiet'} title="How sure the detector is">
      {percent}% sure
    </Pill>
  );
}
