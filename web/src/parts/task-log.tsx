/**
 * The task's log as it grows. Text comes by byte offset: what the stream brings is taken when it follows on what is
 * here, otherwise the gap is asked for. Only the last lines stay in the page.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';

const MOST_LINES = 5000;
const TAIL_BYTES = 512 * 1024;

interface Slice {
  attempt: number;
  offset: number;
  text: string;
  nextOffset: number;
  size: number;
}

interface Line {
  level: string;
  time: string;
  text: string;
}

export function TaskLog(props: { id: number; attempt: number }) {
  const { id, attempt } = props;
  const [lines, setLines] = useState<Line[]>([]);
  const [follow, setFollow] = useState(true);
  const [skipped, setSkipped] = useState(false);
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const controller = new AbortController();
    let at = 0;
    let rest = '';
    let fetching: Promise<void> | undefined;
    setLines([]);
    setSkipped(false);

    function append(text: string): void {
      const whole = `${rest}${text}`.split('\n');
      rest = whole.pop() ?? '';
      const added = whole.filter((one) => one.trim() !== '').map(lineOf);
      if (added.length > 0) setLines((before) => [...before, ...added].slice(-MOST_LINES));
    }

    async function load(): Promise<void> {
      for (;;) {
        const slice = await call<Slice>(
          'tasks.logs',
          { id, attempt, offset: at, maxBytes: TAIL_BYTES },
          controller.signal,
        );
        if (controller.signal.aborted) return;
        if (at === 0 && slice.size > 2 * TAIL_BYTES) {
          // A long log is read from near its end; the command line shows it whole.
          at = slice.size - TAIL_BYTES;
          setSkipped(true);
          continue;
        }
        append(slice.text);
        const grew = slice.nextOffset > at;
        at = slice.nextOffset;
        if (!grew || at >= slice.size) return;
      }
    }
    // Asked while an answer is on its way: that answer may be older than what was announced, so once more after it.
    let again = false;
    const refresh = (): void => {
      again = fetching !== undefined;
      fetching ??= load()
        .catch(() => undefined)
        .finally(() => {
          fetching = undefined;
          if (again && !controller.signal.aborted) refresh();
        });
    };

    refresh();
    const stop = listen({
      refresh,
      event(event) {
        if (event.type !== 'log' || event.id !== id || event.attempt !== attempt) return;
        const end = event.offset + new TextEncoder().encode(event.text).length;
        if (fetching === undefined && event.offset === at) {
          append(event.text);
          at = end;
        } else if (end > at) refresh();
      },
    });
    return () => {
      controller.abort();
      stop();
    };
  }, [id, attempt]);

  useEffect(() => {
    if (follow && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, follow]);

  return (
    <section>
      <div class="bar">
        <h2>Log</h2>
        <label class="check">
          <input
            type="checkbox"
            checked={follow}
            onChange={(event) => setFollow(event.currentTarget.checked)}
          />
          <span>Follow</span>
        </label>
        {skipped ? <span class="dim">earlier lines: sly-agent logs {id}</span> : null}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard */}
      <div class="log" ref={box} tabIndex={0} role="log" aria-label="Log of the task">
        {lines.length === 0 ? <span class="dim">Nothing yet.</span> : null}
        {lines.map((line, at) => (
          <div key={at} class={line.level}>
            <span class="dim">{line.time}</span> {line.text}
          </div>
        ))}
      </div>
    </section>
  );
}

function lineOf(text: string): Line {
  try {
    const json = JSON.parse(text) as { time?: string; level?: string; message?: string; msg?: string };
    const message = json.message ?? json.msg;
    if (typeof message === 'string') {
      const time = typeof json.time === 'string' ? new Date(json.time).toLocaleTimeString() : '';
      return { level: String(json.level ?? 'info'), time, text: message };
    }
  } catch {
    // Plain text is a line too.
  }
  return { level: 'info', time: '', text };
}
