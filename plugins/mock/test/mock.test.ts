/** The faults other tests rely on really are faults. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const timeout = 60_000;
const run = (options: Record<string, unknown>) =>
  runPlugin({ action: 'import', plugin: 'mock', files: {}, options });

test('items are pictures, all different, with a label each', { timeout }, async () => {
  const { items, meta, taskFolder, exitCode } = await run({ items: 4 });
  expect(exitCode).toBe(0);
  expect(meta?.classes).toMatchObject([{ title: 'thing', shape: 'rectangle' }]);
  const bytes = items.map((item) => readFileSync(path.join(taskFolder, item.file ?? '')).toString('hex'));
  expect(new Set(bytes).size).toBe(4);
});

test('exit code, flood, fill', { timeout }, async () => {
  const faulty = await run({ items: 1, exitCode: 7, floodLines: 5000, lineBytes: 200, fillBytes: 2_500_000 });
  expect(faulty.exitCode).toBe(7);
  expect(faulty.log.filter((line) => String(line.text).startsWith('flood'))).toHaveLength(5000);
  const files = readdirSync(path.join(faulty.taskFolder, 'results/files/0'));
  expect(files.filter((name) => name.endsWith('.bin'))).toHaveLength(3);
});

test('crash: no exit code, what was closed stays, what was not is gone', { timeout }, async () => {
  const crashed = await run({ items: 1000, crashAfterItems: 600 });
  expect(crashed.signal).toBe('SIGKILL');
  expect(crashed.items.length).toBeGreaterThan(0);
  expect(crashed.items.length).toBeLessThanOrEqual(600);
});

test('planted paths and broken lines are there for the agent to refuse', { timeout }, async () => {
  const planted = await run({ items: 0, plantSymlink: true });
  expect(planted.items.map(({ file }) => file)).toContain('results/../../../../../../etc/passwd');
  await expect(run({ items: 1, badSegment: true })).rejects.toThrow('JSON');
});

test('the permission model keeps it from starting processes', { timeout }, async () => {
  const { log } = await run({ items: 0, spawnProcesses: 3 });
  expect(log).toContainEqual(expect.objectContaining({ message: '0 of 3 processes run' }));
});
