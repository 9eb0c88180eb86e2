import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openControlGroups } from '../../../../../src/agent/runner/sandbox/cgroup.ts';
import { withLimits } from '../../../../../src/agent/runner/sandbox/launch.ts';
import { findLeftovers, runMarker } from '../../../../../src/agent/runner/sandbox/leftovers.ts';
import { seccompFilter } from '../../../../../src/agent/runner/sandbox/seccomp.ts';
import { systemClock } from '../../../../../src/lib/clock.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

describe('leftovers', () => {
  function procWith(lines: string[][]): string {
    const proc = tempFolder('proc');
    for (const [index, args] of lines.entries()) {
      mkdirSync(path.join(proc, String(100 + index)));
      writeFileSync(path.join(proc, String(100 + index), 'cmdline'), args.join('\0'));
    }
    return proc;
  }

  test('only processes that carry the marker where we put it, and only of this agent', () => {
    const mine = runMarker('agent', 'key.1.1');
    const proc = procWith([
      ['/usr/bin/bwrap', '--die-with-parent', '--setenv', 'SLY_RUN', mine, '--', 'node'],
      [mine],
      ['node', '--permission', `--title=${mine}`, 'host.js'],
      ['grep', mine],
      ['vim', '--setenv', mine],
      ['node', `--title=${runMarker('other', 'key.1.1')}`],
    ]);
    expect(findLeftovers('agent', proc)).toEqual([100, 101, 102].map((pid) => ({ pid, runId: 'key.1.1' })));
  });
});

/** Runs a filter as the kernel would. */
function answer(filter: Buffer, call: { arch: number; nr: number; arg0?: number }): number {
  const memory: Record<number, number> = { 0: call.nr, 4: call.arch, 16: call.arg0 ?? 0 };
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const [code, yes, no, value] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x20) accumulator = memory[value]!;
    else if (code === 0x15) at += accumulator === value ? yes : no;
    else if (code === 0x35) at += accumulator >= value ? yes : no;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? yes : no;
    else if (code === 0x06) return value;
    else throw new Error(`unknown instruction ${code}`);
  }
}

describe('the system call filter', () => {
  const ALLOW = 0x7fff0000;
  const EPERM = 0x00050001;
  const filter = seccompFilter('x64')!;
  const x64 = (nr: number, arg0 = 0): number => answer(filter, { arch: 0xc000003e, nr, arg0 });

  test('lets ordinary calls through and refuses the listed ones', () => {
    for (const nr of [0, 1, 9, 59, 202, 231, 257]) expect(x64(nr), String(nr)).toBe(ALLOW);
    for (const nr of [101, 165, 272, 308, 321, 425]) expect(x64(nr), String(nr)).toBe(EPERM);
    expect(x64(435)).toBe(0x00050026);
  });

  test('threads yes, namespaces no', () => {
    expect(x64(56, 0x3d0f00)).toBe(ALLOW);
    expect(x64(56, 0x10000000)).toBe(EPERM);
    expect(x64(56, 0x00020000)).toBe(EPERM);
  });

  test('other ways to call are no way around it', () => {
    expect(x64(0x40000000 + 165)).toBe(EPERM);
    expect(answer(filter, { arch: 0x40000003, nr: 20 })).toBe(0x80000000);
    expect(seccompFilter('riscv64')).toBeUndefined();
    expect(answer(seccompFilter('arm64')!, { arch: 0xc00000b7, nr: 97 })).toBe(EPERM);
    expect(answer(seccompFilter('arm64')!, { arch: 0xc00000b7, nr: 220, arg0: 0x10000000 })).toBe(EPERM);
  });
});

describe('control groups', () => {
  test('version 2: this process moves to a leaf, runs get groups beside it', () => {
    const root = tempFolder('cgroup');
    const own = path.join(root, 'service');
    mkdirSync(own);
    writeFileSync(path.join(own, 'cgroup.controllers'), 'cpu memory pids\n');
    const groups = openControlGroups(systemClock, root, '0::/service\n');
    expect(groups.enforced).toEqual(['memory', 'pids', 'cpu']);
    expect(readFileSync(path.join(own, 'sly-agent-main', 'cgroup.procs'), 'utf8')).toBe(String(process.pid));
    for (const folder of [own, path.join(own, 'sly-agent-runs')])
      expect(readFileSync(path.join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids +cpu');
    const run = path.join(own, 'sly-agent-runs', 'one');
    mkdirSync(run);
    for (const file of ['cgroup.controllers', 'memory.max', 'memory.swap.max', 'pids.max', 'cpu.max'])
      writeFileSync(path.join(run, file), 'max\n');
    const opened = groups.open('one', {
      memoryBytes: 1000,
      cpus: 0.5,
      pids: 7,
      tmpBytes: 1,
      fileBytes: 1,
      outputBytes: 1,
      wallMs: 1,
      idleMs: 1,
    });
    const read = (file: string): string => readFileSync(path.join(run, file), 'utf8');
    expect([read('memory.max'), read('memory.swap.max'), read('pids.max'), read('cpu.max')]).toEqual([
      '1000',
      '0',
      '7',
      '50000 100000',
    ]);
    expect(opened.procs).toEqual([path.join(run, 'cgroup.procs')]);
    expect(opened.oomKilled()).toBe(false);
    writeFileSync(path.join(run, 'memory.events'), 'low 0\noom 1\noom_kill 1\n');
    expect(opened.oomKilled()).toBe(true);
  });

  test('where nothing may be written nothing is claimed', () => {
    expect(openControlGroups(systemClock, '/nonexistent', '0::/x\n4:memory:/y\n').enforced).toEqual([]);
    expect(openControlGroups(systemClock, '/nonexistent', '').enforced).toEqual([]);
  });
});

test('limits are set and groups joined before the command starts', () => {
  const limits = { fileBytes: 1024, groups: ['/g/one', '/g/two'] };
  const { command, args } = withLimits(['prog', 'a b'], { ...limits, dataBytes: undefined });
  expect(command).toBe('/bin/sh');
  expect(args.slice(3)).toEqual(['/g/one', '/g/two', 'prog', 'a b']);
  expect(args[1]).toContain('ulimit -f 2 ');
  expect(args[1]).toContain('shift 2\nexec "$@"');
  expect(args[1]).not.toContain('ulimit -d');
  expect(withLimits([], { ...limits, dataBytes: 4096 }).args[1]).toContain('ulimit -d 4 ');
});
