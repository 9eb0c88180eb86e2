/** Every event of a task in the order it happened, folded away: who wants to know exactly finds it here. */
import { stateWord } from '../parts/bits.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import type { TaskHistoryEntry } from '../shapes.ts';
import { plural } from '../words.ts';

export function Journal({ entries }: { entries: readonly TaskHistoryEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <details class="journal">
      <summary>Journal: {plural(entries.length, 'event')}</summary>
      <ScrollBox label="Journal">
        <table>
          <thead>
            <tr>
              <th>Time</th>
              <th>Attempt</th>
              <th>State</th>
              <th>Agent</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, at) => (
              <tr key={at}>
                <td>
                  <time dateTime={entry.at}>{timeWord(entry.at)}</time>
                </td>
                <td>{entry.attempt}</td>
                <td>{stateWord(entry.state)}</td>
                <td>{entry.agentName ?? ''}</td>
                <td>{entry.failure === null ? '' : `${entry.failure.title}: ${entry.failure.detail}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}

/** With milliseconds: short phases are told apart. */
function timeWord(iso: string): string {
  const at = new Date(iso);
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${at.toLocaleDateString()} ${at.toLocaleTimeString()}.${ms}`;
}
