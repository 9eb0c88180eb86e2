/**
 * The lines a container prints, in order and complete. Live lines come over the attached stream, which holds the
 * plugin back when we read slowly. Where that stream is missing (a run found again) or breaks (the engine was
 * restarted), the engine's log is read from the start, and what this process delivered already is skipped by bytes.
 */
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { OutputLine } from '../../ports/runner.ts';
import { createLineCutter } from '../line-cutter.ts';
import type { ReaderActivity } from '../reader-activity.ts';
import { type Frame, readFrames, splitStamp } from './frames.ts';

export interface OutputOptions {
  /** Attached before the start; undefined = read the log. */
  attached: NodeJS.ReadableStream | undefined;
  /** The log from its start, followed. Waits for an engine that is away; undefined = there is no container any more. */
  openLog: () => Promise<NodeJS.ReadableStream | undefined>;
  /** Resolves when the container has ended; true = the engine was there all the time. Never rejects. */
  ended: Promise<boolean>;
  activity: ReaderActivity;
  clock: Clock;
  log: Logger;
}

export interface ContainerOutput {
  lines: AsyncGenerator<OutputLine>;
  /** The lines end now, whatever is still to come. */
  cut(): void;
}

type Source = { stream: NodeJS.ReadableStream; stamped: boolean };
type Stream = OutputLine['stream'];

/** The end of the stream and the end of the container come within milliseconds of each other. */
const END_GAP_MS = 2000;
/** A stream that gives nothing so long after the end will not end by itself. */
const STUCK_MS = 10_000;

export function readContainer(options: OutputOptions): ContainerOutput {
  const { activity, clock, log } = options;
  const cutters = { stdout: createLineCutter(), stderr: createLineCutter() };
  const delivered: Record<Stream, number> = { stdout: 0, stderr: 0 };
  let open: NodeJS.ReadableStream | undefined = options.attached;
  let isCut = false;
  let isOver = false;
  void options.ended.then(() => {
    isOver = true;
  });

  function close(): void {
    if (open !== undefined && 'destroy' in open && typeof open.destroy === 'function') open.destroy();
  }

  async function* framesOf({ stream }: Source): AsyncGenerator<Frame> {
    const frames = readFrames(stream as AsyncIterable<Buffer>);
    for (;;) {
      activity.waiting();
      const next = await frames.next();
      activity.received();
      if (next.done === true) return;
      yield next.value;
    }
  }

  async function* linesOf(source: Source): AsyncGenerator<OutputLine> {
    const skip = { ...delivered };
    if (!source.stamped) skip.stdout = skip.stderr = 0;
    for await (const { stream, bytes: raw } of framesOf(source)) {
      const { at = clock.now(), bytes } = source.stamped ? splitStamp(raw) : { bytes: raw };
      const repeated = Math.min(skip[stream], bytes.length);
      skip[stream] -= repeated;
      const fresh = bytes.subarray(repeated);
      delivered[stream] += fresh.length;
      for (const line of cutters[stream].push(fresh)) yield { stream, ...line, at };
    }
  }

  /** True when everything was read; false when the stream broke off. */
  async function* read(source: Source): AsyncGenerator<OutputLine, boolean> {
    open = source.stream;
    try {
      yield* linesOf(source);
    } catch (error) {
      if (!isCut) log.debug({ err: error }, 'the output stream of a container broke off');
      return false;
    } finally {
      activity.received();
    }
    return Promise.race([options.ended, clock.sleep(END_GAP_MS).then(() => false)]);
  }

  async function* lines(): AsyncGenerator<OutputLine> {
    let source: Source | undefined =
      options.attached === undefined ? undefined : { stream: options.attached, stamped: false };
    const guard = setInterval(() => {
      if (isOver && activity.silenceMs() > STUCK_MS) close();
    }, 1000);
    try {
      while (!isCut) {
        if (source === undefined) {
          const stream = await options.openLog();
          if (stream === undefined) break;
          source = { stream, stamped: true };
        }
        const wasOver = isOver;
        const whole = yield* read(source);
        // The log of an ended container is whole: once it was read to its end there is nothing more to come.
        if (whole || (source.stamped && wasOver)) break;
        source = undefined;
      }
      for (const stream of ['stdout', 'stderr'] as const)
        for (const line of isCut ? [] : cutters[stream].end()) yield { stream, ...line, at: clock.now() };
    } finally {
      clearInterval(guard);
      close();
    }
  }

  return {
    lines: lines(),
    cut() {
      isCut = true;
      close();
    },
  };
}
