import { setImmediate as yieldToLoop } from 'node:timers/promises';

/** Most rows that one statement changes before the process looks at what else waits. */
export const ROWS_AT_ONCE = 5000;

/** Repeats a statement that changes at most `ROWS_AT_ONCE` rows until it finds less. */
export async function inPieces(change: (limit: number) => number): Promise<void> {
  while (change(ROWS_AT_ONCE) === ROWS_AT_ONCE) await yieldToLoop();
}
