/**
 * Which cage this machine allows: found out by building it once, not by looking at versions. User namespaces may be
 * switched off, a container may forbid mounts, files may be unreadable for another user.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Isolation, RunSpec } from '../../ports/runner.ts';
import { PLUGIN_USER } from '../plugin-user.ts';
import { bubblewrapCommand } from './bubblewrap.ts';
import type { Controller } from './cgroup.ts';
import { giveFilter } from './child-run.ts';
import { pluginEnv } from './launch.ts';
import type { Program } from './program.ts';
import { seccompFilter } from './seccomp.ts';

export type SandboxKind =
  | { name: 'bubblewrap'; bwrap: string /** Changes to PLUGIN_USER inside. */; setpriv: string | undefined }
  | { name: 'node-permission'; setpriv: string | undefined };

export interface SandboxProbe {
  kind: SandboxKind;
  /** Why it is not a stronger one. */
  why: string;
}

const PROBE_MS = 10_000;
const FOLDERS = ['/usr/bin', '/bin', '/usr/local/bin'];

export async function probeSandbox(program: Program): Promise<SandboxProbe> {
  const bwrap = findProgram('bwrap');
  const setpriv = findProgram('setpriv');
  const permission = { name: 'node-permission' as const, setpriv };
  if (bwrap === undefined) return { kind: permission, why: 'bubblewrap (bwrap) is not installed' };
  let why = '';
  // An agent that is root prefers the way in which the plugin is not.
  for (const change of process.getuid?.() === 0 && setpriv !== undefined
    ? [setpriv, undefined]
    : [undefined]) {
    const failed = await tryOut(program, bwrap, change);
    if (failed === undefined) return { kind: { name: 'bubblewrap', bwrap, setpriv: change }, why };
    why = `bubblewrap does not work here (${failed})`;
  }
  return { kind: permission, why };
}

export function isolationOf(kind: SandboxKind, groups: readonly Controller[]): Isolation {
  const missing = (['memory', 'pids', 'cpu'] as const).filter((controller) => !groups.includes(controller));
  if (kind.name === 'bubblewrap') {
    const root = process.getuid?.() === 0;
    const user =
      kind.setpriv !== undefined
        ? `as user ${PLUGIN_USER.uid}`
        : root
          ? "with root's rights to its folders"
          : "with this user's rights to its folders";
    return {
      kind: 'bubblewrap',
      summary: `Built-in plugins and scripts run in bubblewrap namespaces, ${user}, without network. Other images need Docker.`,
      notEnforced: [
        ...missing,
        ...(seccompFilter(process.arch) === undefined ? ['seccomp'] : []),
        ...(root && kind.setpriv === undefined ? ['user'] : []),
      ],
    };
  }
  return {
    kind: 'node-permission',
    summary:
      "Built-in plugins run under Node's permission model: no other files, no programs, but the network is open to them and they share this user. Scripts need bubblewrap or Docker, other images Docker.",
    notEnforced: [...missing, 'tmp', 'network', 'seccomp', 'user'],
  };
}

/** The production command with nothing mounted and `--version` for a script. Undefined = it works. */
async function tryOut(
  program: Program,
  bwrap: string,
  setpriv: string | undefined,
): Promise<string | undefined> {
  const results = mkdtempSync(path.join(tmpdir(), 'sly-probe-'));
  try {
    const spec = probeSpec(results);
    const filter = seccompFilter(process.arch);
    const command = bubblewrapCommand(spec, {
      bwrap,
      setpriv,
      program,
      marker: 'probe',
      filtered: filter !== undefined,
    });
    const host = command.findLastIndex((part) => part.startsWith('--max-old-space-size'));
    const [file = bwrap, ...args] = [...command.slice(0, host), '--check', ...command.slice(host + 1)];
    return await runOnce(file, args, { env: pluginEnv(spec, {}), filter });
  } finally {
    rmSync(results, { recursive: true, force: true });
  }
}

/** Undefined when it ended with code 0, else the first thing it said. */
function runOnce(
  file: string,
  args: readonly string[],
  options: { env: Record<string, string>; filter: Buffer | undefined },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Descriptors 3 and 4 must be real ones: bubblewrap writes its account to the one and may read the other.
    const child = spawn(file, args, {
      env: options.env,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    });
    giveFilter(child.stdio[4] as Writable, options.filter ?? Buffer.alloc(0));
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      resolve(`it did not end within ${PROBE_MS / 1000} s`);
    }, PROBE_MS);
    let said = '';
    child.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(-2000);
    });
    (child.stdio[3] as Readable).resume();
    child.on('error', (error) => (said ||= error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      const words = said.split('\n').find((line) => line.trim() !== '');
      resolve(code === 0 ? undefined : (words ?? `code ${code}`));
    });
  });
}

function probeSpec(results: string): RunSpec {
  const large = 2 ** 30;
  return {
    runId: 'probe',
    taskKey: 'probe',
    attempt: 1,
    plugin: 'probe',
    image: '',
    args: [],
    mounts: [{ source: results, target: '/sly_task_data/results', readOnly: false }],
    outputFolder: results,
    env: {},
    limits: {
      memoryBytes: large,
      cpus: 1,
      pids: 64,
      tmpBytes: 1 << 20,
      fileBytes: large,
      outputBytes: large,
      wallMs: PROBE_MS,
      idleMs: PROBE_MS,
    },
    gpu: false,
  };
}

function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => path.join(folder, name)).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
