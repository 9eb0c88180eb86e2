/** The inside of a worker thread: answers each input with what `work` makes of it. See workers.ts. */
import { isMainThread, parentPort } from 'node:worker_threads';
import { SlyError } from '../lib/errors.ts';
import { keepServed } from './served.ts';
import type { WorkerReply } from './workers.ts';

export function serve<In, Out>(
  /** `import.meta.url` of the worker module. */
  module: string,
  work: (input: In) => Out | Promise<Out>,
  /** Buffers of the output that are handed over instead of copied. */
  transfer: (output: Out) => ArrayBuffer[] = () => [],
): void {
  if (isMainThread || parentPort === null) {
    keepServed(module, (input) => work(input as In));
    return;
  }
  const port = parentPort;
  port.on('message', async ({ id, input }: { id: number; input: In }) => {
    try {
      const output = await work(input);
      port.postMessage({ id, output } satisfies WorkerReply, transfer(output));
    } catch (error) {
      const known = error instanceof SlyError;
      const reply: WorkerReply = {
        id,
        error: {
          code: known ? error.code : undefined,
          message: known ? error.detail : (error as Error).message,
          ...(known && error.file !== undefined ? { file: error.file } : {}),
        },
      };
      port.postMessage(reply);
    }
  });
}
