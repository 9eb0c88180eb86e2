import { describe, expect, test } from 'vitest';
import type { RunSpec } from '../../../../../src/agent/ports/runner.ts';
import { chooseUser } from '../../../../../src/agent/runner/docker/engine-user.ts';
import { readFrames, splitStamp } from '../../../../../src/agent/runner/docker/frames.ts';
import { containerName, containerOptions } from '../../../../../src/agent/runner/docker/host-config.ts';
import { mountPoints, withNested } from '../../../../../src/agent/runner/docker/nested-mounts.ts';
import { ownContainerIds, translatePath } from '../../../../../src/agent/runner/docker/own-mounts.ts';

const SPEC: RunSpec = {
  runId: '3f1c.2.1',
  taskKey: '3f1c',
  attempt: 2,
  plugin: 'coco',
  image: 'sly-agent/plugins:1',
  args: ['import', 'coco'],
  mounts: [],
  outputFolder: '/data/tasks/x/results',
  env: { LANG: 'C.UTF-8' },
  limits: {
    memoryBytes: 1 << 30,
    cpus: 1.5,
    pids: 100,
    tmpBytes: 1 << 20,
    fileBytes: 1 << 25,
    outputBytes: 1 << 26,
    wallMs: 1000,
    idleMs: 1000,
  },
  gpu: false,
};
const MOUNTS = [
  { source: '/host/upload/ds', target: '/sly_task_data/data', readOnly: true },
  { source: '/host/results', target: '/sly_task_data/results', readOnly: false },
];
const PLAN = { agentId: 'agent-1', user: { uid: 10001, gid: 10001 }, mounts: MOUNTS };

test('every option of a container', () => {
  expect(containerOptions(SPEC, PLAN)).toMatchInlineSnapshot(`
    {
      "AttachStdin": false,
      "Cmd": [
        "import",
        "coco",
      ],
      "Env": [
        "HOME=/tmp",
        "TMPDIR=/tmp",
        "LANG=C.UTF-8",
      ],
      "Healthcheck": {
        "Test": [
          "NONE",
        ],
      },
      "HostConfig": {
        "AutoRemove": false,
        "CapDrop": [
          "ALL",
        ],
        "CpuShares": 512,
        "Init": true,
        "IpcMode": "private",
        "LogConfig": {
          "Config": {
            "max-file": "2",
            "max-size": "128m",
          },
          "Type": "json-file",
        },
        "Memory": 1073741824,
        "MemorySwap": 1073741824,
        "Mounts": [
          {
            "BindOptions": {
              "NonRecursive": true,
              "Propagation": "rprivate",
            },
            "ReadOnly": true,
            "Source": "/host/upload/ds",
            "Target": "/sly_task_data/data",
            "Type": "bind",
          },
          {
            "BindOptions": {
              "Propagation": "rprivate",
            },
            "ReadOnly": false,
            "Source": "/host/results",
            "Target": "/sly_task_data/results",
            "Type": "bind",
          },
        ],
        "NanoCpus": 1500000000,
        "NetworkMode": "none",
        "OomScoreAdj": 500,
        "PidsLimit": 100,
        "Privileged": false,
        "ReadonlyRootfs": true,
        "RestartPolicy": {
          "Name": "no",
        },
        "SecurityOpt": [
          "no-new-privileges:true",
        ],
        "ShmSize": 67108864,
        "Tmpfs": {
          "/tmp": "rw,noexec,nosuid,nodev,size=1048576,mode=1777",
        },
        "Ulimits": [
          {
            "Hard": 4096,
            "Name": "nofile",
            "Soft": 4096,
          },
          {
            "Hard": 0,
            "Name": "core",
            "Soft": 0,
          },
          {
            "Hard": 33554432,
            "Name": "fsize",
            "Soft": 33554432,
          },
        ],
      },
      "Hostname": "plugin",
      "Image": "sly-agent/plugins:1",
      "Labels": {
        "dev.sly-agent.agent": "agent-1",
        "dev.sly-agent.attempt": "2",
        "dev.sly-agent.plugin": "coco",
        "dev.sly-agent.run": "3f1c.2.1",
        "dev.sly-agent.task": "3f1c",
      },
      "OpenStdin": false,
      "StopSignal": "SIGTERM",
      "Tty": false,
      "User": "10001:10001",
      "name": "sly-agent-1-3f1c.2.1",
    }
  `);
});

test('a GPU only when the manifest asks, and no command leaves the image its own', () => {
  const options = containerOptions({ ...SPEC, gpu: true, args: [] }, PLAN);
  expect(options.HostConfig?.DeviceRequests).toMatchObject([
    { Count: -1, Capabilities: [['gpu', 'compute', 'utility']] },
  ]);
  expect(options).not.toHaveProperty('Cmd');
});

test('names are unique to an agent and fit for the engine', () => {
  expect(containerName('agent-1', 'key/with:odd.1.2')).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
  expect(containerName('aaaaaaaa-1', 'k.1.1')).not.toBe(containerName('bbbbbbbb-1', 'k.1.1'));
});

describe('whose rights', () => {
  const root = { uid: 0, gid: 0 };
  test('an agent that is root never hands root on', () => {
    expect(chooseUser(root, ['name=seccomp,profile=default']).user.uid).toBe(10001);
    expect(chooseUser(root, ['name=userns']).user.uid).toBe(10001);
  });
  test('any other agent hands on its own', () => {
    expect(chooseUser({ uid: 1000, gid: 100 }, []).user).toEqual({ uid: 1000, gid: 100 });
  });
  test("root of a rootless engine is the agent's own plain user", () => {
    expect(chooseUser({ uid: 1000, gid: 100 }, ['name=rootless']).user.uid).toBe(0);
  });
});

describe('frames', () => {
  function frame(kind: number, text: string): Buffer {
    const body = Buffer.from(text);
    const head = Buffer.alloc(8);
    head[0] = kind;
    head.writeUInt32BE(body.length, 4);
    return Buffer.concat([head, body]);
  }
  async function read(pieces: Buffer[]): Promise<string[]> {
    const got: string[] = [];
    const source = (async function* () {
      yield* pieces;
    })();
    for await (const { stream, bytes } of readFrames(source)) got.push(`${stream} ${bytes}`);
    return got;
  }

  test('however they are cut', async () => {
    const all = Buffer.concat([frame(1, 'out'), frame(2, ''), frame(2, 'err'), frame(1, 'x'.repeat(300))]);
    const wanted = ['stdout out', 'stderr ', 'stderr err', `stdout ${'x'.repeat(300)}`];
    for (const size of [1, 3, 7, 8, 9, 100, 1000]) {
      const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
        all.subarray(n * size, (n + 1) * size),
      );
      expect(await read(pieces)).toEqual(wanted);
    }
  });

  test('what is no such stream is refused, one cut off in the middle ends', async () => {
    await expect(read([Buffer.from('HTTP/1.1 200 OK and more')])).rejects.toThrow(/expected a frame/);
    expect(await read([frame(1, 'whole'), frame(1, 'half').subarray(0, 10)])).toEqual(['stdout whole']);
  });

  test('stamps', () => {
    const stamped = splitStamp(Buffer.from('2026-01-31T10:00:00.123456789Z a line\n'));
    expect([stamped.at, String(stamped.bytes)]).toEqual([Date.UTC(2026, 0, 31, 10, 0, 0, 123), 'a line\n']);
    expect(splitStamp(Buffer.from('no stamp here, but a rather long line')).at).toBeUndefined();
  });
});

describe('mounts below a source', () => {
  const mountinfo = [
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw',
    '40 22 0:35 / /data/upload/ds/shared\\040disk rw - nfs nas:/x rw',
    '41 22 0:36 / /data/upload/dsx rw - tmpfs tmpfs rw',
  ].join('\n');

  test('come read-only, one by one', () => {
    const points = mountPoints(mountinfo);
    expect(points).toContain('/data/upload/ds/shared disk');
    const mounts = [
      { source: '/data/upload/ds', target: '/sly_task_data/data', readOnly: true },
      { source: '/data/upload', target: '/w', readOnly: false },
    ];
    expect(withNested(mounts, points)).toEqual([
      mounts[0],
      { source: '/data/upload/ds/shared disk', target: '/sly_task_data/data/shared disk', readOnly: true },
      mounts[1],
    ]);
  });
});

describe('an agent in a container', () => {
  const id = 'a'.repeat(64);
  test('finds its own id in cgroup v1, systemd, cgroup v2 and the host name', () => {
    expect(ownContainerIds(`4:memory:/docker/${id}\n`, '', 'myhost')).toEqual([id]);
    expect(ownContainerIds(`1:name=systemd:/system.slice/docker-${id}.scope\n`, '', 'x')).toEqual([id]);
    const v2 = `600 580 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`;
    expect(ownContainerIds('0::/\n', v2, 'myhost')).toEqual([id]);
    expect(ownContainerIds('0::/\n', '', '0123456789ab')).toEqual(['0123456789ab']);
    expect(ownContainerIds('0::/user.slice\n', '22 1 8:1 / / rw - ext4 /dev/sda1 rw', 'server-1')).toEqual(
      [],
    );
  });

  test('translates by the deepest mount, and says what it cannot see', () => {
    const mounts = [
      { source: '/srv/sly', target: '/data' },
      { source: '/mnt/big', target: '/data/upload' },
    ];
    expect(translatePath('/data/agent/tasks/1', mounts)).toBe('/srv/sly/agent/tasks/1');
    expect(translatePath('/data/upload/ds', mounts)).toBe('/mnt/big/ds');
    expect(translatePath('/data', mounts)).toBe('/srv/sly');
    expect(() => translatePath('/database/x', mounts)).toThrow(/on none of/);
  });
});
