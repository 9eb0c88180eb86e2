/** Self-tests of plugins in the real runner of this machine: good, broken, two at once, and what is kept. */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSourceOpener } from '../../../../src/agent/intake/open-source.ts';
import { loadPlugins } from '../../../../src/agent/pipeline/plugin-registry.ts';
import { createPluginOffers } from '../../../../src/agent/pipeline/self-test/plugin-offers.ts';
import { createSelfTests, type SelfTests } from '../../../../src/agent/pipeline/self-test/self-tests.ts';
import type { PipelineDeps } from '../../../../src/agent/pipeline/step-context.ts';
import type { ImageDigest, Runner } from '../../../../src/agent/ports/runner.ts';
import { createRunner } from '../../../../src/agent/runner/choose.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { createParser } from '../../../../src/lib/schema.ts';
import { packageRoot } from '../../../../src/lib/version.ts';
import { SelfTestSchema } from '../../../../src/protocol/self-test.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const IMAGE = 'sly-agent/plugins:test';

interface Rig {
  tests: SelfTests;
  open(): SelfTests;
  runner: Runner;
  tasksRoot: string;
}

/** The built-in plugins of these names; `change` may break their folders first. */
async function startRig(
  names: readonly string[],
  change: (builtin: string) => void = () => {},
): Promise<Rig> {
  const log = silentLogger();
  const root = tempFolder('self-test');
  const builtin = path.join(root, 'plugins');
  for (const name of names) {
    const from = path.join(packageRoot(), 'plugins', name);
    mkdirSync(path.join(builtin, name), { recursive: true });
    cpSync(path.join(from, 'plugin.json'), path.join(builtin, name, 'plugin.json'));
    if (readdirSync(from).includes('sample'))
      cpSync(path.join(from, 'sample'), path.join(builtin, name, 'sample'), { recursive: true });
  }
  change(builtin);
  const tasksRoot = path.join(root, 'tasks');
  mkdirSync(tasksRoot);
  const runner = await createRunner({
    kind: 'sandbox',
    dockerSocket: '',
    builtinImage: IMAGE,
    scriptImage: 'sly-agent/python:test',
    pulledFile: path.join(tempFolder('pulled'), 'pulled.json'),
    allowedImages: [],
    pull: 'never',
    agentId: 'self-test',
    clock: systemClock,
    log,
  });
  onTestFinished(() => runner.close());
  const plugins = loadPlugins({ builtin, builtinImage: IMAGE, includeHidden: true, log });
  const deps = {
    runner,
    plugins,
    opener: createSourceOpener({ log }),
    clock: systemClock,
    log,
    tasksRoot,
    uploadFolder: root,
    policy: {
      memoryMb: 1024,
      cpus: 2,
      pids: 128,
      tmpMb: 64,
      fileMb: 256,
      outputMb: 256,
      wallSeconds: 600,
      idleSeconds: 600,
    },
    stopGraceMs: 1000,
    pollMs: 50,
  } as unknown as PipelineDeps;
  const open = (): SelfTests => createSelfTests({ deps, file: path.join(root, 'self-tests.json') });
  return { tests: open(), open, runner, tasksRoot };
}

test('every built-in plugin that is shown brings something to be tested with', async () => {
  const { readFileSync, existsSync } = await import('node:fs');
  const root = path.join(packageRoot(), 'plugins');
  for (const name of readdirSync(root)) {
    const file = path.join(root, name, 'plugin.json');
    if (!existsSync(file)) continue;
    const { hidden, actions } = JSON.parse(readFileSync(file, 'utf8')) as {
      hidden?: boolean;
      actions: string[];
    };
    if (hidden === true) continue;
    expect(actions.includes('export') || existsSync(path.join(root, name, 'sample')), name).toBe(true);
  }
});

test('an importer reads its sample, an exporter writes and reads again; nothing stays behind', async () => {
  const { tests, open, runner, tasksRoot } = await startRig(['via', 'coco']);
  const via = await tests.run('via');
  expect(via).toMatchObject({
    state: 'ok',
    plugin: 'via',
    isolation: runner.isolation.kind,
    digestOf: 'files',
  });
  expect(via.steps).toEqual([{ name: 'import', ms: expect.any(Number), items: 2 }]);
  expect(createParser(SelfTestSchema).check(via)).toBe(true);
  // A second one is refused while one runs, whoever asks.
  const running = tests.run('coco');
  await expect(tests.run('via')).rejects.toMatchObject({ code: 'SLY_TOO_MANY' });
  const coco = await running;
  expect(coco.steps).toMatchObject([
    { name: 'export', items: 2 },
    { name: 'import', items: 2 },
  ]);
  expect(readdirSync(tasksRoot)).toEqual([]);
  expect(await runner.list()).toEqual([]);
  // The next process of this agent still knows both.
  const after = open();
  expect(after.last('via')).toEqual(via);
  expect(after.last('coco')).toEqual(coco);
  expect(after.last('yolo')).toBeUndefined();
});

test('a broken sample fails with the reason, and is kept as such', async () => {
  const { tests, open, tasksRoot } = await startRig(['via'], (builtin) => {
    writeFileSync(path.join(builtin, 'via/sample/via_project.json'), '{"_via_img_metadata": "nothing"}');
  });
  const outcome = await tests.run('via');
  expect(outcome.state).toBe('failed');
  expect(outcome.failure?.detail).not.toBe('');
  expect(readdirSync(tasksRoot)).toEqual([]);
  expect(open().last('via')).toEqual(outcome);
});

test('unknown, and without anything to test with: said, and not kept as a failure', async () => {
  const { tests } = await startRig(['mock']);
  await expect(tests.run('nobody')).rejects.toMatchObject({ code: 'SLY_PLUGIN_UNKNOWN' });
  await expect(tests.run('mock')).rejects.toMatchObject({
    code: 'SLY_USAGE',
    hint: expect.stringContaining('sample'),
  });
  expect(tests.last('mock')).toBeUndefined();
});

test('an agent that stops ends the test; nothing is kept of it', async () => {
  const { tests, open, runner } = await startRig(['coco']);
  const running = tests.run('coco').catch((error: unknown) => error);
  await tests.stop();
  expect(await running).toMatchObject({ code: 'SLY_ABORTED' });
  expect(open().last('coco')).toBeUndefined();
  expect(await runner.list()).toEqual([]);
  await expect(tests.run('coco')).rejects.toMatchObject({ code: 'SLY_ABORTED' });
});

test('offers: digests as they were last seen; an engine that is away takes nothing back', async () => {
  const log = silentLogger();
  const plugins = loadPlugins({ builtin: path.join(packageRoot(), 'plugins'), builtinImage: IMAGE, log });
  let answer: ImageDigest | undefined | Error = { digest: 'sha256:1', of: 'image' };
  let asked = 0;
  const runner = {
    async digest() {
      asked++;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const offers = createPluginOffers({ plugins, runner, lastTest: () => undefined, log });
  const digests = () => new Set(offers.list().map((offer) => offer.digest));
  expect(digests()).toEqual(new Set([undefined]));
  await offers.look();
  expect(digests()).toEqual(new Set(['sha256:1']));
  answer = new Error('away');
  await offers.look();
  expect(digests()).toEqual(new Set(['sha256:1']));
  answer = undefined;
  await offers.look();
  expect(digests()).toEqual(new Set([undefined]));
  // One question an image, not one a plugin.
  expect(asked).toBeLessThan(10);
});
