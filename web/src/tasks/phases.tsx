/** The phases of one attempt side by side with how long each took. Every place is there from the start. */
import { stateWord } from '../parts/bits.tsx';
import type { TaskState } from '../shapes.ts';
import { span, when } from '../words.ts';
import type { Attempt } from './attempts.ts';

const ORDER: readonly TaskState[] = ['queued', 'leased', 'fetching', 'converting', 'publishing'];
const TITLES: Partial<Record<TaskState, string>> = {
  queued: 'Waiting for an agent',
  leased: 'An agent has taken it',
  fetching: 'Reading the source',
  converting: 'Converting the data',
  publishing: 'Publishing the result',
};

export function Phases(props: {
  attempt: Attempt /** What it does right now, in the plugin's words. */;
  step?: string;
}) {
  const { phases, ms, state } = props.attempt;
  const end = phases.at(-1);
  const ended = end !== undefined && !end.going && !ORDER.includes(end.state);
  return (
    <ol class="phases" aria-label={`Phases of attempt ${props.attempt.number}`}>
      {ORDER.map((one) => {
        const of = phases.filter((phase) => phase.state === one);
        const going = of.some((phase) => phase.going);
        const took = of.reduce((sum, phase) => sum + phase.ms, 0);
        return (
          <li
            key={one}
            class={going ? 'going' : of.length > 0 ? 'past' : ''}
            aria-current={going ? 'step' : undefined}
            title={of[0] === undefined ? TITLES[one] : `${TITLES[one]}, since ${when(of[0].at)}`}
          >
            <b>{stateWord(one)}</b>
            <span class="took">{of.length === 0 ? '-' : tookWord(took)}</span>
            <span class="share" style={{ width: `${ms === 0 ? 0 : Math.round((100 * took) / ms)}%` }} />
            <small>{going && props.step !== undefined && props.step !== one ? props.step : ' '}</small>
          </li>
        );
      })}
      <li class={ended ? `end ${state}` : 'end'} title={ended ? when(end.at) : undefined}>
        <b>{ended ? stateWord(end.state) : 'End'}</b>
        <span class="took">{ended ? `after ${tookWord(ms)}` : '-'}</span>
        <span class="share" style={{ width: 0 }} />
        <small>{ended ? new Date(end.at).toLocaleTimeString() : ' '}</small>
      </li>
    </ol>
  );
}

/** Short phases are told apart too. */
function tookWord(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms);
}
