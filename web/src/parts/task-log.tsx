/** The log of one attempt: it follows the end until somebody scrolls up, can be searched, and downloaded whole. */
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { cutAround, droppedWord, type LogLine, matchesOf } from '../tasks/log-lines.ts';
import { useTaskLog, wholeLog } from '../tasks/read-log.ts';
import { saveFile } from '../tasks/save-file.ts';
import { bytes, count } from '../words.ts';
import { Problem } from './bits.tsx';

/** Pixels from the end that still count as the end. */
const NEAR = 24;

export function TaskLog(props: { id: number; attempt: number }) {
  const { id } = props;
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const attempt = chosen ?? props.attempt;
  const log = useTaskLog(id, attempt);
  const { lines } = log;
  const [follow, setFollow] = useState(true);
  const [wanted, setWanted] = useState('');
  /** Place in the matches. */
  const [place, setPlace] = useState(0);
  const [failed, setFailed] = useState<Error | undefined>(undefined);
  const [saving, setSaving] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const matches = useMemo(() => matchesOf(lines, wanted), [lines, wanted]);
  const current = matches[Math.min(place, matches.length - 1)];

  // A new attempt is shown as soon as there is one.
  useEffect(() => setChosen(undefined), [props.attempt]);
  useEffect(() => setPlace(0), [wanted]);
  useEffect(() => {
    if (follow && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follow]);
  useEffect(() => {
    const found = box.current?.querySelector<HTMLElement>('.current');
    if (box.current === null || found == null) return;
    // Only the box scrolls, not the page.
    box.current.scrollTop = found.offsetTop - box.current.clientHeight / 2;
  }, [current]);

  function step(by: number): void {
    if (matches.length === 0) return;
    setFollow(false);
    setPlace((before) => (Math.min(before, matches.length - 1) + by + matches.length) % matches.length);
  }

  async function save(): Promise<void> {
    setSaving(true);
    setFailed(undefined);
    try {
      saveFile(await wholeLog(id, attempt), `task-${id}-attempt-${attempt}.ndjson`);
    } catch (error) {
      setFailed(error as Error);
    }
    setSaving(false);
  }

  return (
    <section class="task-log" aria-label="Log">
      <div class="bar">
        <h2>Log</h2>
        {props.attempt > 1 ? (
          <select
            aria-label="Attempt"
            value={attempt}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          >
            {Array.from({ length: props.attempt }, (_, at) => props.attempt - at).map((one) => (
              <option key={one} value={one}>
                Attempt {one}
              </option>
            ))}
          </select>
        ) : null}
        <label class="check">
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => setFollow(event.currentTarget.checked)}
          />
          <span>Follow</span>
        </label>
        <span class="grow" />
        <input
          type="search"
          placeholder="Search the log"
          aria-label="Search the log"
          value={wanted}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            setFollow(event.currentTarget.value === '');
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            step(event.shiftKey ? -1 : 1);
          }}
        />
        <span class="dim found" role="status">
          {wanted === '' ? '' : matches.length === 0 ? 'Not found' : placeWord(place, matches.length)}
        </span>
        <button
          type="button"
          disabled={matches.length === 0}
          aria-label="Previous match"
          onClick={() => step(-1)}
        >
          ↑
        </button>
        <button type="button" disabled={matches.length === 0} aria-label="Next match" onClick={() => step(1)}>
          ↓
        </button>
        <button type="button" disabled={saving} onClick={() => void save()}>
          Download log
        </button>
      </div>
      {failed === undefined ? null : <Problem error={failed} />}
      {log.error === undefined ? null : <Problem error={log.error} />}
      {/* biome-ignore-start lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <div
        class="log"
        ref={box}
        tabIndex={0}
        role="log"
        // Every line read aloud would be too much; the state of the task is said instead.
        aria-live="off"
        aria-label="Log of the task"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          const atEnd = scrollHeight - clientHeight - scrollTop < NEAR;
          if (!atEnd) setFollow(false);
        }}
      >
        {/* biome-ignore-end lint/a11y/noNoninteractiveTabindex: above */}
        <Missing dropped={log.dropped} skippedBytes={log.skippedBytes} />
        {lines.length === 0 ? <span class="dim">Nothing yet.</span> : null}
        <Lines lines={lines} wanted={wanted} current={current} />
      </div>
    </section>
  );
}

function placeWord(place: number, total: number): string {
  return `${count(Math.min(place, total - 1) + 1)} of ${count(total)}`;
}

/** What is before the first line here. */
function Missing(props: { dropped: number; skippedBytes: number }) {
  const parts = [
    ...(props.skippedBytes > 0 ? [`the first ${bytes(props.skippedBytes)} were not read`] : []),
    ...(props.dropped > 0 ? [`${droppedWord(props.dropped)} from view`] : []),
  ];
  if (parts.length === 0) return null;
  return <div class="dropped">{parts.join(', ')}: Download log has all of it</div>;
}

/** A line that did not change is the same node as before, so thousands of them cost nothing when one comes. */
function Lines(props: { lines: readonly LogLine[]; wanted: string; current: number | undefined }) {
  const { wanted, current } = props;
  const nodes = useMemo(() => new WeakMap<LogLine, VNode>(), [wanted]);
  return (
    <>
      {props.lines.map((line) => {
        if (line.number === current) return lineNode(line, wanted, true);
        const known = nodes.get(line) ?? lineNode(line, wanted, false);
        nodes.set(line, known);
        return known;
      })}
    </>
  );
}

function lineNode(line: LogLine, wanted: string, current: boolean): VNode {
  const parts = cutAround(line.text, wanted);
  return (
    <div key={line.number} class={`${line.level} ${current ? 'current' : ''}`}>
      <span class="dim">{line.time}</span>{' '}
      {parts.map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part))}
    </div>
  );
}
