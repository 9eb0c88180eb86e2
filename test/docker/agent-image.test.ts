/**
 * The image a stranger builds: agent and platform in a container, plugins in sibling containers. The agent
 * must find its own mounts, or the plugins would see nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot, programVersion } from '../../src/lib/version.ts';
import { eventually, freePort } from '../support/daemon-process.ts';
import { containersOfTask, describeDocker } from '../support/docker.ts';
import { hashTree } from '../support/hash-tree.ts';
import { snapshotProject } from '../support/project-snapshot.ts';
import { writeSampleCoco } from '../support/sample-coco.ts';
import { tempFolder } from '../support/temp-folder.ts';

const IMAGE = 'sly-agent:test';

function docker(...words: string[]): { status: number | null; out: string } {
  const ran = spawnSync('docker', words, { encoding: 'utf8', maxBuffer: 64 << 20 });
  return { status: ran.status, out: `${ran.stdout}${ran.stderr}` };
}

describeDocker('the agent image', () => {
  beforeAll(() => {
    const built = docker('build', '--quiet', '--tag', IMAGE, packageRoot());
    expect(built.out, built.out).toContain('sha256:');
  }, 600_000);

  let container = '';
  afterAll(() => {
    if (container !== '') docker('rm', '--force', container);
  });

  test('one import through docker run, into the folder and out of it again', {
    timeout: 180_000,
  }, async () => {
    const root = tempFolder('image');
    const data = path.join(root, 'data');
    mkdirSync(data);
    writeSampleCoco(path.join(root, 'street'), { images: 5 });
    const port = await freePort();
    const started = docker(
      ...['run', '--detach', '--volume', '/var/run/docker.sock:/var/run/docker.sock'],
      ...['--volume', `${data}:/data`, '--publish', `127.0.0.1:${port}:7575`],
      ...['--env', 'SLY_SETTLE_SECONDS=1', '--env', 'SLY_SCAN_SECONDS=1', '--env', 'SLY_RUNNER=docker'],
      ...['--env', `SLY_PLUGIN_IMAGE=sly-agent/plugins:${programVersion()}`, IMAGE],
    );
    expect(started.status, started.out).toBe(0);
    container = started.out.trim();
    const logs = (): string => docker('logs', container).out.slice(-4000);
    await eventually(async () => ((await fetch(`http://127.0.0.1:${port}/healthz`)).ok ? true : undefined), {
      what: `the page (${logs()})`,
    });
    await eventually(() => (/login\?code=/.test(logs()) ? true : undefined), { what: 'the login address' });

    mkdirSync(path.join(data, 'upload'), { recursive: true });
    writeSampleCoco(path.join(data, 'upload', 'street'), { images: 5 });
    const before = hashTree(path.join(data, 'upload', 'street'));
    const status = await eventually(
      () => {
        const text = readFileSync(path.join(data, 'upload', '.sly', 'street.status.json'), 'utf8');
        const now = JSON.parse(text) as { state: string; task: string };
        if (now.state === 'failed') throw new Error(`${text}\n${logs()}`);
        return now.state === 'succeeded' ? now : undefined;
      },
      { within: 60_000, what: 'the import' },
    );
    expect(status.state).toBe('succeeded');
    expect(hashTree(path.join(data, 'upload', 'street'))).toEqual(before);
    expect(snapshotProject(data, 1).items).toHaveLength(5);

    const exported = docker(
      'exec',
      container,
      'sly-agent',
      'export',
      'street',
      '--as',
      'coco',
      '--to',
      '/data/out.tar',
    );
    expect(exported.status, exported.out).toBe(0);
    expect(spawnSync('tar', ['tf', path.join(data, 'out.tar')], { encoding: 'utf8' }).stdout).toContain(
      'instances.json',
    );

    // SIGTERM stops it cleanly, and no plugin container stays behind.
    expect(docker('stop', '--time', '40', container).status).toBe(0);
    expect(docker('inspect', '--format', '{{.State.ExitCode}}', container).out.trim()).toBe('0');
    expect(containersOfTask(status.task)).toEqual([]);
  });
});
