/**
 * Sends a selection: a few jobs at a time, each tried again while the trouble is passing. What it does is kept in
 * plain arrays; whoever looks is told a few times a second, however many files there are.
 */
import { ApiError, call } from '../api.ts';
import { filesOf, sleep, whenChecked } from './ask-server.ts';
import { createMeter, timeLeft } from './meter.ts';
import type { Picked } from './picked.ts';
import { type Job, planUpload } from './plan.ts';
import type { Selection } from './selection.ts';
import { sendGroup } from './send-group.ts';
import { isPassing, sendLarge } from './send-large.ts';

export type FileState = 'waiting' | 'sending' | 'done' | 'known' | 'failed';
export type Phase = 'looking' | 'sending' | 'paused' | 'checking' | 'landed' | 'failed' | 'canceled';

export interface UploadView {
  id: number;
  name: string;
  phase: Phase;
  files: number;
  bytes: number;
  /** On the server, those it had before included. */
  doneFiles: number;
  doneBytes: number;
  /** Of these, what was there already. */
  knownFiles: number;
  failedFiles: number;
  rate: number | undefined;
  leftMs: number | undefined;
  /** Why it does not go on right now. */
  trouble: string | undefined;
}

export interface FileView {
  path: string;
  size: number;
  state: FileState;
  /** Bytes on the server. */
  received: number;
  problem: string | undefined;
}

const LANES = 4;
const TELL_MS = 250;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];
const STATES: readonly FileState[] = ['waiting', 'sending', 'done', 'known', 'failed'];

export interface UploadEngine {
  readonly id: number;
  view(): UploadView;
  /** A part of the list of files, in the order they were selected. */
  rows(from: number, to: number): FileView[];
  pause(): void;
  resume(): void;
  /** Files that failed for good are tried once more. */
  retry(): void;
  /** Ends it and removes what is on the server. */
  cancel(): Promise<void>;
}

export function createUploadEngine(
  selection: Selection<File>,
  upload: { id: number; name: string },
  onChange: () => void,
): UploadEngine {
  const { files } = selection;
  const { id, name } = upload;
  const states = new Uint8Array(files.length);
  const received = new Float64Array(files.length);
  const problems = new Map<number, string>();
  const addresses = new Map<number, string>();
  const meter = createMeter();
  let phase: Phase = 'looking';
  let queue: Job[] = [];
  let stop = new AbortController();
  let trouble: string | undefined;
  let [doneFiles, doneBytes, knownFiles, sentBytes] = [0, 0, 0, 0];
  let told = 0;
  let telling = false;

  function tell(): void {
    if (telling) return;
    telling = true;
    setTimeout(
      () => {
        telling = false;
        told = performance.now();
        meter.note(sentBytes, told);
        onChange();
      },
      Math.max(0, told + TELL_MS - performance.now()),
    );
  }

  function set(at: number, state: FileState): void {
    const before = STATES[states[at] ?? 0];
    if (before === state) return;
    const size = files[at]?.file.size ?? 0;
    states[at] = STATES.indexOf(state);
    if (state !== 'failed') problems.delete(at);
    if (state === 'done' || state === 'known') {
      doneFiles++;
      if (state === 'known') knownFiles++;
      arrived(at, size);
    }
    tell();
  }

  function arrived(at: number, bytes: number): void {
    doneBytes += bytes - (received[at] ?? 0);
    received[at] = bytes;
    tell();
  }

  function fail(at: number, error: unknown): void {
    problems.set(at, error instanceof Error ? error.message : String(error));
    set(at, 'failed');
  }

  async function work(job: Job, signal: AbortSignal): Promise<void> {
    if (job.kind === 'group') {
      const left = job.files.filter((at) => STATES[states[at] ?? 0] !== 'failed');
      for (const at of left) set(at, 'sending');
      const picked = left.map((at) => files[at]).filter((one): one is Picked => one !== undefined);
      sentBytes += await sendGroup(id, picked, signal);
      for (const at of left) set(at, 'done');
      return;
    }
    const { file: at } = job;
    const picked = files[at];
    if (picked === undefined) return;
    set(at, 'sending');
    const address = addresses.get(at) ?? job.address;
    let first = address !== undefined;
    await sendLarge(id, picked, {
      signal,
      ...(address !== undefined && { address }),
      onAddress: (known) => addresses.set(at, known),
      onProgress(bytes) {
        // The first word of a resumed file is what was there.
        if (!first) sentBytes += Math.max(0, bytes - (received[at] ?? 0));
        first = false;
        arrived(at, bytes);
      },
    });
    set(at, 'done');
  }

  /** One job until it is done, for good or for bad. Rejects only when it was stopped. */
  async function see(job: Job, signal: AbortSignal): Promise<void> {
    const all = job.kind === 'group' ? job.files : [job.file];
    for (let tries = 0; ; tries++) {
      try {
        await work(job, signal);
        trouble = undefined;
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ApiError && error.status === 401) pause();
        else if (!passes(error)) {
          await blame(job, error);
          return;
        } else {
          trouble = `${error instanceof Error ? error.message : String(error)}; trying again`;
          for (const at of all) if (STATES[states[at] ?? 0] === 'sending') set(at, 'waiting');
          await sleep(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0, signal);
        }
        signal.throwIfAborted();
      }
    }
  }

  /** One bad file must not take its group with it: those that can still be read go in a group of their own. */
  async function blame(job: Job, error: unknown): Promise<void> {
    if (job.kind === 'large' || error instanceof ApiError) {
      for (const at of job.kind === 'large' ? [job.file] : job.files) fail(at, error);
      return;
    }
    const readable: number[] = [];
    for (const at of job.files) {
      try {
        await files[at]?.file.slice(0, 1).arrayBuffer();
        readable.push(at);
      } catch (unreadable) {
        fail(at, unreadable);
      }
    }
    if (readable.length === job.files.length) for (const at of readable) fail(at, error);
    else if (readable.length > 0) queue.push({ kind: 'group', files: readable });
  }

  async function run(): Promise<void> {
    const { signal } = stop;
    try {
      phase = 'looking';
      tell();
      const there = await again(() => filesOf(id, signal), signal);
      const local = files.map(({ path, file }) => ({
        path,
        size: file.size,
        modifiedAt: file.lastModified,
      }));
      const plan = planUpload(local, there);
      for (const at of plan.known) if (STATES[states[at] ?? 0] !== 'done') set(at, 'known');
      queue = plan.jobs;
      phase = 'sending';
      meter.reset();
      await Promise.all(Array.from({ length: LANES }, () => lane(signal)));
      phase = 'checking';
      tell();
      await again(() => whenChecked(id, signal), signal);
      phase = problems.size > 0 ? 'failed' : 'landed';
    } catch (error) {
      if (!signal.aborted) {
        trouble = error instanceof Error ? error.message : String(error);
        phase = 'failed';
      }
    }
    tell();
  }

  async function lane(signal: AbortSignal): Promise<void> {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await see(job, signal);
  }

  async function again<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        if (!passes(error)) throw error;
        trouble = 'The platform does not answer; trying again';
        tell();
        await sleep(WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0, signal);
        trouble = undefined;
      }
    }
  }

  function pause(): void {
    if (phase !== 'sending' && phase !== 'looking' && phase !== 'checking') return;
    phase = 'paused';
    stop.abort();
    for (const at of states.keys()) if (STATES[states[at] ?? 0] === 'sending') set(at, 'waiting');
    trouble = undefined;
    meter.reset();
    tell();
  }

  function start(): void {
    stop = new AbortController();
    void run();
  }

  start();
  return {
    id,
    view: () => {
      const rate = phase === 'sending' ? meter.rate(performance.now()) : undefined;
      return {
        ...{ id, name, phase, files: files.length, bytes: selection.bytes },
        ...{ doneFiles, doneBytes, knownFiles, failedFiles: problems.size, rate, trouble },
        leftMs: timeLeft(selection.bytes - doneBytes, rate),
      };
    },
    rows: (from, to) =>
      files.slice(from, to).map(({ path, file }, index) => {
        const at = from + index;
        return {
          path,
          size: file.size,
          state: STATES[states[at] ?? 0] ?? 'waiting',
          received: received[at] ?? 0,
          problem: problems.get(at),
        };
      }),
    pause,
    resume() {
      if (phase === 'paused') start();
    },
    retry() {
      if (phase !== 'failed') return;
      problems.clear();
      for (const at of states.keys()) if (STATES[states[at] ?? 0] === 'failed') set(at, 'waiting');
      start();
    },
    async cancel() {
      stop.abort();
      phase = 'canceled';
      tell();
      await call('uploads.remove', { id });
    },
  };
}

function passes(error: unknown): boolean {
  if (error instanceof ApiError) return isPassing(error.status);
  // What `fetch` throws when nobody answers.
  return error instanceof TypeError;
}
