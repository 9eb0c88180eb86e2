/** What the operator sees of the upload folder, and another try. */
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { bench, until } from './intake-bench.ts';

it('says what settles, is ignored and has failed, and forgets what became well', async () => {
  const retried: string[] = [];
  const b = await bench({ retryTask: (key) => void retried.push(key) });
  b.put('half/a.jpg');
  b.put('half/.uploading', '');
  symlinkSync('/etc', path.join(b.upload, 'link'));
  b.put('bad/a.jpg');
  b.put('bad/sly-task.yaml', 'project: [');
  b.put('good/a.jpg');
  const state = await until('three lists', () => {
    const now = b.intake.folderState();
    const { settling, ignored, failed } = now;
    return settling.total === 1 && ignored.total === 1 && failed.total === 1 ? now : undefined;
  });
  expect(state).toMatchObject({ path: b.upload, mode: 'watching', sources: 3 });
  expect(state.lastScanAt).not.toBeNull();
  expect(state.settling.shown[0]).toMatchObject({ name: 'half', files: 1 });
  expect(state.settling.shown[0]?.waitsFor).toContain('.uploading');
  expect(state.ignored.shown[0]).toMatchObject({
    name: 'link',
    hint: expect.stringContaining('Move or copy'),
  });
  expect(state.failed.shown[0]).toMatchObject({ name: 'bad', state: 'failed', task: null });
  expect(state.failed.shown[0]?.detail).toContain('sly-task.yaml');

  // It never became a task: it is looked at again, and says the same as long as it is the same.
  expect(b.intake.retry('bad')).toContain('looked at again');
  expect(retried).toEqual([]);
  b.put('bad/sly-task.yaml', 'project: fine\n');
  const task = await until('its task', () => b.tasksOf('bad')[0]);
  expect(b.intake.folderState().failed.total).toBe(0);
  b.finish(task, 'failed');
  const failed = await until('it failed', () => b.intake.folderState().failed.shown[0]);
  expect(failed).toMatchObject({ name: 'bad', task: task.key });
  expect(b.intake.retry('bad')).toContain('another attempt');
  expect(retried).toEqual([task.key]);
});

it('takes no name it has not listed as failed', async () => {
  const b = await bench();
  b.put('good/a.jpg');
  await until('its task', () => b.tasksOf('good')[0]);
  for (const name of ['good', 'none', '', '..', '../upload/good', '/etc', '__proto__'])
    expect(() => b.intake.retry(name)).toThrow(/no source of this name has failed/);
});

it('lists no more than fits, and counts all', async () => {
  const b = await bench();
  for (let at = 0; at < 130; at++) symlinkSync('/etc', path.join(b.upload, `${'n'.repeat(200)}${at}`));
  const { ignored } = await until('all', () => {
    const now = b.intake.folderState();
    return now.ignored.total === 130 ? now : undefined;
  });
  expect(ignored.shown).toHaveLength(100);
});
