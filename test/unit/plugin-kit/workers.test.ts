import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../src/lib/version.ts';
import { createWorkers, mapInOrder } from '../../../src/plugin-kit/workers.ts';

const SQUARING = new URL('../../support/squaring-worker.ts', import.meta.url);

test('outputs come in the order of the inputs, however many there are', async () => {
  const workers = createWorkers<number, number>(SQUARING, { count: 2 });
  const inputs = Array.from({ length: 500 }, (_, i) => i + 1);
  const outputs: number[] = [];
  for await (const output of mapInOrder(inputs, (input) => workers.run(input), 8)) outputs.push(output);
  expect(outputs).toEqual(inputs.map((input) => input * input));
  await workers.close();
});

test('what the worker throws keeps its code and place; the others go on', async () => {
  const workers = createWorkers<number, number>(SQUARING, { count: 2 });
  const results = await Promise.allSettled([workers.run(3), workers.run(-1), workers.run(4)]);
  expect(results[0]).toMatchObject({ status: 'fulfilled', value: 9 });
  expect(results[1]).toMatchObject({ reason: { code: 'SLY_FORMAT_INVALID', file: 'n' } });
  expect(results[2]).toMatchObject({ status: 'fulfilled', value: 16 });
  await workers.close();
});

test('a worker that dies fails what waits, and everything after it', async () => {
  const workers = createWorkers<number, number>(SQUARING, { count: 1 });
  const dead = workers.run(0);
  const behind = workers.run(5);
  await expect(dead).rejects.toMatchObject({ code: 'SLY_INTERNAL' });
  await expect(behind).rejects.toThrow();
  await expect(workers.run(6)).rejects.toThrow();
  await workers.close();
});

test('where threads are forbidden the work is done without', () => {
  const root = packageRoot();
  const code = `
    const { createWorkers } = await import(${JSON.stringify(new URL('../../../src/plugin-kit/workers.ts', import.meta.url).href)});
    const workers = createWorkers(new URL(${JSON.stringify(SQUARING.href)}));
    console.log(workers.count, await workers.run(7), await workers.run(-7).catch((error) => error.code));
    await workers.close();`;
  const out = execFileSync(
    process.execPath,
    ['--permission', `--allow-fs-read=${root}`, '--input-type=module', '-e', code],
    { cwd: path.join(root), encoding: 'utf8' },
  );
  expect(out.trim()).toBe('1 49 SLY_FORMAT_INVALID');
});
