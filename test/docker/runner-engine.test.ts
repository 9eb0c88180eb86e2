/** What only a real engine shows: options in force, its absence, images, odd ends. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Runner, RunSpec } from '../../src/agent/ports/runner.ts';
import { appliedOptions } from '../../src/agent/runner/docker/applied-options.ts';
import { connectDocker } from '../../src/agent/runner/docker/connect-docker.ts';
import { createDockerRunner } from '../../src/agent/runner/docker/docker-runner.ts';
import { createEngine } from '../../src/agent/runner/docker/engine.ts';
import { chooseUser } from '../../src/agent/runner/docker/engine-user.ts';
import { containerName, LABEL } from '../../src/agent/runner/docker/host-config.ts';
import { createImages } from '../../src/agent/runner/docker/images.ts';
import { createOwnImages, createPulledImages } from '../../src/agent/runner/docker/own-images.ts';
import { createPathTranslator } from '../../src/agent/runner/docker/own-mounts.ts';
import { probeIsolation } from '../../src/agent/runner/probe-isolation.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { packageRoot } from '../../src/lib/version.ts';
import { collect } from '../conformance/runner/suite.ts';
import { BASE_IMAGE, DOCKER_SOCKET, describeDocker, docker } from '../support/docker.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { tempFolder } from '../support/temp-folder.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../fixtures/runner/program.mjs');
const AGENT = `engine-test-${process.pid}`;
const MB = 2 ** 20;
let count = 0;

function specFor(args: readonly string[], over: Partial<RunSpec> = {}): RunSpec {
  const outputFolder = path.join(tempFolder('engine'), 'results');
  mkdirSync(outputFolder);
  return {
    runId: `engine-${process.pid}.${++count}.1`,
    taskKey: 'engine',
    attempt: 1,
    plugin: 'test-program',
    image: BASE_IMAGE,
    args: ['node', '/program.mjs', ...args],
    mounts: [
      { source: PROGRAM, target: '/program.mjs', readOnly: true },
      { source: outputFolder, target: '/sly_task_data/results', readOnly: false },
    ],
    outputFolder,
    env: {},
    limits: {
      memoryBytes: 256 * MB,
      cpus: 2,
      pids: 64,
      tmpBytes: 16 * MB,
      fileBytes: 1024 * MB,
      outputBytes: 1024 * MB,
      wallMs: 60_000,
      idleMs: 60_000,
    },
    gpu: false,
    ...over,
  };
}

function connectTo(
  dockerSocket: string,
  over: Partial<Parameters<typeof connectDocker>[0]> = {},
): Promise<Runner> {
  return connectDocker({
    dockerSocket,
    builtinImage: BASE_IMAGE,
    scriptImage: 'sly-agent/python:test',
    pulledFile: path.join(tempFolder('pulled'), 'pulled.json'),
    allowedImages: [],
    pull: 'never',
    agentId: AGENT,
    clock: systemClock,
    log: silentLogger(),
    ...over,
  });
}

/** Gives up on an engine within two seconds. */
function impatient(socketPath: string): Runner {
  const engine = createEngine(socketPath);
  const pulled = createPulledImages(path.join(tempFolder('pulled'), 'pulled.json'));
  return createDockerRunner({
    engine,
    images: createImages(engine, {
      own: [BASE_IMAGE],
      allowed: [],
      pull: 'never',
      pulled,
      log: silentLogger(),
    }),
    own: createOwnImages(engine, pulled),
    user: chooseUser({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }, []),
    toEngine: (file) => file,
    agentId: AGENT,
    clock: systemClock,
    log: silentLogger(),
    engineWaitMs: 2000,
  });
}

describeDocker('docker runner and its engine', () => {
  afterEach(() => {
    const left = docker('ps', '-aq', '--filter', `label=${LABEL.agent}=${AGENT}`);
    if (left !== '') docker('rm', '-f', ...left.split('\n'));
  });

  test('the options asked for are those in force', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const spec = specFor(['hang']);
    const run = await runner.start(spec);
    const [info] = JSON.parse(docker('inspect', containerName(AGENT, spec.runId))) as [
      { HostConfig: Record<string, unknown>; Config: Record<string, unknown> },
    ];
    expect(info.HostConfig).toMatchObject({
      Privileged: false,
      CapAdd: null,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      NetworkMode: 'none',
      IpcMode: 'private',
      PidMode: '',
      UsernsMode: '',
      Init: true,
      Memory: 256 * MB,
      MemorySwap: 256 * MB,
      NanoCpus: 2e9,
      PidsLimit: 64,
      AutoRemove: false,
      OomKillDisable: false,
      RestartPolicy: { Name: 'no' },
      Binds: null,
    });
    expect(info.HostConfig.MaskedPaths).toContain('/proc/kcore');
    expect(info.Config.User).not.toMatch(/^0|^$/);
    const { digest, options } = run.applied;
    expect(options.filter((one) => one.weaker !== undefined)).toEqual([]);
    expect(options).toContainEqual({ name: 'Memory', value: '256 MiB' });
    expect(options).toContainEqual({ name: 'Network', value: 'none' });
    const [image] = JSON.parse(docker('image', 'inspect', BASE_IMAGE)) as [
      { Id: string; RepoDigests: string[] },
    ];
    const told = image.RepoDigests.map((one) => one.split('@')[1]);
    expect([...told, image.Id]).toContain(digest?.digest);
    expect(digest).toEqual(await runner.digest(BASE_IMAGE));
    expect(await runner.digest('registry.invalid/nothing:1')).toBeUndefined();
    await run.stop(0);
    await runner.remove(spec.runId);
    await runner.close();
  });

  test('a container that is weaker is told as such, from what the engine answers', () => {
    const name = `sly-weak-${process.pid}`;
    const weak = [
      '--privileged',
      '--network',
      'bridge',
      '--pid',
      'host',
      '--user',
      '0',
      '--volume',
      '/tmp:/host',
    ];
    docker('create', '--name', name, '--label', `${LABEL.agent}=${AGENT}`, ...weak, BASE_IMAGE, 'true');
    const [info] = JSON.parse(docker('inspect', name)) as [Parameters<typeof appliedOptions>[0]];
    const marked = appliedOptions(info, undefined).flatMap((one) =>
      one.weaker === undefined ? [] : [one.name],
    );
    expect(marked).toEqual(
      expect.arrayContaining([
        'User',
        'Network',
        'Root file system',
        'Capabilities',
        'New privileges',
        'System calls',
        'Namespaces',
        'Memory',
        'Swap',
        'Processors',
        'Processes',
        'Folder /host',
      ]),
    );
  });

  test('the cage proves itself from inside', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const mounts = ['src', 'package.json'].map((name) => ({
      source: path.join(packageRoot(), name),
      target: `/app/${name}`,
      readOnly: true,
    }));
    const args = ['node', '/app/src/plugin-kit/host.ts', 'probe'];
    const checks = await probeIsolation(runner, BASE_IMAGE, { args, mounts });
    expect(checks.length).toBeGreaterThan(10);
    expect(checks.filter((check) => check.state !== 'ok')).toEqual([]);
    await runner.close();
  });

  test('an engine that is restarted: no line lost, none twice, and the exit code', async () => {
    const proxy = await startEngineProxy(DOCKER_SOCKET, path.join(tempFolder('proxy'), 'd.sock'));
    const runner = await connectTo(proxy.socketPath);
    const run = await runner.start(specFor(['tick', '200', '25']));
    const lines = await collect(run, async (line) => {
      if (line.text !== 'tick 5') return;
      proxy.slam();
      setTimeout(() => proxy.open(), 1500);
    });
    expect(lines.map((line) => line.text)).toEqual(Array.from({ length: 25 }, (_, n) => `tick ${n}`));
    expect(await run.exit).toMatchObject({ reason: 'exit', code: 0 });
    await runner.close();
    await proxy.close();
  });

  test('an engine that stays away: lost after a while, and every call says so', async () => {
    const proxy = await startEngineProxy(DOCKER_SOCKET, path.join(tempFolder('proxy'), 'd.sock'));
    const runner = impatient(proxy.socketPath);
    const run = await runner.start(specFor(['tick', '100', '10000']));
    const lines = await collect(run, async (line) => {
      if (line.text === 'tick 3') proxy.slam();
    });
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(await run.exit).toMatchObject({ reason: 'lost', code: null });
    for (const call of [
      () => runner.check(BASE_IMAGE),
      () => runner.start(specFor(['exit', '0'])),
      () => runner.reattach(specFor(['exit', '0'])),
      () => runner.list(),
      () => runner.remove('x.1.1'),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'SLY_RUNNER_UNAVAILABLE', retryable: true });
    await runner.close();
    await proxy.close();
  });

  test('a container somebody removed is lost; one somebody killed says so', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const gone = specFor(['hang']);
    const run = await runner.start(gone);
    const reading = collect(run, async () => void docker('rm', '-f', containerName(AGENT, gone.runId)));
    await reading;
    expect((await run.exit).reason).toMatch(/^(lost|killed)$/);
    const killed = specFor(['hang']);
    const other = await runner.start(killed);
    await collect(other, async () => void docker('kill', containerName(AGENT, killed.runId)));
    expect(await other.exit).toMatchObject({ reason: 'killed', code: 137 });
    await runner.close();
  });

  test('memory of a child: no failure when the plugin lives with it', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const script = 'node /program.mjs buffers 2000; echo survived';
    const { limits } = specFor([]);
    const spec = specFor([], { limits: { ...limits, memoryBytes: 96 * MB } });
    const run = await runner.start({ ...spec, args: ['sh', '-c', script] });
    const lines = await collect(run);
    expect(lines.map((line) => line.text)).toContain('survived');
    expect(await run.exit).toMatchObject({ reason: 'exit', code: 0 });
    await runner.close();
  });

  test('a command that is not there, and a container that cannot be started at all', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const wrong = await runner.start({ ...specFor([]), args: ['/no/such/program'] });
    expect((await collect(wrong)).map((line) => line.text).join()).toMatch(/No such file/);
    expect(await wrong.exit).toMatchObject({ reason: 'exit', code: 127 });
    const spec = specFor(['exit', '0']);
    const impossible = { source: spec.outputFolder, target: '/proc/sly', readOnly: true };
    const run = await runner.start({ ...spec, mounts: [...spec.mounts, impossible] });
    expect(await collect(run)).toEqual([]);
    const exit = await run.exit;
    expect(exit).toMatchObject({ reason: 'start-failed', code: null });
    expect(exit.detail).toContain('/proc');
    expect(await runner.reattach(spec)).toBeNull();
    await runner.close();
  });

  test('images: not there, not allowed, with a volume', async () => {
    const tag = `sly-agent-test/volume:${process.pid}`;
    docker(
      'build',
      '--quiet',
      '--tag',
      tag,
      path.resolve(import.meta.dirname, '../fixtures/runner/volume-image'),
    );
    try {
      const runner = await connectTo(DOCKER_SOCKET, { allowedImages: ['sly-agent-test/**', 'absent:*'] });
      await expect(runner.check('other:1')).rejects.toMatchObject({ code: 'SLY_IMAGE_NOT_ALLOWED' });
      await expect(runner.check('absent:1')).rejects.toMatchObject({ code: 'SLY_IMAGE_MISSING' });
      await expect(runner.check(tag)).rejects.toMatchObject({
        code: 'SLY_IMAGE_NOT_ALLOWED',
        detail: expect.stringContaining('/scratch'),
      });
      await expect(runner.start(specFor([], { image: 'absent:1' }))).rejects.toMatchObject({
        code: 'SLY_IMAGE_MISSING',
      });
      await runner.close();
    } finally {
      docker('image', 'rm', '-f', tag);
    }
  });

  test('a container of the same name that is not ours is left alone', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const spec = specFor(['exit', '0']);
    const name = containerName(AGENT, spec.runId);
    docker('create', '--name', name, BASE_IMAGE, 'true');
    try {
      await expect(runner.start(spec)).rejects.toMatchObject({
        code: 'SLY_RUNNER_UNAVAILABLE',
        retryable: false,
      });
      expect(await runner.list()).not.toContain(spec.runId);
    } finally {
      docker('rm', '-f', name);
    }
    await runner.close();
  });

  test('a process of the engine’s containers finds its own mounts', async () => {
    const folder = tempFolder('mounts');
    const id = docker('run', '-d', '--network', 'none', '-v', `${folder}:/data`, BASE_IMAGE, 'sleep', '60');
    try {
      const engine = createEngine(DOCKER_SOCKET);
      const info = await engine.docker.getContainer(id).inspect();
      expect(info.Mounts.map(({ Source, Destination }) => [Source, Destination])).toEqual([
        [folder, '/data'],
      ]);
      // This process itself is in none of the engine's containers: its paths mean the same there.
      expect((await createPathTranslator(engine, silentLogger()))('/tmp')).toBe('/tmp');
    } finally {
      docker('rm', '-f', id);
    }
  });

  test('a flood of lines is read as fast as it comes', async () => {
    const runner = await connectTo(DOCKER_SOCKET);
    const started = Date.now();
    const run = await runner.start(specFor(['lines', '300000']));
    let seen = 0;
    for await (const _ of run.output) seen++;
    expect(seen).toBe(300_000);
    expect(Date.now() - started).toBeLessThan(30_000);
    await runner.close();
  });
}, [BASE_IMAGE]);
