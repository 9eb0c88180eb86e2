/**
 * The hash of an upload while it grows, so that little is left to do at its end. Owns one worker, started at
 * the first use and ended when idle; without it (a restart) the hash is simply made from the start.
 */
import { Worker } from 'node:worker_threads';
import { SlyError } from '../../lib/errors.ts';
import type { Sha256 } from '../../lib/hash.ts';
import type { HashOrder, HashResult } from './hash-worker.ts';

export interface UploadHasher {
  /** Bytes up to `upTo` are in the file and stay as they are. */
  advance(id: string, file: string, upTo: number): void;
  /** Hash of the first `size` bytes. Rejects with SLY_INTERNAL when they cannot be read. */
  finish(id: string, file: string, size: number): Promise<Sha256>;
  /** Bytes that were hashed already have changed, or nobody wants the hash. */
  forget(id: string): void;
  close(): Promise<void>;
}

const IDLE_MS = 30_000;

export function createUploadHasher(): UploadHasher {
  const waiting = new Map<number, { resolve: (sha256: Sha256) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let nextJob = 1;

  function start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js';
    const started = new Worker(new URL(file, import.meta.url));
    started.unref();
    started.on('message', (result: HashResult) => {
      const job = waiting.get(result.job);
      waiting.delete(result.job);
      if ('sha256' in result) job?.resolve(result.sha256);
      else job?.reject(new SlyError('SLY_INTERNAL', { detail: result.message }));
    });
    started.on('error', (cause) => {
      if (worker === started) worker = undefined;
      for (const { reject } of waiting.values())
        reject(new SlyError('SLY_INTERNAL', { detail: 'the hash worker died', cause }));
      waiting.clear();
    });
    return started;
  }

  function send(order: HashOrder): void {
    clearTimeout(idle);
    worker ??= start();
    worker.postMessage(order);
    idle = setTimeout(() => {
      if (waiting.size === 0) void stop();
    }, IDLE_MS);
    idle.unref();
  }

  async function stop(): Promise<void> {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  }

  return {
    advance: (id, path, upTo) => send({ kind: 'advance', id, path, upTo }),
    finish: (id, path, size) =>
      new Promise((resolve, reject) => {
        const job = nextJob++;
        waiting.set(job, { resolve, reject });
        send({ kind: 'finish', id, path, size, job });
      }),
    forget(id) {
      if (worker !== undefined) send({ kind: 'forget', id });
    },
    async close() {
      await stop();
      for (const { reject } of waiting.values())
        reject(new SlyError('SLY_ABORTED', { detail: 'the blob store was closed' }));
      waiting.clear();
    },
  };
}
