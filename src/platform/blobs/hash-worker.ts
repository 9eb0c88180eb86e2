/**
 * Hashes growing files off the main thread. For each id one running SHA-256 is kept: `advance` takes it on to
 * `upTo`, `finish` to the end and answers, `forget` drops it. What is kept is only speed: an unknown id starts at 0.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';

export type HashOrder =
  | { kind: 'advance'; id: string; path: string; upTo: number }
  | { kind: 'finish'; id: string; path: string; size: number; job: number }
  | { kind: 'forget'; id: string };

export type HashResult = { job: number; sha256: string } | { job: number; message: string };

const running = new Map<string, { hash: Hash; at: number }>();
const buffer = Buffer.allocUnsafe(1 << 20);

function advance(id: string, path: string, upTo: number): Hash {
  const state = running.get(id) ?? { hash: createHash('sha256'), at: 0 };
  running.set(id, state);
  if (state.at >= upTo) return state.hash;
  const fd = openSync(path, 'r');
  try {
    while (state.at < upTo) {
      const read = readSync(fd, buffer, 0, Math.min(buffer.length, upTo - state.at), state.at);
      if (read === 0) throw new Error(`the file ends at ${state.at}, expected ${upTo} bytes`);
      state.hash.update(buffer.subarray(0, read));
      state.at += read;
    }
  } finally {
    closeSync(fd);
  }
  return state.hash;
}

parentPort?.on('message', (order: HashOrder) => {
  if (order.kind === 'forget') {
    running.delete(order.id);
    return;
  }
  try {
    if (order.kind === 'advance') {
      advance(order.id, order.path, order.upTo);
      return;
    }
    const sha256 = advance(order.id, order.path, order.size).digest('hex');
    running.delete(order.id);
    parentPort?.postMessage({ job: order.job, sha256 } satisfies HashResult);
  } catch (error) {
    running.delete(order.id);
    const message = error instanceof Error ? error.message : String(error);
    if (order.kind === 'finish') parentPort?.postMessage({ job: order.job, message } satisfies HashResult);
  }
});
