/** Records of runs: the last one counts, late ones do not, and files of another version are none. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createRunStore } from '../../../../src/platform/agents/run-store.ts';
import { sampleRun } from '../../../support/sample-run.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const ended = { endedAt: '2026-01-01T00:00:09.000Z', ended: 'exit code 0' };

test('a task without any has none', async () => {
  expect(await createRunStore(tempFolder('runs')).list(7, 10)).toEqual([]);
});

test('the last one counts, but one that was overtaken does not', async () => {
  const store = createRunStore(tempFolder('runs'));
  await store.put(1, 1, sampleRun());
  await store.put(1, 1, sampleRun({ used: { cpuMs: 5 } }));
  expect((await store.list(1, 10))[0]?.run.used).toEqual({ cpuMs: 5 });
  await store.put(1, 1, sampleRun(ended));
  await store.put(1, 1, sampleRun({ used: { cpuMs: 3 } }));
  expect((await store.list(1, 10))[0]?.run).toEqual(sampleRun(ended));
  // The plugin was started again in this attempt.
  await store.put(1, 1, sampleRun({ run: 2 }));
  await store.put(1, 1, sampleRun(ended));
  expect((await store.list(1, 10))[0]?.run.run).toBe(2);
});

test('many at once of one attempt: whole, and the ended one stays', async () => {
  const store = createRunStore(tempFolder('runs'));
  const many = Array.from({ length: 20 }, (_, cpuMs) =>
    store.put(1, 1, sampleRun({ used: { cpuMs }, ...(cpuMs === 10 && ended) })),
  );
  await Promise.all(many);
  expect((await store.list(1, 10))[0]?.run).toMatchObject({ used: { cpuMs: 10 }, ...ended });
});

test('by attempt, the latest of many; strangers and broken files are passed over', async () => {
  const folder = tempFolder('runs');
  const store = createRunStore(folder);
  for (const attempt of [10, 2, 1, 9]) await store.put(3, attempt, sampleRun({ run: attempt }));
  mkdirSync(path.join(folder, '3'), { recursive: true });
  writeFileSync(path.join(folder, '3/11.run.json'), '{"half":');
  writeFileSync(path.join(folder, '3/1.ndjson'), 'a log');
  expect((await store.list(3, 10)).map((one) => one.attempt)).toEqual([1, 2, 9, 10]);
  expect((await store.list(3, 3)).map((one) => one.attempt)).toEqual([9, 10]);
});
