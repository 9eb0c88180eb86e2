/** The attempts of a task: the latest as phases, the earlier ones below. */
import { now } from '../now.ts';
import type { TaskHistoryEntry } from '../shapes.ts';
import { attemptsOf } from '../tasks/attempts.ts';
import { Journal } from '../tasks/journal.tsx';
import { Phases } from '../tasks/phases.tsx';
import { plural, span } from '../words.ts';
import { stateWord } from './bits.tsx';

export function Timeline(props: {
  /** Undefined while it is on its way. */
  entries: readonly TaskHistoryEntry[] | undefined;
  /** What the task does right now, in the plugin's words. */
  step?: string;
}) {
  const attempts = attemptsOf(props.entries ?? [], now.value);
  const latest = attempts.at(-1) ?? {
    number: 1,
    phases: [],
    ms: 0,
    state: 'queued' as const,
    agentName: null,
    failure: null,
  };
  const earlier = attempts.slice(0, -1).reverse();
  return (
    <section aria-label="Timeline">
      <h2>Timeline{latest.number > 1 ? ` of attempt ${latest.number}` : ''}</h2>
      <Phases attempt={latest} {...(props.step !== undefined && { step: props.step })} />
      {earlier.length === 0 ? null : (
        <details class="earlier">
          <summary>{plural(earlier.length, 'earlier attempt')}</summary>
          {earlier.map((attempt) => (
            <article key={attempt.number}>
              <p>
                <b>Attempt {attempt.number}</b>: {stateWord(attempt.state)} after {span(attempt.ms)}
                {attempt.agentName === null ? '' : ` on ${attempt.agentName}`}
                {attempt.failure === null ? null : (
                  <span class="why bad">
                    {' '}
                    {attempt.failure.title}: {attempt.failure.detail}
                  </span>
                )}
              </p>
              <Phases attempt={attempt} />
            </article>
          ))}
        </details>
      )}
      <Journal entries={props.entries ?? []} />
    </section>
  );
}
