/** What a run used, as lines and as words. */
import { expect, test } from 'vitest';
import type { RunRecord } from '../../../src/protocol/run-record.ts';
import { usagePlots } from '../../../web/src/tasks/usage.ts';
import { sampleRun } from '../../support/sample-run.ts';

const runOf = (usage: RunRecord['usage'], over: Partial<RunRecord> = {}): RunRecord =>
  sampleRun({ limits: { memoryBytes: 4e9, cpus: 2 }, usage, ...over });

test('no plot before the second point', () => {
  expect(usagePlots(runOf({ at: [] }))).toEqual([]);
  expect(usagePlots(runOf({ at: [100], memoryBytes: [1], cpuMs: [1] }))).toEqual([]);
});

test('processors are a rate, memory is what it is; all within the box', () => {
  const run = runOf(
    { at: [0, 1000, 2000], cpuMs: [0, 500, 2500], memoryBytes: [1e9, 3e9, 2e9] },
    { used: { peakMemoryBytes: 3.5e9, peakCpus: 2, cpuMs: 2500 } },
  );
  const [cpu, memory, ...others] = usagePlots(run);
  expect(others).toEqual([]);
  expect(cpu).toMatchObject({ title: 'Processors', lines: [{ points: [{ x: 0.5 }, { x: 1 }] }] });
  expect(cpu?.words).toBe('2.0 in use at most of 2.0 allowed; 2.5 s of processor time');
  expect(memory?.words).toBe('3.5 GB at most of 4.0 GB allowed');
  expect(memory?.limit).toBeGreaterThan(0.9);
  for (const plot of [cpu, memory])
    for (const { x, y } of plot?.lines[0]?.points ?? []) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(1);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(1);
    }
});

test('a limit far above is said and not drawn', () => {
  const [memory] = usagePlots(runOf({ at: [0, 1000], memoryBytes: [1e6, 2e6] }));
  expect(memory?.limit).toBeUndefined();
  expect(memory?.words).toContain('of 4.0 GB allowed');
});

test('flows: bytes a second; what the engine does not tell is not there', () => {
  const plots = usagePlots(
    runOf({ at: [0, 2000, 4000], readBytes: [0, 4e6, 4e6], writtenBytes: [0, 0, 2e6] }),
  );
  expect(plots.map((plot) => plot.title)).toEqual(['Disk']);
  expect(plots[0]?.words).toBe('4.0 MB read, 2.0 MB written');
  expect(plots[0]?.top).toBe('2.2 MB/s');
});

test('nothing used, points at one time, and series that are too short draw something or nothing, never NaN', () => {
  const zero = usagePlots(runOf({ at: [0, 1000], memoryBytes: [0, 0], cpuMs: [0, 0] }, { limits: {} }));
  const same = usagePlots(runOf({ at: [5, 5], cpuMs: [1, 2], memoryBytes: [3] }));
  for (const { lines } of [...zero, ...same])
    for (const { points } of lines)
      for (const point of points) expect(Object.values(point).every(Number.isFinite)).toBe(true);
});
