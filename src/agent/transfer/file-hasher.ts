/** A small pool of hash workers, started at the first large file and ended when idle. */
import { Worker } from 'node:worker_threads';
import { SlyError } from '../../lib/errors.ts';
import type { HashAnswer, HashJob } from './hash-worker.ts';

export interface HashedFile {
  sha256: string;
  size: number;
  mtimeNs: bigint;
  inode: bigint;
}

export interface FileHasher {
  /** Hash of `[start, end)` of the file; `end` -1 = to its end. Rejects with the system's error. */
  hash(path: string, start: number, end: number): Promise<HashedFile>;
  close(): Promise<void>;
}

const IDLE_MS = 10_000;

export function createFileHasher(workers = 1): FileHasher {
  const waiting = new Map<number, { resolve: (file: HashedFile) => void; reject: (error: Error) => void }>();
  let pool: Worker[] = [];
  let nextId = 1;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    const file = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js';
    const worker = new Worker(new URL(file, import.meta.url));
    worker.unref();
    worker.on('message', (answer: HashAnswer) => settle(answer));
    worker.on('error', (error) => {
      pool = pool.filter((one) => one !== worker);
      for (const { reject } of waiting.values())
        reject(new SlyError('SLY_INTERNAL', { detail: 'hash worker died', cause: error }));
      waiting.clear();
    });
    return worker;
  }

  function settle(answer: HashAnswer): void {
    const job = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) {
      idle = setTimeout(() => void stop(), IDLE_MS);
      idle.unref();
    }
    if (job === undefined) return;
    if ('sha256' in answer) job.resolve(answer);
    else job.reject(Object.assign(new Error(answer.message), { code: answer.code }));
  }

  async function stop(): Promise<void> {
    clearTimeout(idle);
    const ending = pool;
    pool = [];
    await Promise.all(ending.map((worker) => worker.terminate()));
  }

  return {
    hash(path, startAt, end) {
      clearTimeout(idle);
      while (pool.length < workers) pool.push(start());
      const id = nextId++;
      const job: HashJob = { id, path, start: startAt, end };
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        pool[id % pool.length]?.postMessage(job);
      });
    },
    close: stop,
  };
}
