/** The states of a task in order, with how long each took. */
import { now } from '../now.ts';
import type { TaskHistoryEntry } from '../shapes.ts';
import { span, when } from '../words.ts';
import { isEnded, stateWord } from './bits.tsx';

export function Timeline(props: { entries: readonly TaskHistoryEntry[] }) {
  const { entries } = props;
  const attempts = new Set(entries.map((one) => one.attempt)).size;
  return (
    <ol class="timeline">
      {entries.map((entry, at) => {
        const next = entries[at + 1];
        const end = next === undefined ? now.value : Date.parse(next.at);
        const ended = isEnded(entry.state);
        return (
          <li
            key={`${entry.attempt} ${entry.at} ${entry.state}`}
            class={`${entry.state} ${next === undefined ? 'last' : ''}`}
          >
            <b>{stateWord(entry.state)}</b>
            <span class="dim" title={when(entry.at)}>
              {ended ? new Date(entry.at).toLocaleTimeString() : span(end - Date.parse(entry.at))}
            </span>
            {attempts > 1 ? <span class="dim">attempt {entry.attempt}</span> : null}
            {entry.failure === null ? null : <span class="why bad">{entry.failure.title}</span>}
          </li>
        );
      })}
    </ol>
  );
}
