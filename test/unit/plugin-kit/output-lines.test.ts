import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readPluginLine } from '../../../src/agent/pipeline/plugin-output.ts';
import { SlyError } from '../../../src/lib/errors.ts';
import { createOutputLines } from '../../../src/plugin-kit/output-lines.ts';

function capture() {
  const out = new PassThrough();
  const lines = () =>
    String(out.read() ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((text) => readPluginLine(text, 'stdout', false));
  return { out, lines };
}

test('a million calls are a few lines; each subtask begins and ends with one', async () => {
  const { out, lines } = capture();
  let now = 0;
  const output = createOutputLines(out, () => now);
  for (let done = 0; done < 1_000_000; done++) {
    now = done / 500;
    output.progress('Reading', done, 1_000_000);
  }
  output.progress('Writing', 1);
  await output.flush();
  const said = lines().map(({ progress }) => progress);
  expect(said.length).toBeGreaterThan(3);
  expect(said.length).toBeLessThan(8);
  expect(said[0]).toEqual({ phase: 'Reading', items: { done: 0, total: 1_000_000 } });
  expect(said.at(-2)).toEqual({ phase: 'Reading', items: { done: 999_999, total: 1_000_000 } });
  expect(said.at(-1)).toEqual({ phase: 'Writing', items: { done: 1 } });
});

test('the last value comes out by itself when nobody calls again', async () => {
  const { out, lines } = capture();
  const output = createOutputLines(out);
  output.progress('Reading', 1, 10);
  output.progress('Reading', 2, 10);
  await delay(700);
  expect(lines().map(({ progress }) => progress?.items?.done)).toEqual([1, 2]);
});

test('a failure reaches the agent with all its parts', () => {
  const { out, lines } = capture();
  const error = new SlyError('SLY_FORMAT_JSON', { detail: 'line 3: no', hint: 'Mend it.', file: 'a.json' });
  createOutputLines(out).failure(new Error('outer', { cause: error }));
  expect(lines()[0]).toMatchObject({
    level: 'error',
    failure: { code: 'SLY_FORMAT_JSON', detail: 'line 3: no', hint: 'Mend it.', file: 'a.json' },
  });
});

test('log lines keep level, text and extras', () => {
  const { out, lines } = capture();
  createOutputLines(out).log('warn', 'two\nlines', { count: 3 });
  expect(lines()).toEqual([{ level: 'warn', message: 'two\nlines', extra: { count: 3 } }]);
});
