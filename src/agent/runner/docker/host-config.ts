/**
 * Every option a plugin's container gets, in one pure function, so that a test can hold it against the list of
 * what isolation means here. What is not set on purpose: seccomp and AppArmor (the engine's default profiles),
 * masked paths (an own list would replace the engine's newer one).
 */
import type Docker from 'dockerode';
import type { Mount, RunSpec } from '../../ports/runner.ts';
import type { PluginUser } from '../plugin-user.ts';

export const LABEL = {
  agent: 'dev.sly-agent.agent',
  run: 'dev.sly-agent.run',
  task: 'dev.sly-agent.task',
  attempt: 'dev.sly-agent.attempt',
  plugin: 'dev.sly-agent.plugin',
} as const;

/**
 * The engine's copy of the output is read only after a restart of the agent; until then lines come over the
 * attached stream. Unbounded it loses nothing but lets a plugin fill the disk, also while no agent runs to stop
 * it. So it is bounded, at far more than a task log keeps: only a plugin that prints more than LOG_MB, and whose
 * agent is restarted, loses the oldest of its lines.
 */
const LOG_MB = 128;
const SHM_BYTES = 64 * 1024 * 1024;
const MAX_OPEN_FILES = 4096;

export interface ContainerPlan {
  agentId: string;
  user: PluginUser;
  /** Sources as the engine sees them. */
  mounts: readonly Mount[];
}

export function containerOptions(spec: RunSpec, plan: ContainerPlan): Docker.ContainerCreateOptions {
  const { limits } = spec;
  return {
    name: containerName(plan.agentId, spec.runId),
    Image: spec.image,
    ...(spec.args.length === 0 ? {} : { Cmd: [...spec.args] }),
    User: `${plan.user.uid}:${plan.user.gid}`,
    Hostname: 'plugin',
    Env: Object.entries({ HOME: '/tmp', TMPDIR: '/tmp', ...spec.env }).map(
      ([key, value]) => `${key}=${value}`,
    ),
    Labels: {
      [LABEL.agent]: plan.agentId,
      [LABEL.run]: spec.runId,
      [LABEL.task]: spec.taskKey,
      [LABEL.attempt]: String(spec.attempt),
      [LABEL.plugin]: spec.plugin,
    },
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    StopSignal: 'SIGTERM',
    // An image's own health check would be one more program nobody asked for.
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      NetworkMode: 'none',
      IpcMode: 'private',
      Init: true,
      Mounts: plan.mounts.map(bindMount),
      // noexec: what a plugin downloads or unpacks there is data. Counts as its memory.
      Tmpfs: { '/tmp': `rw,noexec,nosuid,nodev,size=${limits.tmpBytes},mode=1777` },
      ShmSize: SHM_BYTES,
      Memory: limits.memoryBytes,
      // Memory and swap together: equal means no swap.
      MemorySwap: limits.memoryBytes,
      NanoCpus: Math.round(limits.cpus * 1e9),
      // Half of the usual weight: the agent's own heartbeats come first.
      CpuShares: 512,
      PidsLimit: limits.pids,
      // The kernel rather ends a plugin than the agent.
      OomScoreAdj: 500,
      Ulimits: [
        { Name: 'nofile', Soft: MAX_OPEN_FILES, Hard: MAX_OPEN_FILES },
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'fsize', Soft: limits.fileBytes, Hard: limits.fileBytes },
      ],
      LogConfig: { Type: 'json-file', Config: { 'max-size': `${LOG_MB}m`, 'max-file': '2' } },
      RestartPolicy: { Name: 'no' },
      // The exit code and the log are read after the end, perhaps by the next process of this agent.
      AutoRemove: false,
      ...(spec.gpu ? { DeviceRequests: [GPU_REQUEST] } : {}),
    },
  };
}

/** Unique on an engine that several agents share. */
export function containerName(agentId: string, runId: string): string {
  const clean = (text: string): string => text.replace(/[^a-zA-Z0-9_.-]/g, '_');
  return `sly-${clean(agentId).slice(0, 8)}-${clean(runId)}`;
}

const GPU_REQUEST = {
  Driver: '',
  Count: -1,
  DeviceIDs: [],
  Capabilities: [['gpu', 'compute', 'utility']],
  Options: {},
};

/** A mount, unlike a bind, fails on a missing source instead of making a folder owned by root there. */
function bindMount(mount: Mount): Docker.MountSettings {
  return {
    Type: 'bind',
    Source: mount.source,
    Target: mount.target,
    ReadOnly: mount.readOnly,
    // What is mounted inside a source comes as a mount of its own (nested-mounts.ts): `ReadOnly` would not cover it.
    BindOptions: { Propagation: 'rprivate', ...(mount.readOnly ? { NonRecursive: true } : {}) },
  };
}
