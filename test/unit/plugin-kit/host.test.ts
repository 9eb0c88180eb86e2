import { expect, test } from 'vitest';
import { runPlugin } from '../../support/run-plugin.ts';

test('an unknown plugin ends with one line that says so', { timeout: 60_000 }, async () => {
  const run = await runPlugin({ action: 'import', plugin: '../mock', files: {} });
  expect(run.exitCode).toBe(1);
  expect(run.failure).toMatchObject({ code: 'SLY_PLUGIN_UNKNOWN' });
  expect(run.failure?.detail).toContain('images');
  expect(run.stderr).toBe('');
});

test('an action the plugin does not have', { timeout: 60_000 }, async () => {
  const run = await runPlugin({ action: 'export', plugin: 'mock', files: {} });
  expect(run.exitCode).toBe(1);
  expect(run.failure?.detail).toBe('the plugin mock cannot export');
});

test('SIGTERM: the plugin stops, exit code 143, no failure line', { timeout: 60_000 }, async () => {
  const run = await runPlugin({
    action: 'import',
    plugin: 'mock',
    files: {},
    options: { runForMs: 60_000 },
    termAfterMs: 4000,
  });
  expect(run.exitCode).toBe(143);
  expect(run.log.filter((line) => line.level === 'error')).toEqual([]);
});

test('what was said before a failure reaches the agent', { timeout: 60_000 }, async () => {
  const run = await runPlugin({
    action: 'import',
    plugin: 'mock',
    files: {},
    options: { items: 7, failAfterItems: 5 },
  });
  expect(run.exitCode).toBe(1);
  expect(run.failure).toMatchObject({
    code: 'SLY_FORMAT_INVALID',
    hint: 'Ask for fewer faults.',
    file: 'mock-000004.png',
  });
  expect(run.items).toHaveLength(5);
});

test('detect asks every plugin and hides the one for tests', { timeout: 60_000 }, async () => {
  const run = await runPlugin({ action: 'detect', files: { 'notes.txt': 'nothing' } });
  expect(run.failure).toBeUndefined();
  const names = [...(run.detection?.candidates ?? []), ...(run.detection?.rejected ?? [])].map(
    (one) => one.plugin,
  );
  expect(names).toContain('images');
  expect(names).not.toContain('mock');
  expect(run.detection?.candidates).toEqual([]);
});
