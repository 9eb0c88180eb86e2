/**
 * One question to a worker of the page, which is ended when it has answered: what it took of memory goes with it, and
 * a reader that hangs is ended by the signal.
 */
import { Unreadable } from './unreadable.ts';

export type Answer<T> = { value: T } | { problem: string };

/** `file` is one of the page's own scripts. Rejects with Unreadable when the worker says why it cannot. */
export function askWorker<T>(
  file: string,
  question: object,
  { transfer, signal }: { transfer: Transferable[]; signal: AbortSignal },
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const worker = new Worker(`/assets/${file}`, { type: 'module' });
    const end = (): void => {
      worker.terminate();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort);
    worker.addEventListener('message', ({ data }: MessageEvent<Answer<T>>) => {
      end();
      if ('value' in data) resolve(data.value);
      else reject(new Unreadable(data.problem));
    });
    worker.addEventListener('error', (event) => {
      end();
      reject(new Unreadable(`The reader stopped: ${event.message}`));
    });
    worker.postMessage(question, transfer);
  });
}
