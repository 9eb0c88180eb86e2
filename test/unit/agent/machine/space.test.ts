import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { fileSystemsOf } from '../../../../src/agent/machine/file-systems.ts';
import { classOf, countSpace } from '../../../../src/agent/machine/space.ts';
import { makeTaskFolder, taskFolder } from '../../../../src/agent/pipeline/task-folder.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const { signal } = new AbortController();

test('files are counted by the class of their place, links are not followed', async () => {
  const agent = tempFolder('space');
  const folder = taskFolder(path.join(agent, 'tasks'), 'k', 1);
  makeTaskFolder(folder);
  for (const [file, size] of [
    [path.join(folder.work, 'unpacked/a.png'), 100_000],
    [path.join(folder.data, 'b.png'), 50_000],
    [path.join(folder.segments, '1.ndjson'), 20_000],
    [folder.log, 30_000],
    [folder.report, 10_000],
    [folder.tree, 5000],
    [path.join(agent, 'journal.sqlite-wal'), 40_000],
  ] as const) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(size, 1));
  }
  symlinkSync('/usr', path.join(folder.work, 'usr'));
  const { whole, classes } = await countSpace(agent, { signal, now: 0 });
  const found = Object.fromEntries(classes.map((one) => [one.class, one]));
  expect(whole).toBe(true);
  const files = Object.fromEntries(classes.map((one) => [one.class, one.files]));
  expect(files).toEqual({ sources: 3, results: 1, logs: 2, journal: 1, other: 1 });
  expect(found.sources?.bytes).toBeGreaterThan(150_000);
  expect(found.sources?.bytes).toBeLessThan(200_000);
  expect(found.journal?.bytes).toBeGreaterThanOrEqual(40_000);
});

test('counting ends at its limit and says so; a missing folder is empty', async () => {
  const agent = tempFolder('space');
  for (let at = 0; at < 30; at++) writeFileSync(path.join(agent, `f${at}`), 'x');
  const cut = await countSpace(agent, { signal, now: 0, mostEntries: 10 });
  expect(cut.whole).toBe(false);
  expect(cut.classes.find((one) => one.class === 'other')?.files).toBe(10);
  const none = await countSpace(path.join(agent, 'none'), { signal, now: 0 });
  expect(none.classes.every((one) => one.bytes === 0 && one.files === 0)).toBe(true);
});

test('names that only look like ours are other', () => {
  expect(classOf(['tasks', 'k', '1', 'sly_task_data', 'task_config.json'])).toBe('other');
  expect(classOf(['control', 'work'])).toBe('other');
  expect(classOf(['tasks', 'work', '1', 'sly_task_data', 'data', 'work'])).toBe('sources');
});

test('folders on one file system are told once; what is not there is left out', async () => {
  const folder = tempFolder('fs');
  const found = await fileSystemsOf([
    ['data', folder],
    ['upload', path.join(folder, '.')],
    ['temp', path.join(folder, 'none')],
  ]);
  expect(found).toHaveLength(1);
  expect(found[0]?.holds).toEqual(['data', 'upload']);
  expect(found[0]?.totalBytes).toBeGreaterThan(found[0]?.freeBytes ?? 0);
});
