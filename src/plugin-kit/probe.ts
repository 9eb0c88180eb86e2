/**
 * The hidden action `probe` of the plugin host: looks at its own cage from inside and prints what it finds as one
 * JSON line, for `doctor --security`. Changes nothing: what it manages to write it removes again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { ProbeReport } from '../protocol/probe.ts';

/** Where a plugin has nothing to write; /dev/shm is memory, and limited as such. The task's own data is asked for separately. */
const READ_ONLY = ['/', '/etc', '/usr', '/usr/lib', '/opt', '/root', '/home', '/var/tmp', '/dev'];
const SECRETS = ['/etc/shadow', '/root/.ssh', '/root/.docker/config.json'];
const SOCKETS = ['/var/run/docker.sock', '/run/docker.sock', '/run/containerd/containerd.sock'];
const BASIC_DEVICES = new Set(
  'console core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero'.split(' '),
);

/** Prints `{"probe": ProbeReport}`. */
export function printProbe(taskFolder: string): void {
  process.stdout.write(`${JSON.stringify({ probe: probe(taskFolder) })}\n`);
}

export function probe(taskFolder: string): ProbeReport {
  const status = readText('/proc/self/status');
  const field = (name: string): string | null =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status ?? '')?.[1]?.trim() ?? null;
  const places = [...READ_ONLY, path.join(taskFolder, 'data'), taskFolder];
  return {
    uid: process.getuid?.() ?? null,
    groups: attempt(() => process.getgroups?.()) ?? null,
    capEff: field('CapEff'),
    capBnd: field('CapBnd'),
    noNewPrivs: numberOf(field('NoNewPrivs')),
    seccomp: numberOf(field('Seccomp')),
    writable: places.filter(canWrite),
    exposed: [...SECRETS.filter(canRead), ...SOCKETS.filter((file) => attempt(() => existsSync(file)))],
    interfaces: attempt(() => Object.keys(networkInterfaces())) ?? null,
    devices: attempt(() => readdirSync('/dev').filter((name) => !BASIC_DEVICES.has(name))) ?? null,
    processes: attempt(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length) ?? null,
    memoryMax: firstLimit('memory.max', 'memory/memory.limit_in_bytes'),
    swapMax: firstLimit('memory.swap.max', 'memory/memory.memsw.limit_in_bytes'),
    pidsMax: firstLimit('pids.max', 'pids/pids.max'),
    fileBytes: hardLimit('Max file size'),
    coreBytes: hardLimit('Max core file size'),
    spawns: attempt(() => spawnSync(process.execPath, ['--version']).status === 0) ?? false,
  };
}

function canWrite(folder: string): boolean {
  const file = path.join(folder, `.sly-probe-${process.pid}`);
  return (
    attempt(() => {
      writeFileSync(file, '', { flag: 'wx' });
      rmSync(file);
      return true;
    }) ?? false
  );
}

function canRead(file: string): boolean {
  return attempt(() => readFileSync(file).length > 0) ?? false;
}

/** Version 2 of control groups, else version 1. */
function firstLimit(...names: string[]): number | null {
  for (const name of names) {
    const text = readText(`/sys/fs/cgroup/${name}`)?.trim();
    if (text !== undefined) return unlimitedAware(text);
  }
  return null;
}

function hardLimit(name: string): number | null {
  const line = readText('/proc/self/limits')
    ?.split('\n')
    .find((candidate) => candidate.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined ? null : unlimitedAware(hard);
}

/** The kernel's largest page-aligned number stands for no limit in version 1. */
function unlimitedAware(text: string): number {
  const value = Number(text);
  return Number.isNaN(value) || value > 2 ** 60 ? -1 : value;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function readText(file: string): string | undefined {
  return attempt(() => readFileSync(file, 'utf8'));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
