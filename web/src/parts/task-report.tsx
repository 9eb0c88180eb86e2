/** What happened to single files. Files without a line are ok. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import type { ReportLine, TaskView } from '../shapes.ts';
import { count } from '../words.ts';
import { isEnded, Pill } from './bits.tsx';

const PAGE = 100;
const TONES: Record<string, string> = { ok: 'good', skipped: 'quiet', failed: 'bad', warning: 'warn' };

interface Report {
  total: number;
  entities: ReportLine[];
}

export function TaskReport(props: { task: TaskView }) {
  const { id, state } = props.task;
  const [status, setStatus] = useState('');
  const [offset, setOffset] = useState(0);
  const report = useLoaded<Report>(
    (signal) =>
      call('tasks.report', { id, offset, limit: PAGE, ...(status === '' ? {} : { status }) }, signal),
    `report ${id} ${status} ${offset} ${isEnded(state)}`,
  );
  useEffect(() => setOffset(0), [status]);
  const page = report.value;
  if (page === undefined || (page.total === 0 && status === '')) return null;
  return (
    <section>
      <div class="bar">
        <h2>Files</h2>
        <fieldset class="chips" aria-label="Show files">
          {['', 'failed', 'skipped', 'warning'].map((one) => (
            <button key={one} type="button" aria-pressed={one === status} onClick={() => setStatus(one)}>
              {one === '' ? 'All' : one}
            </button>
          ))}
        </fieldset>
        <span class="dim">{count(page.total)} lines</span>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>State</th>
              <th>File</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {page.entities.map((line, at) => (
              <tr key={offset + at}>
                <td>
                  <Pill tone={TONES[line.status] ?? 'quiet'}>{line.status}</Pill>
                </td>
                <td class="path">
                  {line.file ?? <span class="dim">the task</span>}
                  {line.place === undefined ? null : <span class="dim"> at {line.place}</span>}
                </td>
                <td title={line.code}>
                  {line.message}
                  {line.hint === undefined ? null : <div class="hint">{line.hint}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {page.total <= PAGE ? null : (
        <p class="more">
          <button type="button" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
            Previous
          </button>
          <span class="dim">
            {count(offset + 1)} - {count(Math.min(offset + PAGE, page.total))} of {count(page.total)}
          </span>
          <button
            type="button"
            disabled={offset + PAGE >= page.total}
            onClick={() => setOffset(offset + PAGE)}
          >
            Next
          </button>
        </p>
      )}
    </section>
  );
}
