/**
 * A task's log as it grows. Text comes by byte offset: what the stream brings is taken when it follows on what is
 * here, otherwise the gap is asked for. Only the last lines stay in the page.
 */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { type LogLine, logLineOf } from './log-lines.ts';

const MOST_LINES = 5000;
const TAIL_BYTES = 512 * 1024;
/** Lines that come together are drawn together. */
const DRAW_MS = 100;

interface Slice {
  attempt: number;
  offset: number;
  text: string;
  nextOffset: number;
  size: number;
}

interface LogView {
  lines: LogLine[];
  /** Lines that were read and are not kept here any more. */
  dropped: number;
  /** Bytes at the beginning that were never read. */
  skippedBytes: number;
  error: Error | undefined;
}

const EMPTY: LogView = { lines: [], dropped: 0, skippedBytes: 0, error: undefined };

export function useTaskLog(id: number, attempt: number): LogView {
  const [view, setView] = useState(EMPTY);
  useEffect(() => {
    setView(EMPTY);
    return followLog(id, attempt, (change) => setView(change));
  }, [id, attempt]);
  return view;
}

function followLog(
  id: number,
  attempt: number,
  show: (change: (before: LogView) => LogView) => void,
): () => void {
  const controller = new AbortController();
  let at = 0;
  let rest = '';
  let seen = 0;
  let waiting: LogLine[] = [];
  let drawing: ReturnType<typeof setTimeout> | undefined;
  let fetching: Promise<void> | undefined;
  // Asked while an answer is on its way: that answer may be older than what was announced, so once more after it.
  let again = false;

  function draw(): void {
    drawing = undefined;
    const added = waiting;
    waiting = [];
    show((before) => {
      const lines = [...before.lines, ...added].slice(-MOST_LINES);
      return { ...before, lines, dropped: lines[0]?.number ?? 0 };
    });
  }

  function append(text: string): void {
    const whole = `${rest}${text}`.split('\n');
    rest = whole.pop() ?? '';
    for (const one of whole) if (one.trim() !== '') waiting.push(logLineOf(one, seen++));
    if (waiting.length > 0) drawing ??= setTimeout(draw, DRAW_MS);
  }

  async function load(): Promise<void> {
    let midLine = false;
    for (;;) {
      const asked = { id, attempt, offset: at, maxBytes: TAIL_BYTES };
      const slice = await call<Slice>('tasks.logs', asked, controller.signal);
      if (controller.signal.aborted) return;
      if (at === 0 && slice.size > 2 * TAIL_BYTES) {
        // A long log is read from near its end; the download has it whole.
        at = slice.size - TAIL_BYTES;
        midLine = true;
        const skippedBytes = at;
        show((before) => ({ ...before, skippedBytes }));
        continue;
      }
      append(midLine ? slice.text.slice(slice.text.indexOf('\n') + 1) : slice.text);
      midLine = false;
      const grew = slice.nextOffset > at;
      at = slice.nextOffset;
      if (!grew || at >= slice.size) return;
    }
  }

  function refresh(): void {
    again = fetching !== undefined;
    fetching ??= load()
      .then(() => show((before) => (before.error === undefined ? before : { ...before, error: undefined })))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) show((before) => ({ ...before, error: error as Error }));
      })
      .finally(() => {
        fetching = undefined;
        if (again && !controller.signal.aborted) refresh();
      });
  }

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
    clearTimeout(drawing);
    stop();
  };
}

/** The whole log of an attempt as it is stored: lines of JSON. */
export async function wholeLog(id: number, attempt: number): Promise<Blob> {
  const pieces: BlobPart[] = [];
  for (let offset = 0; ; ) {
    const slice = await call<Slice>('tasks.logs', { id, attempt, offset });
    pieces.push(slice.text);
    if (slice.nextOffset <= offset || slice.nextOffset >= slice.size) break;
    offset = slice.nextOffset;
  }
  return new Blob(pieces, { type: 'application/x-ndjson' });
}
