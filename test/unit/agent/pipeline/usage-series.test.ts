/** What a run uses over time stays bounded, and loses neither peaks nor totals. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createUsageSeries } from '../../../../src/agent/pipeline/usage-series.ts';
import { MOST_USAGE_POINTS } from '../../../../src/protocol/run-record.ts';

test('nothing measured: empty, and nothing claimed', () => {
  const series = createUsageSeries();
  expect(series.usage()).toEqual({ at: [] });
  expect(series.used()).toEqual({});
  expect(series.everyMs()).toBe(1000);
});

test('a day in seconds: at most the points allowed, evenly spread, the peak and the end kept', () => {
  const series = createUsageSeries();
  const seconds = 86_400;
  for (let at = 0; at < seconds; at++)
    series.add(at * 1000, { memoryBytes: at === 12_345 ? 999 : 100, cpuMs: at * 250 });
  const { at, memoryBytes = [], cpuMs = [] } = series.usage();
  expect(at.length).toBeLessThanOrEqual(MOST_USAGE_POINTS);
  expect(at.length).toBeGreaterThan(MOST_USAGE_POINTS / 3);
  expect(memoryBytes).toHaveLength(at.length);
  expect(Math.max(...memoryBytes)).toBe(999);
  expect(cpuMs.at(-1)).toBe((seconds - 1) * 250);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(series.used()).toMatchObject({ peakMemoryBytes: 999, cpuMs: (seconds - 1) * 250, peakCpus: 0.25 });
});

test('where points get fewer, less is asked for', () => {
  const series = createUsageSeries();
  for (let at = 0; at <= MOST_USAGE_POINTS; at++) series.add(at * 1000, { cpuMs: at });
  expect(series.everyMs()).toBe(2000);
});

test('goes on where an earlier process stopped', () => {
  const before = createUsageSeries();
  for (let at = 0; at <= MOST_USAGE_POINTS; at++) before.add(at * 1000, { memoryBytes: 50 + at, cpuMs: at });
  before.addPeakMemory(7000);
  const kept = { usage: before.usage(), used: before.used() };
  const after = createUsageSeries(kept);
  expect(after.usage()).toEqual(kept.usage);
  expect(after.everyMs()).toBe(before.everyMs());
  after.add(700_000, { memoryBytes: 60, cpuMs: 900 });
  expect(after.used()).toMatchObject({ peakMemoryBytes: 7000, cpuMs: 900 });
});

test('what only some points know is no series', () => {
  const series = createUsageSeries();
  series.add(0, { memoryBytes: 1, cpuMs: 1 });
  series.add(1000, { cpuMs: 2 });
  expect(series.usage()).toEqual({ at: [0, 1000], cpuMs: [1, 2] });
  expect(series.used()).toMatchObject({ peakMemoryBytes: 1 });
});

test('any run: the highest memory and the last counters are those of all points ever added', () => {
  const points = fc.array(
    fc.record({
      step: fc.integer({ min: 0, max: 5000 }),
      memory: fc.nat(),
      cpu: fc.integer({ min: 0, max: 9000 }),
    }),
    { minLength: 1, maxLength: 3000 },
  );
  fc.assert(
    fc.property(points, (all) => {
      const series = createUsageSeries();
      let [at, cpuMs] = [0, 0];
      for (const { step, memory, cpu } of all) {
        at += step;
        cpuMs += cpu;
        series.add(at, { memoryBytes: memory, cpuMs });
      }
      const usage = series.usage();
      const most = Math.max(...all.map((one) => one.memory));
      expect(series.used()).toMatchObject({ peakMemoryBytes: most, cpuMs });
      expect(Math.max(...(usage.memoryBytes ?? []))).toBe(most);
      expect(usage.cpuMs?.at(-1)).toBe(cpuMs);
      expect(usage.at.length).toBeLessThanOrEqual(MOST_USAGE_POINTS);
    }),
    { numRuns: 30 },
  );
});
