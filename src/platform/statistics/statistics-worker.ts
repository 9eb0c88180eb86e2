/** Counts off the main thread: parsing a hundred thousand annotations and their masks takes seconds. One project a thread. */
import { parentPort } from 'node:worker_threads';
import type { Statistics } from '../ports/statistics.ts';
import type { AnnotationText } from '../store/repositories/annotations.ts';
import { createTally } from './tally.ts';

export type StatisticsOrder = { rows: AnnotationText[] } | { rows?: undefined };
/** Nothing for rows that were counted, the result at the end. */
export type StatisticsReply = { result?: Statistics };

const tally = createTally();

parentPort?.on('message', ({ rows }: StatisticsOrder) => {
  if (rows === undefined) {
    parentPort?.postMessage({ result: tally.result() } satisfies StatisticsReply);
    return;
  }
  for (const row of rows) tally.add(row);
  parentPort?.postMessage({} satisfies StatisticsReply);
});
