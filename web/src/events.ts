/**
 * What happens on the platform, live. One event stream for the page; while it is broken, everybody who listens is
 * told to ask again every few seconds, so the page stays true without it.
 */
import { signal } from '@preact/signals';
import { session } from './api.ts';
import type { TaskEvent } from './shapes.ts';

export type Liveness = 'connecting' | 'live' | 'polling';
export const liveness = signal<Liveness>('connecting');

interface Listener {
  event(event: TaskEvent): void;
  /** Something may have been missed: ask the API. */
  refresh(): void;
}

const POLL_MS = 3000;
const listeners = new Set<Listener>();
let source: EventSource | undefined;
let logTask: number | undefined;
let poll: ReturnType<typeof setInterval> | undefined;

export function listen(listener: Listener, options: { logOf?: number } = {}): () => void {
  listeners.add(listener);
  if (options.logOf !== undefined) followLog(options.logOf);
  return () => {
    listeners.delete(listener);
    if (options.logOf !== undefined && logTask === options.logOf) followLog(undefined);
  };
}

function followLog(task: number | undefined): void {
  if (logTask === task) return;
  logTask = task;
  if (source !== undefined) connect();
}

session.subscribe((state) => {
  if (state === 'in' && source === undefined) connect();
  if (state === 'out') disconnect();
});

function connect(): void {
  source?.close();
  const next = new EventSource(logTask === undefined ? '/events' : `/events?task=${logTask}`);
  source = next;
  next.onopen = () => {
    setLiveness('live');
    for (const listener of listeners) listener.refresh();
  };
  next.onerror = () => {
    setLiveness('polling');
    // A closed source does not try again by itself (the session may be over, the server restarting).
    if (next.readyState === EventSource.CLOSED) setTimeout(() => source === next && connect(), POLL_MS);
  };
  for (const type of ['task', 'progress', 'log', 'agent']) {
    next.addEventListener(type, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as TaskEvent;
      for (const listener of listeners) listener.event(event);
    });
  }
}

function disconnect(): void {
  source?.close();
  source = undefined;
  setLiveness('connecting');
}

function setLiveness(to: Liveness): void {
  liveness.value = to;
  if (to === 'polling') {
    poll ??= setInterval(() => {
      if (!document.hidden) for (const listener of listeners) listener.refresh();
    }, POLL_MS);
  } else if (poll !== undefined) {
    clearInterval(poll);
    poll = undefined;
  }
}
