/** `sly-agent detect` and dry runs: what would happen, said without anything happening. */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Inspection } from '../../src/agent/control/control-api.ts';
import { packageRoot } from '../../src/lib/version.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import type { TestDaemon } from '../support/daemon-process.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startSharedDaemon();
});
afterAll(async () => {
  await daemon.kill();
});

async function detect(source: string): Promise<{ code: number; report: Inspection }> {
  const main = path.join(packageRoot(), 'dist', 'src', 'main.js');
  const args = [main, 'detect', source, '--json', '--data', daemon.data];
  const run = await promisify(execFile)(process.execPath, args).catch((error) => error);
  return { code: run.code ?? 0, report: JSON.parse(run.stdout) };
}

function coco(): string {
  const folder = path.join(tempFolder(), 'set');
  writeSampleCoco(folder, { images: 3 });
  return folder;
}

test('a data set: the format, why, and why not the others; no task, no folder is left', async () => {
  const before = (await daemon.control.tasks(100)).length;
  const { code, report } = await detect(coco());
  expect(code).toBe(0);
  expect(report.plugin).toBe('coco');
  expect(report.files).toBe(4);
  expect(report.detection.candidates[0]).toMatchObject({ plugin: 'coco' });
  expect(report.detection.candidates[0]?.because).toContain('instances.json');
  expect(report.detection.rejected.find((one) => one.plugin === 'supervisely')?.because).toMatch(/\S/);
  expect((await daemon.control.tasks(100)).length).toBe(before);
  const tasks = path.join(daemon.data, 'agent', 'tasks');
  expect(readdirSync(tasks).filter((name) => name.includes('detect'))).toEqual([]);
});

test('nothing that is known: it says so and exits with 1', async () => {
  const folder = path.join(tempFolder(), 'notes');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'a.txt'), 'nothing here is a data set');
  const { code, report } = await detect(folder);
  expect(code).toBe(1);
  expect(report.plugin).toBeUndefined();
  expect(report.question?.code).toBe('SLY_FORMAT_UNKNOWN');
});

test('a dry run counts datasets, classes and labels, and publishes nothing', async () => {
  const { key } = await daemon.control.import({ path: coco(), project: 'dry', dryRun: true });
  const task = await whenEnded(daemon.control, key);
  expect(task.state).toBe('succeeded');
  assertAllAccounted(task);
  expect(task.result?.projectId).toBeUndefined();
  const { preview } = task.result ?? {};
  expect(preview?.datasets.reduce((sum, one) => sum + one.count, 0)).toBe(3);
  expect(preview?.classes.length).toBeGreaterThan(0);
  for (const one of preview?.classes ?? []) expect(one.kind).toMatch(/\w/);
  expect(preview?.classes.some((one) => one.count > 0)).toBe(true);
  await expect(daemon.control.export({ project: 'dry', plugin: 'coco' })).rejects.toMatchObject({
    code: 'SLY_NOT_FOUND',
  });
});
