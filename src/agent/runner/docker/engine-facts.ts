/** What the engine says of itself that matters for isolation. Pure. */
import type { EngineFacts } from '../../ports/runner.ts';

/** The part of the engine's `info` answer that is read; older and other engines leave some of it out. */
export interface EngineInfo {
  ServerVersion?: string;
  OperatingSystem?: string;
  SecurityOptions?: string[] | null;
  MemoryLimit?: boolean;
  SwapLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
}

const LIMITS = [
  ['MemoryLimit', 'memory'],
  ['SwapLimit', 'swap'],
  ['PidsLimit', 'pids'],
  ['CpuCfsQuota', 'cpu'],
] as const;

export function engineFacts(info: EngineInfo): EngineFacts {
  const options = (info.SecurityOptions ?? []).map(
    (option) => new Map(option.split(',').map((part) => part.split('=', 2) as [string, string])),
  );
  const named = (name: string) => options.find((option) => option.get('name') === name);
  const seccomp = named('seccomp')?.get('profile');
  return {
    name: 'Docker',
    version: info.ServerVersion ?? 'unknown',
    rootless: named('rootless') !== undefined,
    userns: named('userns') !== undefined,
    // Docker 23 calls its default profile "builtin".
    seccomp: seccomp === undefined || seccomp === 'unconfined' ? null : seccomp,
    apparmor: named('apparmor') !== undefined,
    selinux: named('selinux') !== undefined,
    missing: LIMITS.filter(([key]) => info[key] === false).map(([, name]) => name),
  };
}
