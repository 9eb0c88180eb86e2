/** What happened to single files. Files without a line are ok. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, callForFile } from '../api.ts';
import { useLoaded } from '../loaded.ts';
import type { Counts, ReportLine, TaskView } from '../shapes.ts';
import { isEnded } from '../task-ended.ts';
import { saveFile } from '../tasks/save-file.ts';
import { count } from '../words.ts';
import { Pill, Problem } from './bits.tsx';

const PAGE = 25;
const TONES: Record<string, string> = { ok: 'good', skipped: 'quiet', failed: 'bad', warning: 'warn' };
/** By severity, with the count that the result has of it. */
const FILTERS: readonly { status: string; of?: keyof Counts }[] = [
  { status: '' },
  { status: 'failed', of: 'failed' },
  { status: 'warning', of: 'warnings' },
  { status: 'skipped', of: 'skipped' },
];

interface Report {
  total: number;
  entities: ReportLine[];
}

export function TaskReport(props: { task: TaskView }) {
  const { id, state, attempt, result } = props.task;
  const [asked, setAsked] = useState({ status: '', offset: 0 });
  const { status, offset } = asked;
  const ofStatus = status === '' ? {} : { status };
  const report = useLoaded<Report>(
    (signal) => call('tasks.report', { id, offset, limit: PAGE, ...ofStatus }, signal),
    `report ${id} ${attempt} ${status} ${offset} ${isEnded(state)}`,
  );
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const [saving, setSaving] = useState(false);
  // While another page is on its way this one stays, so that nothing jumps.
  const last = useRef<Report | undefined>(undefined);
  last.current = report.value ?? last.current;
  useEffect(() => setAsked({ status: '', offset: 0 }), [attempt]);

  async function save(): Promise<void> {
    setSaving(true);
    setFailed(undefined);
    try {
      saveFile(await callForFile('tasks.report.csv', { id, ...ofStatus }), `task-${id}-report.csv`);
    } catch (error) {
      setFailed(error as Error);
    }
    setSaving(false);
  }

  const page = last.current;
  if (report.error !== undefined) return <Problem error={report.error} retry={report.reload} />;
  if (page === undefined || (page.total === 0 && status === '')) return null;
  return (
    <section class="task-report" aria-label="Files" aria-busy={report.value === undefined}>
      <div class="bar">
        <h2>Files</h2>
        <fieldset class="chips" aria-label="Show files">
          {FILTERS.map(({ status: one, of }) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === status}
              onClick={() => setAsked({ status: one, offset: 0 })}
            >
              {one === '' ? 'All' : one}
              {of === undefined || result === null ? '' : ` ${count(result.counts[of])}`}
            </button>
          ))}
        </fieldset>
        <span class="dim">{count(page.total)} lines</span>
        <span class="grow" />
        <button type="button" disabled={saving} onClick={() => void save()}>
          Download CSV
        </button>
      </div>
      {failed === undefined ? null : <Problem error={failed} />}
      <div class="scroll">
        <table class="report">
          <thead>
            <tr>
              <th>State</th>
              <th>File</th>
              <th>Place</th>
              <th>What</th>
            </tr>
          </thead>
          <tbody>
            {page.entities.length === 0 ? (
              <tr>
                <td colSpan={4} class="dim">
                  No file is {status}.
                </td>
              </tr>
            ) : null}
            {page.entities.map((line, at) => (
              <tr key={offset + at}>
                <td>
                  <Pill tone={TONES[line.status] ?? 'quiet'}>{line.status}</Pill>
                </td>
                <td class="path">{line.file ?? <span class="dim">the task</span>}</td>
                <td class="path">{line.place ?? <span class="dim">-</span>}</td>
                <td>
                  {line.message} <code class="dim">{line.code}</code>
                  {line.hint === undefined ? null : <div class="hint">{line.hint}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {page.total <= PAGE ? null : (
        <nav class="more" aria-label="Pages of the report">
          <button
            type="button"
            disabled={offset === 0}
            onClick={() => setAsked({ status, offset: Math.max(0, offset - PAGE) })}
          >
            Previous
          </button>
          <span class="dim">
            {count(offset + 1)} - {count(Math.min(offset + PAGE, page.total))} of {count(page.total)}
          </span>
          <button
            type="button"
            disabled={offset + PAGE >= page.total}
            onClick={() => setAsked({ status, offset: offset + PAGE })}
          >
            Next
          </button>
        </nav>
      )}
    </section>
  );
}
