import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLeftovers, runName } from '../../../src/agent/runner/sandbox/leftovers.ts';
import type { Program } from '../../../src/agent/runner/sandbox/program.ts';
import { probeSandbox, type SandboxKind } from '../../../src/agent/runner/sandbox/sandbox-kind.ts';
import { createSandboxRunner } from '../../../src/agent/runner/sandbox/sandbox-runner.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { runnerConformance } from './suite.ts';

const root = realpathSync(path.resolve(import.meta.dirname, '../../fixtures/runner'));
const host = path.join(root, 'program.mjs');
const program: Program = { node: realpathSync(process.execPath), root, host, reads: [host] };
const AGENT = `sandbox-test-${process.pid}`;
const IMAGE = 'sly-agent/plugins:test';

function conformance(kind: SandboxKind): void {
  runnerConformance({
    name: `sandbox runner: ${kind.name}${kind.name === 'bubblewrap' && kind.setpriv === undefined ? ' in a user namespace' : ''}`,
    kind: kind.name,
    survives: false,
    image: IMAGE,
    open: async () =>
      createSandboxRunner({
        kind,
        builtinImage: IMAGE,
        scriptImage: 'sly-agent/python:test',
        agentId: AGENT,
        clock: systemClock,
        log: silentLogger(),
        program,
      }),
    program: { args: [], mounts: [] },
    leftBehind: async (runId) => [
      ...findLeftovers(AGENT).map(({ pid }) => `process ${pid}`),
      ...[`${tmpdir()}/sly-run-`, '/sys/fs/cgroup/memory/sly-agent/', '/sys/fs/cgroup/pids/sly-agent/']
        .map((place) => place + runName(AGENT, runId))
        .filter(existsSync),
    ],
  });
}

const probed = await probeSandbox(program);
if (probed.kind.name === 'bubblewrap') {
  conformance(probed.kind);
  // An agent that is not root has this one only; as root it is what is left when setpriv is not there.
  if (probed.kind.setpriv !== undefined) conformance({ ...probed.kind, setpriv: undefined });
} else {
  process.stderr.write(`SKIPPED sandbox runner: bubblewrap: ${probed.why}\n`);
  describe.skip(`sandbox runner: bubblewrap (${probed.why})`, () => {
    test('needs bubblewrap', () => expect(probed.kind.name).toBe('bubblewrap'));
  });
}
conformance({ name: 'node-permission', setpriv: probed.kind.setpriv });
