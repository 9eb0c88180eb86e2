/**
 * Worker threads for what costs CPU: pixels, compression, parsing. A worker is a module that calls `serve` once;
 * inputs and outputs are structured clones, so keep them small or transfer their buffers.
 */
import { availableParallelism } from 'node:os';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { SlyError } from '../lib/errors.ts';
import { servedBy } from './served.ts';

export interface Workers<In, Out> {
  readonly count: number;
  /** The work is done in this thread, one after the other. */
  readonly inline: boolean;
  /** Rejects with what the worker's function threw (SlyErrors keep code and detail). Runs as soon as a worker is free. */
  run(input: In, transfer?: readonly ArrayBuffer[]): Promise<Out>;
  /** Starts all of them now, so that their modules are loaded when the first input comes. */
  start(): void;
  close(): Promise<void>;
}

export interface WorkerReply {
  id: number;
  output?: unknown;
  error?: { code: string | undefined; message: string; file?: string };
}

interface Job {
  id: number;
  input: unknown;
  transfer: readonly ArrayBuffer[];
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

const MOST = 4;

/**
 * `createWorkers(siblingModule(import.meta.url, 'mask-worker'))`: the module beside, as source or compiled. The name
 * ends with `-worker`: by that the image of the plugins finds it.
 */
export function siblingModule(importer: string, name: string): URL {
  return new URL(`./${name}${importer.endsWith('.ts') ? '.ts' : '.js'}`, importer);
}

export interface WorkerOptions {
  /** 0: the work is done in this thread. */
  count?: number;
  workerData?: unknown;
  /** Heap bounds of each worker. */
  resourceLimits?: ResourceLimits;
}

export function createWorkers<In, Out>(
  module: URL,
  { count = Math.min(availableParallelism(), MOST), workerData, resourceLimits }: WorkerOptions = {},
): Workers<In, Out> {
  if (count === 0 || !threadsAllowed()) return runInline<In, Out>(module);
  const waiting: Job[] = [];
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const running = new Map<Worker, Job>();
  let next = 0;
  let broken: unknown;

  function start(): Worker {
    const worker = new Worker(module, {
      workerData,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    });
    all.add(worker);
    worker.on('message', ({ output, error }: WorkerReply) => {
      const job = running.get(worker);
      running.delete(worker);
      idle.push(worker);
      if (error !== undefined) job?.reject(toError(error));
      else job?.resolve(output);
      pump();
    });
    worker.on('error', (error) => fail(error));
    worker.on('exit', (code) => {
      if (all.delete(worker))
        fail(new SlyError('SLY_INTERNAL', { detail: `a worker ended with code ${code}` }));
    });
    worker.unref();
    return worker;
  }

  function fail(error: unknown): void {
    broken ??= error;
    for (const job of [...running.values(), ...waiting.splice(0)]) job.reject(broken);
    running.clear();
  }

  function pump(): void {
    while (waiting.length > 0) {
      const worker = idle.pop() ?? (all.size < count ? start() : undefined);
      if (worker === undefined) return;
      const job = waiting.shift() as Job;
      running.set(worker, job);
      // Keeps the process alive while somebody waits for an answer.
      worker.ref();
      worker.postMessage({ id: job.id, input: job.input }, [...job.transfer]);
    }
    for (const worker of idle) worker.unref();
  }

  return {
    count,
    inline: false,
    run(input, transfer = []) {
      if (broken !== undefined) return Promise.reject(broken);
      return new Promise<Out>((resolve, reject) => {
        waiting.push({ id: next++, input, transfer, resolve: (output) => resolve(output as Out), reject });
        pump();
      });
    },
    start() {
      while (all.size < count) idle.push(start());
    },
    async close() {
      const workers = [...all];
      all.clear();
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Node's permission model without `--allow-worker`: a thread could be started with permissions of its own. */
function threadsAllowed(): boolean {
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  return permission === undefined || permission.has('worker');
}

/** The same work in this thread, one after the other. */
function runInline<In, Out>(module: URL): Workers<In, Out> {
  const loaded = import(module.href).then(() => servedBy(module.href));
  loaded.catch(() => undefined);
  return {
    count: 1,
    inline: true,
    start: () => undefined,
    run: async (input) => (await (await loaded)(input)) as Out,
    close: async () => undefined,
  };
}

/** Outputs in the order of the inputs, with at most `inFlight` being worked on or waiting to be taken. */
export async function* mapInOrder<In, Out>(
  inputs: Iterable<In> | AsyncIterable<In>,
  run: (input: In) => Promise<Out>,
  inFlight: number,
): AsyncGenerator<Out> {
  const ahead: Promise<Out>[] = [];
  try {
    for await (const input of inputs) {
      const promise = run(input);
      // Taken in order: a later one may fail before somebody waits for it.
      promise.catch(() => undefined);
      ahead.push(promise);
      if (ahead.length >= inFlight) yield (await ahead.shift()) as Out;
    }
    while (ahead.length > 0) yield (await ahead.shift()) as Out;
  } finally {
    await Promise.allSettled(ahead);
  }
}

function toError({ code, message, file }: NonNullable<WorkerReply['error']>): Error {
  if (code === undefined) return new Error(message);
  return new SlyError(code as SlyError['code'], { detail: message, ...(file === undefined ? {} : { file }) });
}
