import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertAllowed, matchesGlob, namesRegistry } from '../../../../src/agent/runner/image-policy.ts';
import { judgeProbe } from '../../../../src/agent/runner/judge-probe.ts';
import { watchLimits } from '../../../../src/agent/runner/limit-watch.ts';
import { createLineCutter } from '../../../../src/agent/runner/line-cutter.ts';
import { assertPresent, assertReadable } from '../../../../src/agent/runner/plugin-user.ts';
import { createReaderActivity } from '../../../../src/agent/runner/reader-activity.ts';
import { decideEnd } from '../../../../src/agent/runner/run-end.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { measureFolder } from '../../../../src/lib/measure-folder.ts';
import type { ProbeReport } from '../../../../src/protocol/probe.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const { signal } = new AbortController();
const LIMITS = {
  memoryBytes: 2 ** 28,
  cpus: 1,
  pids: 64,
  tmpBytes: 2 ** 20,
  fileBytes: 2 ** 26,
  outputBytes: 2 ** 26,
  wallMs: 60_000,
  idleMs: 60_000,
};

describe('lines', () => {
  test('however the bytes are cut, the lines are the same', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !/[\r\n]/.test(one)),
    );
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const cutter = createLineCutter();
        const got: string[] = [];
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const size = sizes[n % sizes.length]!;
          got.push(...cutter.push(bytes.subarray(at, at + size)).map((line) => line.text));
          at += size;
        }
        expect([...got, ...cutter.end().map((line) => line.text)]).toEqual(lines);
      }),
    );
  });

  test('one that never ends keeps its cap in memory and is marked', () => {
    const cutter = createLineCutter(10);
    for (let n = 0; n < 1000; n++) expect(cutter.push(Buffer.from('xxxx'))).toEqual([]);
    expect(cutter.push(Buffer.from('\nnext\n'))).toEqual([
      { text: 'xxxxxxxxxx', truncated: true },
      { text: 'next', truncated: false },
    ]);
    expect(cutter.end()).toEqual([]);
  });
});

describe('the end of a run', () => {
  const plain = { code: 0, oomKilled: false, cause: undefined, causeDetail: '', forced: false };
  test.each([
    ['done', {}, 'exit'],
    ['failed', { code: 3 }, 'exit'],
    ['a crash is no kill', { code: 139 }, 'exit'],
    ['memory', { code: 137, oomKilled: true }, 'oom'],
    ['memory of a child that made the plugin fail', { code: 7, oomKilled: true }, 'oom'],
    ['memory of a child that did not matter', { oomKilled: true }, 'exit'],
    ['killed by somebody', { code: 137 }, 'killed'],
    ['asked to end by somebody', { code: 143 }, 'stopped'],
    ['stopped by us', { code: 143, cause: 'stopped' as const }, 'stopped'],
    ['stopped by us, by force', { code: 137, cause: 'stopped' as const, forced: true }, 'killed'],
    ['a limit, whatever the code', { code: 0, cause: 'idle' as const }, 'idle'],
    ['a limit that took force', { code: 137, cause: 'wall' as const, forced: true }, 'wall'],
    ['removed', { code: 137, cause: 'removed' as const }, 'killed'],
  ])('%s', (_, facts, reason) => {
    expect(decideEnd({ ...plain, ...facts }).reason).toBe(reason);
  });
});

describe('images', () => {
  test.each([
    ['registry.lab/team/tool:1', 'registry.lab/team/*', true],
    ['registry.lab/team/deep/tool:1', 'registry.lab/team/*', false],
    ['registry.lab/team/deep/tool:1', 'registry.lab/team/**', true],
    ['registry.lab/team/tool:1', 'registry.lab/team/tool:?', true],
    ['registryXlab/team/tool:1', 'registry.lab/team/tool:1', false],
    ['evil.io/registry.lab/team/tool:1', 'registry.lab/team/*', false],
    ['python:3.12', 'python:*', true],
    ['python', 'python:*', false],
  ])('%s against %s', (image, glob, wanted) => {
    expect(matchesGlob(image, glob)).toBe(wanted);
  });

  test('own ones always, others by the list, with a hint', () => {
    const own = ['own:1', 'python:1'];
    for (const image of own) assertAllowed(image, { own, allowed: [] });
    expect(() => assertAllowed('own:2', { own, allowed: ['x/*'] })).toThrow(/allowed_images/);
  });

  test('a bare name could come from anybody', () => {
    expect(namesRegistry('sly-agent/plugins:1')).toBe(false);
    expect(namesRegistry('ubuntu:24.04')).toBe(false);
    expect(namesRegistry('registry.lab/plugins:1')).toBe(true);
    expect(namesRegistry('localhost:5000/plugins')).toBe(true);
  });
});

describe('limits', () => {
  test('a folder is measured without following links, and no further than asked', async () => {
    const folder = tempFolder('measure');
    mkdirSync(path.join(folder, 'a', 'b'), { recursive: true });
    for (let n = 0; n < 40; n++) writeFileSync(path.join(folder, 'a', 'b', `${n}`), Buffer.alloc(65_536, 1));
    symlinkSync('/usr', path.join(folder, 'a', 'link'));
    const all = await measureFolder(folder, { stopAt: Number.POSITIVE_INFINITY, signal });
    expect(all).toBeGreaterThan(40 * 65_536);
    expect(all).toBeLessThan(40 * 65_536 + 200_000);
    const some = await measureFolder(folder, { stopAt: 300_000, signal });
    expect(some).toBeGreaterThan(300_000);
    expect(some).toBeLessThan(500_000);
    expect(await measureFolder(path.join(folder, 'none'), { stopAt: 1, signal })).toBe(0);
  });

  test('silence counts only while somebody listens', async () => {
    const activity = createReaderActivity(systemClock);
    const breaches: string[] = [];
    const watch = watchLimits({
      limits: { ...LIMITS, idleMs: 200 },
      outputFolder: tempFolder('watch'),
      startedAt: Date.now(),
      silenceMs: activity.silenceMs,
      onBreach: (reason) => breaches.push(reason),
      clock: systemClock,
      log: silentLogger(),
    });
    await delay(500);
    expect(breaches).toEqual([]);
    activity.waiting();
    await delay(500);
    expect(breaches).toEqual(['idle']);
    watch.stop();
  });

  test('the wall limit counts from the given start', async () => {
    const breaches: string[] = [];
    const watch = watchLimits({
      limits: { ...LIMITS, wallMs: 60_000 },
      outputFolder: tempFolder('watch'),
      startedAt: Date.now() - 61_000,
      silenceMs: () => 0,
      onBreach: (reason) => breaches.push(reason),
      clock: systemClock,
      log: silentLogger(),
    });
    await delay(1500);
    watch.stop();
    expect(breaches).toEqual(['wall']);
  });
});

describe('what a probe found', () => {
  const good: ProbeReport = {
    uid: 10001,
    groups: [],
    capEff: '0000000000000000',
    capBnd: '0000000000000000',
    noNewPrivs: 1,
    seccomp: 2,
    writable: [],
    exposed: [],
    interfaces: ['lo'],
    devices: [],
    processes: 2,
    memoryMax: LIMITS.memoryBytes,
    swapMax: LIMITS.memoryBytes,
    pidsMax: LIMITS.pids,
    fileBytes: LIMITS.fileBytes,
    coreBytes: 0,
    spawns: true,
  };
  const docker = { kind: 'docker' as const, summary: '', notEnforced: [] };
  const states = (found: ProbeReport, isolation: Parameters<typeof judgeProbe>[1] = docker) =>
    judgeProbe(found, isolation, LIMITS)
      .filter((check) => check.state !== 'ok')
      .map((check) => [check.name, check.state]);

  test('all as it should be', () => expect(states(good)).toEqual([]));

  test.each<[string, Partial<ProbeReport>]>([
    ['user', { uid: 0 }],
    ['capabilities', { capEff: '00000000a80425fb' }],
    ['no new privileges', { noNewPrivs: 0 }],
    ['system call filter', { seccomp: 0 }],
    ['read-only disk', { writable: ['/'] }],
    ['secrets', { exposed: ['/var/run/docker.sock'] }],
    ['network', { interfaces: ['lo', 'eth0'] }],
    ['devices', { devices: ['sda'] }],
    ['processes', { processes: 200 }],
    ['memory limit', { memoryMax: -1 }],
    ['swap limit', { swapMax: 2 * LIMITS.memoryBytes }],
    ['process limit', { pidsMax: -1 }],
    ['core dumps', { coreBytes: -1 }],
  ])('%s', (name, worse) => {
    expect(states({ ...good, ...worse })).toEqual([[`isolation: ${name}`, 'failed']]);
  });

  test('a gap the runner owns up to is a warning', () => {
    const weak = { kind: 'node-permission' as const, summary: '', notEnforced: ['network', 'user'] };
    expect(states({ ...good, uid: 0 }, weak).map(([, state]) => state)).toContain('warning');
  });
});

test('a source that plugins may not read is said before the start, with what to do', () => {
  const folder = tempFolder('unreadable');
  const results = path.join(folder, 'results');
  for (const made of ['data', 'results']) mkdirSync(path.join(folder, made), { mode: 0o700 });
  const spec = {
    mounts: [
      { source: path.join(folder, 'data'), target: '/sly_task_data/data', readOnly: true },
      { source: results, target: '/sly_task_data/results', readOnly: false },
    ],
  };
  expect(() => assertReadable(spec, { uid: 10001, gid: 10001 })).toThrow(/chmod -R o\+rX .*data/);
  const { uid, gid } = statSync(folder);
  assertReadable(spec, { uid, gid });
  chmodSync(path.join(folder, 'data'), 0o755);
  assertReadable(spec, { uid: 10001, gid: 10001 });
  expect(() =>
    assertPresent({ mounts: [{ source: `${folder}/none`, target: '/x', readOnly: true }] }),
  ).toThrow(/none/);
});
