/**
 * What the engine says of a container after its start, in words for the operator. Read from `inspect`, so that an
 * option the engine dropped (a limit its kernel lacks, a profile it does not have) is seen and not assumed. Host paths
 * stay out of it.
 */
import type Docker from 'dockerode';
import type { RunOption } from '../../../protocol/run-record.ts';
import type { EngineFacts } from '../../ports/runner.ts';
import { folderOption, limit, mib, option } from '../option-words.ts';

const OUTPUTS = '/sly_task_data/results';
const TMP = '/tmp';

/** `engine`: what it says of itself; without it nothing about filters is taken for granted. */
export function appliedOptions(
  info: Docker.ContainerInspectInfo,
  engine: EngineFacts | undefined,
): RunOption[] {
  const host = info.HostConfig;
  return [
    option('Container', info.Id.slice(0, 12)),
    userOption(info.Config.User, engine),
    option('Network', host.NetworkMode ?? '', host.NetworkMode !== 'none', 'It can reach a network.'),
    option(
      'Root file system',
      host.ReadonlyRootfs === true ? 'read-only' : 'writable',
      host.ReadonlyRootfs !== true,
      'It can write to the disk of the engine.',
    ),
    capabilities(host),
    newPrivileges(host),
    systemCalls(host, engine),
    appArmor(info, engine),
    namespaces(host),
    ...(host.Runtime === undefined ? [] : [option('Runtime', host.Runtime)]),
    limit('Memory', host.Memory, mib),
    swap(host),
    limit('Processors', host.NanoCpus, (nano) => String(nano / 1e9)),
    limit('Processes', host.PidsLimit, String),
    ...ulimits(host),
    temporary(host),
    ...info.Mounts.map((mount) => folderOption({ target: mount.Destination, writable: mount.RW }, OUTPUTS)),
    devices(host),
  ];
}

function userOption(user: string, engine: EngineFacts | undefined): RunOption {
  const isRoot = user === '' || /^(0|root)(:|$)/.test(user);
  if (isRoot && engine?.rootless === true)
    return option('User', 'root inside; outside the plain user the rootless engine runs as');
  return option('User', user === '' ? 'root' : user, isRoot, 'It has the rights of root inside.');
}

function capabilities(host: Docker.HostConfig): RunOption {
  const added = host.CapAdd ?? [];
  const dropped: string[] = host.CapDrop ?? [];
  if (host.Privileged === true)
    return option('Capabilities', 'all (privileged)', true, 'It can do all that root of this machine can.');
  const isNone = added.length === 0 && dropped.some((one) => one.toUpperCase() === 'ALL');
  const words = [
    `dropped: ${dropped.join(', ') || 'none'}`,
    ...(added.length === 0 ? [] : [`added: ${added.join(', ')}`]),
  ];
  return option('Capabilities', isNone ? 'none' : words.join('; '), !isNone, 'By itself it has none at all.');
}

function newPrivileges(host: Docker.HostConfig): RunOption {
  const isOff = securityOf(host).some((one) => /^no-new-privileges([:=]true)?$/.test(one));
  return option(
    'New privileges',
    isOff ? 'cannot be gained' : 'can be gained',
    !isOff,
    'A setuid program in the image would raise its rights.',
  );
}

function systemCalls(host: Docker.HostConfig, engine: EngineFacts | undefined): RunOption {
  const name = 'System calls';
  const own = securityOf(host).find((one) => /^seccomp[:=]/.test(one));
  if (own !== undefined && /^seccomp[:=]unconfined$/.test(own))
    return option(name, 'not filtered (unconfined)', true, 'Every system call reaches the kernel.');
  if (engine?.seccomp == null)
    return option(
      name,
      'not filtered: the engine has no profile',
      true,
      'Every system call reaches the kernel.',
    );
  return option(
    name,
    own === undefined ? "filtered by the engine's default profile" : 'filtered by an own profile',
  );
}

function appArmor(info: Docker.ContainerInspectInfo, engine: EngineFacts | undefined): RunOption {
  const profile = info.AppArmorProfile ?? '';
  if (engine?.apparmor !== true) return option('AppArmor', 'not on this machine');
  const isOff = profile === '' || profile === 'unconfined';
  return option('AppArmor', isOff ? 'unconfined' : profile, isOff, 'By itself the default profile holds.');
}

function namespaces(host: Docker.HostConfig): RunOption {
  const modes = {
    IPC: host.IpcMode,
    processes: host.PidMode,
    'host name': host.UTSMode,
    users: host.UsernsMode,
  };
  const shared = Object.entries(modes).flatMap(([name, mode]) =>
    mode === 'host' || mode?.startsWith('container:') === true ? [name] : [],
  );
  return option(
    'Namespaces',
    shared.length === 0 ? 'its own' : `shared: ${shared.join(', ')}`,
    shared.length > 0,
    'It sees what is not its own.',
  );
}

function swap(host: Docker.HostConfig): RunOption {
  const { Memory: memory = 0, MemorySwap: both = 0 } = host;
  const isNone = memory > 0 && both === memory;
  const words = both > memory ? mib(both - memory) : 'no limit';
  return option(
    'Swap',
    isNone ? 'none' : words,
    !isNone,
    'It can use more than its memory, and slow the machine.',
  );
}

const ULIMITS: Record<string, { name: string; words: (hard: number) => string }> = {
  nofile: { name: 'Open files', words: String },
  fsize: { name: 'Largest file', words: mib },
  core: { name: 'Core dumps', words: (hard) => (hard === 0 ? 'none' : mib(hard)) },
};

function ulimits(host: Docker.HostConfig): RunOption[] {
  const set = new Map<string, number>();
  for (const { Name, Hard } of (host.Ulimits ?? []) as { Name?: string; Hard?: number }[])
    if (Name !== undefined && Hard !== undefined) set.set(Name, Hard);
  return Object.entries(ULIMITS).map(([key, { name, words }]) => {
    const hard = set.get(key);
    const isSet = hard !== undefined && hard >= 0;
    return option(name, isSet ? words(hard) : 'no limit', !isSet, 'By itself there is a limit.');
  });
}

function temporary(host: Docker.HostConfig): RunOption {
  const mounts = (host.Tmpfs ?? {}) as Record<string, string>;
  const words = mounts[TMP];
  const others = Object.keys(mounts).filter((target) => target !== TMP);
  const value = words === undefined ? 'none' : `in memory: ${sizeInWords(words)}`;
  return others.length === 0
    ? option(`Folder ${TMP}`, value)
    : option(`Folder ${TMP}`, `${value}; also in memory: ${others.join(', ')}`);
}

const sizeInWords = (options: string): string =>
  options
    .split(',')
    .map((one) => one.replace(/^size=(\d+)$/, (_, bytes: string) => `at most ${mib(Number(bytes))}`))
    .filter((one) => !/^(rw|mode=.*)$/.test(one))
    .join(', ');

function devices(host: Docker.HostConfig): RunOption {
  const asked = (host.DeviceRequests ?? []) as { Capabilities?: string[][] | null }[];
  const gpu = asked.some(({ Capabilities }) => Capabilities?.flat().includes('gpu') === true);
  const given = ((host.Devices ?? []) as { PathInContainer?: string }[]).map(
    (one) => one.PathInContainer ?? '?',
  );
  const words = [...(gpu ? ['GPU'] : []), ...given];
  const isNone = words.length === 0 && asked.length === 0;
  return option(
    'Devices',
    isNone ? 'the basic set' : words.join(', ') || 'by request',
    !isNone,
    'The driver of the device is in its reach.',
  );
}

const securityOf = (host: Docker.HostConfig): string[] => (host.SecurityOpt ?? []) as string[];
