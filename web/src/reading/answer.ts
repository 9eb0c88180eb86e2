/** The side of a worker: one question, one answer. */
import type { Answer } from './ask-worker.ts';
import { Unreadable } from './unreadable.ts';

interface WorkerScope {
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  postMessage(message: unknown, transfer: Transferable[]): void;
}

export function answerWith<Q, T>(
  read: (
    question: Q,
  ) => Promise<{ value: T; transfer: Transferable[] }> | { value: T; transfer: Transferable[] },
): void {
  const scope = globalThis as unknown as WorkerScope;
  scope.addEventListener('message', ({ data }) => {
    void (async () => {
      try {
        const { value, transfer } = await read(data as Q);
        scope.postMessage({ value } satisfies Answer<T>, transfer);
      } catch (error) {
        scope.postMessage({ problem: problemOf(error) } satisfies Answer<T>, []);
      }
    })();
  });
}

function problemOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message;
  const said = error instanceof Error ? error.message : String(error);
  return error instanceof RangeError
    ? `This file is damaged, or larger than this browser can hold (${said}).`
    : `This file cannot be read: ${said}`;
}
