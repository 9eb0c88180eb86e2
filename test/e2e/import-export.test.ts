import { spawn, spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/lib/version.ts';
import type { RunRecord, RunSummary } from '../../src/protocol/run-record.ts';
import type { SelfTest } from '../../src/protocol/self-test.ts';
import { startDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { entityProject, expectEntityProject, writeEntityProject } from '../support/entity-projects.ts';
import { hashTree } from '../support/hash-tree.ts';
import { platformApi } from '../support/platform-api.ts';
import { leftovers, projectIds, snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { assertAllAccounted, importAndWait, whenEnded } from '../support/tasks.ts';
import { tempFolder } from '../support/temp-folder.ts';

interface StatusFile {
  state: string;
  link?: string;
  [key: string]: unknown;
}

const statusOf = (daemon: TestDaemon, name: string): StatusFile =>
  JSON.parse(readFileSync(path.join(daemon.upload, '.sly', `${name}.status.json`), 'utf8')) as StatusFile;

function cli(
  daemon: TestDaemon,
  ...words: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const main = path.join(packageRoot(), 'dist', 'src', 'main.js');
  const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, SLY_DATA: daemon.data } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** With the result on the agent, and whole on the platform. */
async function assertRunIsTold(daemon: TestDaemon, told: RunSummary | undefined): Promise<void> {
  expect(told?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const api = platformApi(daemon.url, daemon.adminToken());
  const { entities } = await api<{ entities: { attempt: number; run: RunRecord }[] }>('tasks.runs', {
    id: 1,
  });
  const [{ attempt, run } = {}, ...others] = entities;
  expect(others).toEqual([]);
  expect(attempt).toBe(1);
  expect(run).toMatchObject({ plugin: 'coco', run: 1, ended: 'exit code 0', ...told });
  expect(run?.options.find(({ name }) => name === 'Network')?.value).toMatch(/^(none|open)$/);
}

test('plugins are tested by name, and what fails is told by the exit code', async () => {
  const daemon = await startDaemon();
  const good = await cli(daemon, 'plugins', 'test', 'via', 'coco', '--json');
  expect(good.err).toBe('');
  const outcomes = good.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as SelfTest);
  expect(outcomes.map(({ plugin, state }) => [plugin, state])).toEqual([
    ['via', 'ok'],
    ['coco', 'ok'],
  ]);
  expect(good.code).toBe(0);
  const unknown = await cli(daemon, 'plugins', 'test', 'nobody');
  expect(unknown.code).not.toBe(0);
  expect(unknown.err).toContain('nobody');
  expect((await cli(daemon, 'plugins', 'tset')).err).toContain('"tset"');
  // No task, no project, nothing left.
  expect(await daemon.control.tasks(10)).toEqual([]);
  expect(readdirSync(path.join(daemon.data, 'agent', 'tasks'))).toEqual([]);
  expect(JSON.parse(readFileSync(path.join(daemon.data, 'agent', 'self-tests.json'), 'utf8'))).toHaveLength(
    2,
  );
});

test('a folder dropped in becomes a project, once, and is never touched', async () => {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'street'), { images: 20 });
  const first = await startDaemon();
  cpSync(path.join(source, 'street'), path.join(first.upload, 'street'), { recursive: true });
  const before = hashTree(path.join(first.upload, 'street'));

  const status = await eventually(() => {
    const now = statusOf(first, 'street');
    if (now.state === 'failed') throw new Error(JSON.stringify(now));
    return now.state === 'succeeded' ? now : undefined;
  });
  expect(status.link).toMatch(/projects\/\d+/);
  const report = readFileSync(path.join(first.upload, '.sly', 'street.report.txt'), 'utf8');
  expect(report).toContain('21 in = 21 ok + 0 skipped + 0 failed');
  const [task] = await first.control.tasks(10);
  if (task === undefined) throw new Error('no task');
  assertAllAccounted(task);
  expect(task.plugin).toBe('coco');
  await assertRunIsTold(first, task.result?.run);
  expect(report).toContain(`${task.result?.run?.digest} (${task.result?.run?.isolation})`);
  const [projectId = 0] = projectIds(first.data);
  const project = snapshotProject(first.data, projectId);
  expect(project.name).toBe('street');
  expect(project.items).toHaveLength(20);
  expect(project.items.every((item) => (item.ann as { objects: unknown[] }).objects.length >= 2)).toBe(true);
  expect(hashTree(path.join(first.upload, 'street'))).toEqual(before);
  expect(await first.stop()).toBe(0);

  // Neither a restart nor a few more scans import it again.
  const second = await startDaemon({ data: first.data, port: first.port });
  await delay(4_000);
  expect(projectIds(second.data)).toEqual([projectId]);
  expect(await second.control.tasks(10)).toHaveLength(1);
  expect(leftovers(second.data)).toEqual({ staged: 0, publications: 0 });
});

test('the command line imports, shows progress as JSON lines and exits by the outcome', async () => {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'street'), { images: 5 });
  const daemon = await startDaemon();
  const good = await cli(
    daemon,
    'import',
    path.join(source, 'street'),
    '--project',
    'Mine',
    '--watch-progress',
  );
  expect(good.err).toBe('');
  expect(good.code).toBe(0);
  const lines = good.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state: string; result?: { projectName: string } });
  expect(lines.at(-1)?.state).toBe('succeeded');
  expect(lines.at(-1)?.result?.projectName).toBe('Mine');

  const empty = tempFolder();
  const bad = await cli(daemon, 'import', empty, '--watch-progress');
  expect(bad.code).toBe(5);
  expect(bad.out).toContain('SLY_SOURCE_EMPTY');

  const missing = await cli(daemon, 'import', path.join(empty, 'nothing'));
  expect(missing.code).not.toBe(0);
  expect(missing.err).toContain('ENOENT');

  const unknown = await cli(daemon, 'import', source, '--as', 'coko');
  expect(unknown.err).toContain('Did you mean coco?');
  expect((await cli(daemon, 'imprt')).code).toBe(2);
});

test.each(['supervisely', 'coco'])('an export as %s imports again to an equal project', async (format) => {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'street'), { images: 12, labels: 3 });
  const daemon = await startDaemon();
  const first = await importAndWait(daemon.control, { path: path.join(source, 'street') });
  const archive = path.join(source, `again-${format}.tar`);
  const out = await cli(daemon, 'export', 'street', '--as', format, '--to', archive);
  expect(out.err).toBe('');
  expect(out.code).toBe(0);
  const second = await importAndWait(daemon.control, { path: archive, project: 'again', plugin: format });
  assertAllAccounted(second);
  const [before, after] = [first, second].map((task) => {
    const { items, classes } = snapshotProject(daemon.data, task.result?.projectId ?? 0);
    const names = (classes as { title: string; shape: string }[]).map(
      ({ title, shape }) => `${title} ${shape}`,
    );
    return {
      items: items.map((item) => ({ name: item.name, sha256: item.sha256, ann: comparable(item.ann) })),
      names,
    };
  });
  expect(after).toEqual(before);
});

test('the archive of an export holds what its manifest says', async () => {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'street'), { images: 3 });
  const daemon = await startDaemon();
  await importAndWait(daemon.control, { path: path.join(source, 'street') });
  const archive = path.join(source, 'out.tar');
  expect((await cli(daemon, 'export', 'street', '--as', 'images', '--to', archive)).code).toBe(0);
  const unpacked = tempFolder();
  const ran = await new Promise<number | null>((resolve) => {
    const script = `tar xf ${archive} -C ${unpacked} && cd ${unpacked} && sha256sum --quiet -c MANIFEST.sha256`;
    spawn('sh', ['-c', script], { stdio: 'inherit' }).once('close', resolve);
  });
  expect(ran).toBe(0);
  expect(readdirSync(unpacked)).toContain('MANIFEST.sha256');
});

test('a source renamed into place after a temporary name is taken whole', async () => {
  const source = tempFolder();
  writeSampleCoco(path.join(source, 'street'), { images: 4 });
  const daemon = await startDaemon();
  cpSync(path.join(source, 'street'), path.join(daemon.upload, '.street.part'), { recursive: true });
  await delay(2_500);
  expect(await daemon.control.tasks(10)).toHaveLength(0);
  renameSync(path.join(daemon.upload, '.street.part'), path.join(daemon.upload, 'street'));
  const task = await eventually(async () => (await daemon.control.tasks(10))[0]);
  expect((await whenEnded(daemon.control, task.key)).result?.counts.items).toBe(4);
});

/** Objects in one order, without what is drawn at random or counted by the platform. */
function comparable(ann: unknown): unknown {
  const { objects, tags, size } = ann as { objects: Record<string, unknown>[]; tags: unknown; size: unknown };
  const plain = objects.map(({ classTitle, geometryType, points, bitmap, nodes, tags: own }) =>
    JSON.stringify({ classTitle, geometryType, points, bitmap, nodes, own }),
  );
  return { objects: plain.sort(), tags, size };
}

test('videos and episodes come in and go out again as they are', async () => {
  const daemon = await startDaemon();
  for (const type of ['videos', 'point_cloud_episodes'] as const) {
    const folder = tempFolder(type);
    const files = entityProject(type);
    writeEntityProject(path.join(folder, 'in'), files);
    const task = await importAndWait(daemon.control, { path: path.join(folder, 'in'), project: type });
    assertAllAccounted(task);
    expect(task.result).toMatchObject({
      plugin: 'supervisely',
      counts: { failed: 0, skipped: 0, warnings: 0 },
    });

    const archive = path.join(folder, 'out.tar');
    const out = await cli(daemon, 'export', type, '--as', 'supervisely', '--to', archive);
    expect(out.err).not.toContain('SLY_');
    expect(out.code).toBe(0);
    expect(spawnSync('tar', ['xf', archive, '-C', folder]).status).toBe(0);
    expectEntityProject(path.join(folder, type), files);
  }
  const refused = await cli(
    daemon,
    'export',
    'videos',
    '--as',
    'coco',
    '--to',
    path.join(tempFolder(), 'x.tar'),
  );
  expect(refused.code).not.toBe(0);
  expect(refused.out + refused.err).toContain('the project holds videos');
});
