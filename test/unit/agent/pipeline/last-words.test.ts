/** What is kept of stderr for the reason of a failure. */
import { expect, test } from 'vitest';
import { exitFailure } from '../../../../src/agent/pipeline/exit-failure.ts';
import { createLastWords } from '../../../../src/agent/pipeline/last-words.ts';
import type { RunLimits } from '../../../../src/agent/ports/runner.ts';

test('the last lines, and no more than a person reads, however much was printed', () => {
  const words = createLastWords();
  expect(words.text()).toBe('');
  for (let n = 0; n < 1000; n++) words.add(`line ${n}`);
  expect(words.text().split('\n')).toHaveLength(12);
  expect(words.text()).toMatch(/line 999$/);
  for (let n = 0; n < 3; n++) words.add('x'.repeat(1 << 20));
  expect(words.text().length).toBeLessThanOrEqual(2000);
});

test('they explain an exit code, unless the plugin explained itself', () => {
  const exit = { reason: 'exit' as const, code: 1, detail: '', startedAt: 0, endedAt: 0 };
  const failure = (said: { detail: string } | undefined, lastWords: string) =>
    exitFailure(exit, 'count', {} as RunLimits, { said, lastWords })?.detail;
  expect(failure(undefined, '')).toBe('count exited with code 1 after 0 s');
  expect(failure(undefined, 'ValueError: no')).toContain('Its last words:\nValueError: no');
  expect(failure({ detail: 'labels.csv is missing' }, 'ValueError: no')).toBe('labels.csv is missing');
});
