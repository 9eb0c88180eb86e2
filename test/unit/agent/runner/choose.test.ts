import path from 'node:path';
import { expect, test } from 'vitest';
import { createRunner, type RunnerOptions } from '../../../../src/agent/runner/choose.ts';
import { systemClock } from '../../../../src/lib/clock.ts';
import { createLogger } from '../../../../src/lib/log.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

function optionsFor(kind: RunnerOptions['kind'], lines: string[]): RunnerOptions {
  return {
    kind,
    dockerSocket: path.join(tempFolder('engine'), 'docker.sock'),
    builtinImage: 'sly-agent/plugins:test',
    scriptImage: 'sly-agent/python:test',
    pulledFile: path.join(tempFolder('pulled'), 'pulled.json'),
    allowedImages: [],
    pull: 'never',
    agentId: 'choose-test',
    clock: systemClock,
    log: createLogger('info', { write: (line: string) => void lines.push(line) }),
  };
}

test('docker without an engine is refused, with what to do', async () => {
  const error = await createRunner(optionsFor('docker', [])).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'SLY_RUNNER_UNAVAILABLE', retryable: true });
  expect(String(error)).toMatch(/docker_socket/);
});

test.each(['auto', 'sandbox'] as const)(
  '%s without an engine says once which cage there is, and why',
  async (kind) => {
    const lines: string[] = [];
    const runner = await createRunner(optionsFor(kind, lines));
    expect(['bubblewrap', 'node-permission']).toContain(runner.isolation.kind);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: kind === 'auto' ? 'warn' : 'info',
      runner: runner.isolation.kind,
      msg: runner.isolation.summary,
      ...(kind === 'auto' ? { why: expect.stringContaining('no Docker engine') } : {}),
    });
    await runner.close();
  },
);
