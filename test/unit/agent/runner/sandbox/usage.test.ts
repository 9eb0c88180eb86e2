/** What holds a plugin without an engine, and what it uses. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Isolation, RunSpec } from '../../../../../src/agent/ports/runner.ts';
import { cageOptions } from '../../../../../src/agent/runner/sandbox/applied-options.ts';
import { usageOfProcesses } from '../../../../../src/agent/runner/sandbox/process-usage.ts';
import { digestOfProgram } from '../../../../../src/agent/runner/sandbox/program-digest.ts';
import { isolationOf, type SandboxKind } from '../../../../../src/agent/runner/sandbox/sandbox-kind.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const MB = 2 ** 20;
const spec = {
  mounts: [
    { source: '/srv/secret/in', target: '/sly_task_data/data', readOnly: true },
    { source: '/srv/secret/out', target: '/sly_task_data/results', readOnly: false },
  ],
  limits: { memoryBytes: 256 * MB, fileBytes: 10 * MB, tmpBytes: 16 * MB },
} as unknown as RunSpec;

function weakerOf(kind: SandboxKind, isolation: Isolation, limits: object | undefined): string[] {
  const groups = limits === undefined ? undefined : { limits: () => limits };
  const rows = cageOptions({ kind, isolation, spec, isPython: false, groups });
  expect(JSON.stringify(rows)).not.toContain('/srv/secret');
  return rows.flatMap(({ name, weaker }) => (weaker === undefined ? [] : [name]));
}

test('bubblewrap: limits as the kernel has them; without control groups each is marked', () => {
  const kind: SandboxKind = { name: 'bubblewrap', bwrap: '/usr/bin/bwrap', setpriv: '/usr/bin/setpriv' };
  const all = { memoryBytes: 256 * MB, pids: 64, cpus: 2 };
  expect(weakerOf(kind, isolationOf(kind, ['memory', 'pids', 'cpu']), all)).toEqual([]);
  expect(weakerOf(kind, isolationOf(kind, []), undefined)).toEqual(['Memory', 'Processors', 'Processes']);
  // Asked for, but the kernel says otherwise.
  expect(weakerOf(kind, isolationOf(kind, ['memory', 'pids', 'cpu']), { pids: 64, cpus: 2 })).toEqual([
    'Memory',
  ]);
});

test("Node's permission model: every gap is said", () => {
  const kind: SandboxKind = { name: 'node-permission', setpriv: undefined };
  expect(weakerOf(kind, isolationOf(kind, []), undefined)).toEqual([
    'Isolation',
    'User',
    'Network',
    'System calls',
    'Namespaces',
    'Memory',
    'Processors',
    'Processes',
    'Folder /tmp',
  ]);
});

test('a process and its children are summed; names with spaces and brackets are no trap', () => {
  const proc = tempFolder('proc');
  const add = (
    pid: number,
    name: string,
    numbers: { ticks: number; kb: number; children?: string },
  ): void => {
    const folder = path.join(proc, String(pid), 'task', String(pid));
    mkdirSync(folder, { recursive: true });
    const before = '0 '.repeat(11);
    writeFileSync(path.join(proc, `${pid}/stat`), `${pid} (${name}) ${before}${numbers.ticks} 1 1 1 0 0`);
    writeFileSync(path.join(proc, `${pid}/status`), `Name:\tx\nVmRSS:\t ${numbers.kb} kB\n`);
    writeFileSync(
      path.join(proc, `${pid}/io`),
      'read_bytes: 10\nwrite_bytes: 20\ncancelled_write_bytes: 5\n',
    );
    writeFileSync(path.join(folder, 'children'), numbers.children ?? '');
  };
  add(10, 'a b) (c', { ticks: 97, kb: 100, children: '11 12 ' });
  add(11, 'x', { ticks: 7, kb: 10 });
  // 12 has ended between the two looks.
  expect(usageOfProcesses(10, proc)).toEqual({
    cpuMs: 1100,
    memoryBytes: 110 * 1024,
    readBytes: 20,
    writtenBytes: 40,
  });
  rmSync(path.join(proc, '10/io'));
  rmSync(path.join(proc, '11/io'));
  expect(usageOfProcesses(10, proc)).toEqual({ cpuMs: 1100, memoryBytes: 110 * 1024 });
  expect(usageOfProcesses(99, proc)).toBeUndefined();
});

test.skipIf(process.platform !== 'linux')('a real child that works is seen working', async () => {
  const child = spawn('/bin/sh', ['-c', 'while :; do :; done & wait']);
  onTestFinished(() => {
    child.kill('SIGKILL');
    // The loop below it.
    if (inner !== undefined) process.kill(inner, 'SIGKILL');
  });
  let inner: number | undefined;
  const pid = child.pid as number;
  await delay(300);
  const first = usageOfProcesses(pid);
  await delay(300);
  const second = usageOfProcesses(pid);
  const { readFileSync } = await import('node:fs');
  inner = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  expect(second?.cpuMs).toBeGreaterThan(first?.cpuMs ?? Number.NaN);
  expect(second?.memoryBytes).toBeGreaterThan(100_000);
});

test('the digest of the program: of its code alone, changed by every change', async () => {
  const root = tempFolder('program');
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  put('src/a.js', '1');
  put('plugins/x/fixtures/big.json', '{}');
  put('package.json', '{}');
  put('node_modules/y/z.js', '1');
  const reads = ['src', 'plugins', 'node_modules', 'package.json'].map((name) => path.join(root, name));
  const digest = () => digestOfProgram({ node: '/x', root, host: '/y', reads });
  const first = await digest();
  expect(first).toEqual({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/), of: 'files' });
  put('plugins/x/fixtures/big.json', '{"a":1}');
  put('node_modules/y/z.js', '2');
  expect(await digest()).toEqual(first);
  put('src/a.js', '2');
  expect((await digest()).digest).not.toBe(first.digest);
  rmSync(path.join(root, 'src/a.js'));
  put('src/b.js', '2');
  expect((await digest()).digest).not.toBe(first.digest);
});
