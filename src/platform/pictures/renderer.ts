/**
 * Processes that decode pictures. At most `processes` work at a time; they are started when there is work and
 * end when there was none for a while. One that takes too long is killed, one that dies takes only its own
 * picture with it. The newest order is done first: it is what somebody looks at now.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { SlyError } from '../../lib/errors.ts';
import type { RenderReply } from './render-program.ts';
import type { RenderOrder } from './rendition.ts';

export interface Renderer {
  /**
   * `prepare` is called when it is the order's turn. Rejects with SLY_IMAGE_UNREADABLE (also when it takes too
   * long), with what `prepare` threw, and with SLY_ABORTED when the signal came before its turn or it was closed.
   */
  render(prepare: () => Promise<RenderOrder>, options: { signal: AbortSignal }): Promise<void>;
  close(): Promise<void>;
}

export interface RendererOptions {
  processes?: number;
  /** Time one picture may take. */
  mostMs?: number;
  program?: URL;
}

interface Job {
  prepare(): Promise<RenderOrder>;
  signal: AbortSignal;
  resolve(): void;
  reject(error: unknown): void;
}

const PROCESSES = 2;
const MOST_MS = 30_000;
const IDLE_MS = 30_000;

export function createRenderer(options: RendererOptions = {}): Renderer {
  const { processes = PROCESSES, mostMs = MOST_MS, program = ownProgram() } = options;
  const waiting = new Set<Job>();
  const idle = new Map<ChildProcess, NodeJS.Timeout>();
  const all = new Set<ChildProcess>();
  let busy = 0;
  let closed = false;

  function start(): ChildProcess {
    const child = fork(program, {
      execArgv: ['--max-old-space-size=1024'],
      env: { PATH: process.env.PATH ?? '', MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    all.add(child);
    // A process that could not be started says so later than it was given its first order. Once a process, not an order.
    child.on('error', () => undefined);
    child.once('exit', () => {
      all.delete(child);
      clearTimeout(idle.get(child));
      idle.delete(child);
    });
    return child;
  }

  function take(): ChildProcess {
    for (const [child, timer] of idle) {
      clearTimeout(timer);
      idle.delete(child);
      if (child.connected) return child;
    }
    return start();
  }

  function rest(child: ChildProcess): void {
    if (!child.connected || closed) return;
    const timer = setTimeout(() => child.disconnect(), IDLE_MS);
    timer.unref();
    idle.set(child, timer);
  }

  function pump(): void {
    while (busy < processes && waiting.size > 0) {
      const job = [...waiting].at(-1) as Job;
      waiting.delete(job);
      if (job.signal.aborted) {
        job.reject(aborted());
        continue;
      }
      busy++;
      void run(job).finally(() => {
        busy--;
        pump();
      });
    }
  }

  async function run(job: Job): Promise<void> {
    try {
      const order = await job.prepare();
      if (closed) throw aborted();
      const child = take();
      await ordered(child, order, mostMs);
      rest(child);
      job.resolve();
    } catch (error) {
      job.reject(error);
    }
  }

  return {
    render(prepare, { signal }) {
      if (closed || signal.aborted) return Promise.reject(aborted());
      return new Promise<void>((resolve, reject) => {
        const job: Job = { prepare, signal, resolve, reject };
        waiting.add(job);
        signal.addEventListener(
          'abort',
          () => {
            if (waiting.delete(job)) reject(aborted());
          },
          { once: true },
        );
        pump();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting) job.reject(aborted());
      waiting.clear();
      for (const timer of idle.values()) clearTimeout(timer);
      const ends = [...all].map((child) => new Promise((resolve) => child.once('exit', resolve)));
      for (const child of all) child.kill('SIGKILL');
      await Promise.all(ends);
    },
  };
}

/** A picture that cannot be read leaves the process as it was; every other failure ends it. */
function ordered(child: ChildProcess, order: RenderOrder, mostMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(`expected to be decoded within ${Math.round(mostMs / 1000)} s, got no result`),
      mostMs,
    );
    const onMessage = (reply: RenderReply): void => {
      release();
      if (reply.done) resolve();
      else reject(unreadable(reply.message));
    };
    const onExit = (code: number | null, signal: string | null): void =>
      fail(`its decoder ended with ${signal ?? `code ${code}`}`);
    const onError = (error: Error): void => fail(error.message);
    function fail(detail: string): void {
      release();
      child.kill('SIGKILL');
      reject(unreadable(detail));
    }
    function release(): void {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      child.off('error', onError);
    }
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.once('error', onError);
    child.send(order, (error) => {
      if (error !== null) fail(error.message);
    });
  });
}

const unreadable = (message: string): SlyError =>
  new SlyError('SLY_IMAGE_UNREADABLE', { detail: message.split('\n')[0] ?? '' });
const aborted = (): SlyError =>
  new SlyError('SLY_ABORTED', { detail: 'nobody waits for the picture any more' });

function ownProgram(): URL {
  return new URL(
    import.meta.url.endsWith('.ts') ? './render-program.ts' : './render-program.js',
    import.meta.url,
  );
}
