import { expect, test } from 'vitest';
import { isolationFacts } from '../../../../src/agent/machine/isolation-facts.ts';
import type { Isolation } from '../../../../src/agent/ports/runner.ts';
import { engineFacts } from '../../../../src/agent/runner/docker/engine-facts.ts';

const LIMITS = {
  memoryMb: 4096,
  cpus: 2,
  pids: 256,
  tmpMb: 256,
  fileMb: 1,
  outputMb: 1,
  wallSeconds: 10,
  idleSeconds: 5,
};
const looseOf = (isolation: Isolation): string[] =>
  isolationFacts(isolation, LIMITS)
    .filter((fact) => !fact.enforced)
    .map((fact) => fact.name);

test('an engine is read from its own words', () => {
  expect(
    engineFacts({
      ServerVersion: '28.0.1',
      SecurityOptions: ['name=apparmor', 'name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns'],
      MemoryLimit: true,
      SwapLimit: false,
      PidsLimit: true,
      CpuCfsQuota: false,
    }),
  ).toEqual({
    name: 'Docker',
    version: '28.0.1',
    rootless: true,
    userns: false,
    seccomp: 'builtin',
    apparmor: true,
    selinux: false,
    missing: ['swap', 'cpu'],
  });
  const bare = engineFacts({ SecurityOptions: null });
  expect(bare).toMatchObject({ version: 'unknown', seccomp: null, missing: [] });
  expect(engineFacts({ SecurityOptions: ['name=seccomp,profile=unconfined'] }).seccomp).toBeNull();
});

test('what the engine or the runner cannot do is not claimed', () => {
  const docker = { kind: 'docker' as const, summary: '', notEnforced: [] };
  const good = engineFacts({ SecurityOptions: ['name=seccomp,profile=default'] });
  expect(looseOf({ ...docker, engine: good })).toEqual([]);
  expect(looseOf({ ...docker, engine: { ...good, seccomp: null, missing: ['swap', 'cpu'] } })).toEqual([
    'System calls',
    'Swap',
    'Processors',
  ]);
  const node = { kind: 'node-permission' as const, summary: '' };
  const missing = ['memory', 'pids', 'cpu', 'tmp', 'network', 'seccomp', 'user'];
  expect(looseOf({ ...node, notEnforced: missing })).toEqual([
    'User',
    'Network',
    'System calls',
    'Memory',
    'Swap',
    'Processors',
    'Processes',
    '/tmp',
  ]);
});
