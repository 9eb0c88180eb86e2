/** What the engine says of a container in words, and every way to be weaker than the default is marked. */
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import type { EngineFacts, RunSpec } from '../../../../../src/agent/ports/runner.ts';
import { appliedOptions } from '../../../../../src/agent/runner/docker/applied-options.ts';
import { usageOf } from '../../../../../src/agent/runner/docker/container-usage.ts';
import { containerOptions } from '../../../../../src/agent/runner/docker/host-config.ts';

const MB = 2 ** 20;
const ENGINE: EngineFacts = {
  name: 'Docker',
  version: '20',
  rootless: false,
  userns: false,
  seccomp: 'default',
  apparmor: true,
  selinux: false,
  missing: [],
};
const HOST_PATH = '/srv/secret-customer/data';
const spec: RunSpec = {
  runId: 'k.1.1',
  taskKey: 'k',
  attempt: 1,
  plugin: 'coco',
  image: 'x:1',
  args: ['import', 'coco'],
  mounts: [],
  outputFolder: '/out',
  env: {},
  limits: {
    memoryBytes: 512 * MB,
    cpus: 1.5,
    pids: 64,
    tmpBytes: 16 * MB,
    fileBytes: 100 * MB,
    outputBytes: MB,
    wallMs: 1,
    idleMs: 1,
  },
  gpu: false,
};

/** As `inspect` answers for a container made with this program's own options. */
function inspected(host: Partial<Docker.HostConfig> = {}, over: object = {}): Docker.ContainerInspectInfo {
  const user = { uid: 10001, gid: 10001 };
  const made = containerOptions(spec, { agentId: 'a', user, mounts: [] });
  return {
    Id: '0123456789abcdef0123',
    Image: 'sha256:1',
    AppArmorProfile: 'docker-default',
    Config: { User: made.User },
    HostConfig: { ...made.HostConfig, Runtime: 'runc', ...host },
    Mounts: [
      { Source: HOST_PATH, Destination: '/sly_task_data/data', RW: false },
      { Source: `${HOST_PATH}/out`, Destination: '/sly_task_data/results', RW: true },
    ],
    ...over,
  } as unknown as Docker.ContainerInspectInfo;
}

const weakerIn = (info: Docker.ContainerInspectInfo, engine: EngineFacts | undefined = ENGINE): string[] =>
  appliedOptions(info, engine).flatMap(({ name, weaker }) => (weaker === undefined ? [] : [name]));

test('the default is nowhere weaker than itself, and says what it is', () => {
  const rows = appliedOptions(inspected(), ENGINE);
  expect(rows.filter((row) => row.weaker !== undefined)).toEqual([]);
  expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toMatchObject({
    User: '10001:10001',
    Network: 'none',
    'Root file system': 'read-only',
    Capabilities: 'none',
    Memory: '512 MiB',
    Swap: 'none',
    Processors: '1.5',
    Processes: '64',
    'Largest file': '100 MiB',
    'Core dumps': 'none',
    'Folder /tmp': 'in memory: noexec, nosuid, nodev, at most 16 MiB',
    'Folder /sly_task_data/data': 'read-only',
    'Folder /sly_task_data/results': 'writable',
    Devices: 'the basic set',
  });
});

test('no path of the machine is told', () => {
  expect(JSON.stringify(appliedOptions(inspected(), ENGINE))).not.toContain(HOST_PATH);
});

test.each<[string, Partial<Docker.HostConfig>, object?]>([
  ['User', {}, { Config: { User: '' } }],
  ['User', {}, { Config: { User: '0:0' } }],
  ['User', {}, { Config: { User: 'root' } }],
  ['Network', { NetworkMode: 'bridge' }],
  ['Network', { NetworkMode: 'host' }],
  ['Root file system', { ReadonlyRootfs: false }],
  ['Capabilities', { CapAdd: ['SYS_ADMIN'] }],
  ['Capabilities', { CapDrop: [] }],
  ['Capabilities', { Privileged: true }],
  ['New privileges', { SecurityOpt: [] }],
  ['System calls', { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] }],
  ['AppArmor', {}, { AppArmorProfile: 'unconfined' }],
  ['Namespaces', { PidMode: 'host' }],
  ['Namespaces', { IpcMode: 'container:abc' }],
  ['Memory', { Memory: 0, MemorySwap: 0 }],
  ['Swap', { MemorySwap: -1 }],
  ['Swap', { MemorySwap: 1024 * MB }],
  ['Processors', { NanoCpus: 0 }],
  ['Processes', { PidsLimit: null as unknown as number }],
  ['Open files', { Ulimits: [] }],
  ['Devices', { DeviceRequests: [{ Capabilities: [['gpu']] }] }],
  ['Devices', { Devices: [{ PathInContainer: '/dev/kvm' }] as never }],
  ['Folder /etc', {}, { Mounts: [{ Source: '/etc', Destination: '/etc', RW: true }] }],
])('%s: %j is marked', (name, host, over) => {
  expect(weakerIn(inspected(host, over))).toContain(name);
});

test('an engine without a filter of system calls is marked, and one that was not asked is not trusted', () => {
  expect(weakerIn(inspected(), { ...ENGINE, seccomp: null })).toEqual(['System calls']);
  expect(
    appliedOptions(inspected(), undefined).find(({ name }) => name === 'System calls')?.weaker,
  ).toBeDefined();
});

test("root of a rootless engine's container is a plain user outside", () => {
  const info = inspected({}, { Config: { User: '0:0' } });
  expect(weakerIn(info, { ...ENGINE, rootless: true })).toEqual([]);
});

test('usage: cache is not in use; both cgroup versions; nothing of a container that has ended', () => {
  expect(
    usageOf({
      cpu_stats: { cpu_usage: { total_usage: 2_500_000_000 } },
      memory_stats: { usage: 100, stats: { inactive_file: 30 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'read', value: 5 },
          { op: 'Read', value: 2 },
          { op: 'Write', value: 9 },
          { op: 'Total', value: 16 },
        ],
      },
      networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
    }),
  ).toEqual({
    memoryBytes: 70,
    cpuMs: 2500,
    readBytes: 7,
    writtenBytes: 9,
    receivedBytes: 11,
    sentBytes: 22,
  });
  expect(
    usageOf({ memory_stats: { usage: 100, stats: { total_inactive_file: 100 } }, cpu_stats: {} }),
  ).toEqual({ memoryBytes: 100 });
  expect(usageOf({ memory_stats: {}, cpu_stats: { cpu_usage: { total_usage: 0 } } })).toBeUndefined();
  expect(usageOf({})).toBeUndefined();
});
