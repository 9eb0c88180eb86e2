/** What a script can count on and what it can never do, the same wherever it runs. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Of } from '../../src/lib/hash.ts';
import { startSharedDaemon } from '../support/daemon.ts';
import { eventually, type TestDaemon } from '../support/daemon-process.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { ASK_PLATFORM, addScript, archiveText, guideExample, runScript, toldIn } from '../support/scripts.ts';
import { assertAllAccounted, importAndWait } from '../support/tasks.ts';

const IMAGES = 5;

export function scriptConformance(runner: 'docker' | 'sandbox'): void {
  let daemon: TestDaemon;
  let root: string;
  let data: string;
  let project: number;

  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'sly-scripts-'));
    data = path.join(root, 'data');
    daemon = await startSharedDaemon({ data, flags: { runner } });
    for (const name of ['mine', 'other']) {
      writeSampleCoco(path.join(root, name), { images: IMAGES });
      const task = await importAndWait(daemon.control, { path: path.join(root, name) });
      project ??= task.result?.projectId ?? 0;
    }
  }, 120_000);
  afterAll(async () => {
    await daemon?.kill();
    rmSync(root, { recursive: true, force: true });
  });

  const isKnown = (name: string) =>
    eventually(async () => (await daemon.control.plugins()).find((one) => one.name === name), {
      what: `the script ${name}`,
    });

  test('a download gets the project and its options; what it writes is the archive', async () => {
    // Dropped while the daemon runs.
    const { program, sidecar } = guideExample();
    addScript(data, 'Download_box_sizes.py', program, sidecar);
    expect(await isKnown('download-box-sizes')).toMatchObject({
      title: 'Sizes of boxes',
      script: { download: true },
    });
    // The platform hears of it with the next heartbeat.
    const told = await eventually(
      async () => {
        const answer = await fetch(`${daemon.url}/public/api/v3/plugins.list`, {
          headers: { 'x-api-key': daemon.adminToken() },
        });
        const { entities } = (await answer.json()) as { entities: { name: string }[] };
        return entities.find((one) => one.name === 'download-box-sizes');
      },
      { what: 'the script on the platform' },
    );
    const digest = `sha256:${sha256Of(Buffer.from(program))}`;
    expect(told).toMatchObject({ digest, script: { file: 'Download_box_sizes.py', download: true } });
    const { task, log } = await runScript(daemon, project, 'download-box-sizes');
    expect(task.failure).toBeNull();
    assertAllAccounted(task);
    expect(task.result).toMatchObject({
      archiveName: expect.stringContaining('download-box-sizes'),
      run: {
        script: { file: 'Download_box_sizes.py', digest },
      },
    });
    const text = await archiveText(daemon, task.key);
    expect(text).toContain('box_sizes.csv');
    expect(text).toMatch(/largest area\r\n\w+,\d+,[\d.]+,\d+/);
    expect(log).toMatch(/"message":"\d+ objects of \d+ classes"/);

    const few = await runScript(daemon, project, 'download-box-sizes', { least: 1_000_000 });
    expect(await archiveText(daemon, few.task.key)).toMatch(/largest area\r\n\0/);
  });

  test('a script that is no download may leave nothing but its log', async () => {
    addScript(data, 'say_hello.py', 'print("hello from a script")\n');
    await isKnown('say-hello');
    const { task, log } = await runScript(daemon, project, 'say-hello');
    expect([task.state, task.result?.archiveId, task.result?.counts.ok]).toEqual([
      'succeeded',
      undefined,
      IMAGES,
    ]);
    expect(log).toContain('hello from a script');

    addScript(data, 'Download_nothing.py', 'pass\n');
    await isKnown('download-nothing');
    const { task: empty } = await runScript(daemon, project, 'download-nothing');
    expect(empty.failure?.code).toBe('SLY_PUBLISH_NOTHING');
  });

  test('one that fails says why, with the traceback that begins in it', async () => {
    addScript(data, 'broken.py', 'def inner():\n    raise ValueError("the reason")\n\ninner()\n');
    await isKnown('broken');
    const { task } = await runScript(daemon, project, 'broken');
    expect(task.failure).toMatchObject({ code: 'SLY_PLUGIN_EXIT', retryable: false });
    expect(task.failure?.detail).toContain('ValueError: the reason');
    expect(task.failure?.detail).toContain('broken.py", line 2, in inner');
    expect(task.failure?.detail).not.toContain('runpy');
  });

  test('editing it while it runs changes nothing, nor can it change itself or its project', async () => {
    const program = (word: string): string => `
import os, time
refused = []
for path in ["/sly_task_data/script/slow.py", "/sly_task_data/data/x", "/sly_task_data/x", "/etc/x"]:
    try:
        open(path, "a").close()
    except OSError:
        refused.append(path)
print("ready", flush=True)
time.sleep(2)
print("%s %s %d" % ("${word}", open(os.environ["SLY_SCRIPT"]).read().count("${word}"), len(refused)))
`;
    addScript(data, 'slow.py', program('first'));
    await isKnown('slow');
    const { key } = await daemon.control.export({ project: String(project), plugin: 'slow' });
    await eventually(async () => (await daemon.control.log(key, 0)).text.includes('ready') || undefined, {
      what: 'its start',
    });
    writeFileSync(path.join(data, 'scripts', 'slow.py'), program('second'));
    const log = await eventually(
      async () => {
        const { text, ended } = await daemon.control.log(key, 0);
        return ended ? text : undefined;
      },
      { what: 'its end' },
    );
    expect(log).toContain('first 2 4');
  });

  test('with network: none it has no way out at all', async () => {
    const program = `
import os, socket
def reaches(address):
    try:
        socket.create_connection(address, 3).close()
        return True
    except OSError:
        return False
print("reached", [a for a in [("127.0.0.1", ${daemon.port}), ("172.17.0.1", 22), ("1.1.1.1", 53)] if reaches(a)])
print("told", [key for key in os.environ if "TOKEN" in key or "SERVER" in key], os.path.exists("/sly_task_data/gateway"))
`;
    addScript(data, 'alone.py', program);
    await isKnown('alone');
    const { log } = await runScript(daemon, project, 'alone');
    expect(log).toContain('reached []');
    expect(log).toContain('told [] False');
  });

  test('with network: platform it lists the pictures of its project, and reaches nothing else', async () => {
    addScript(data, 'ask.py', ASK_PLATFORM, { network: 'platform' });
    await isKnown('ask');
    const { task, log } = await runScript(daemon, project, 'ask');
    expect(task.failure).toBeNull();
    const told = toldIn(log);
    expect(told).toEqual({
      task: expect.any(Number),
      images: Array.from({ length: IMAGES }, (_, n) => expect.stringContaining(`${n + 1}.png`)),
      'other project': 404,
      'new token': 403,
      'data plane': 403,
      climbing: 403,
      page: 403,
      reached: [],
      gateway: ['platform.sock'],
      interfaces: ['lo'],
      secrets: [],
    });
  });
}
