/**
 * The plugin host, or a script, in namespaces of its own, without an engine: own mounts, processes, network (none), host
 * name; of the disk it sees system libraries, Node or Python, this program's code, and the mounts of the run.
 *
 * An agent that is root lets bubblewrap lay the mounts with root's rights and then becomes PLUGIN_USER inside
 * (setpriv), so that sources below folders of the agent alone can be mounted. Any other agent gets a user namespace
 * in which the plugin has the agent's own rights to what is mounted, and nothing else.
 */
import path from 'node:path';
import type { RunSpec } from '../../ports/runner.ts';
import { PLUGIN_USER } from '../plugin-user.ts';
import { heapMb } from './launch.ts';
import type { Program } from './program.ts';
import type { PythonProgram } from './python-program.ts';

export interface BubblewrapOptions {
  bwrap: string;
  /** Given when the agent is root and can change to PLUGIN_USER. */
  setpriv: string | undefined;
  program: Program | PythonProgram;
  marker: string;
  /** A system call filter comes in descriptor 4. */
  filtered: boolean;
}

const APP = '/opt/sly-agent';
const NODE = '/opt/node/bin/node';
/** Nothing of the environment or of a home folder, lines as they are printed, no .pyc files: as plugins/python/Dockerfile. */
const PYTHON_FLAGS = ['-I', '-u', '-B'];
/** Shared libraries and the loader; on most systems the others are links into /usr/lib. */
const LIBRARIES = ['/usr/lib', '/usr/lib64', '/lib', '/lib64'];

export function bubblewrapCommand(spec: RunSpec, options: BubblewrapOptions): string[] {
  const { program, setpriv } = options;
  const { binary, target, flags, system } = interpreterOf(program, spec);
  const inside = (file: string): string => path.posix.join(APP, path.relative(program.root, file));
  const binds = [
    ...LIBRARIES.map((source) => ({ flag: '--ro-bind-try', source, target: source })),
    { flag: '--ro-bind-try', source: '/etc/ld.so.cache', target: '/etc/ld.so.cache' },
    { flag: '--ro-bind', source: binary, target },
    ...system.map((source) => ({ flag: '--ro-bind-try', source, target: source })),
    ...program.reads.map((source) => ({ flag: '--ro-bind', source, target: inside(source) })),
    ...(setpriv === undefined ? [] : [{ flag: '--ro-bind', source: setpriv, target: setpriv }]),
    ...spec.mounts.map(({ source, target, readOnly }) => ({
      flag: readOnly ? '--ro-bind' : '--bind',
      source,
      target,
    })),
  ];
  return [
    options.bwrap,
    ...namespaces(setpriv !== undefined),
    ...['--setenv', 'SLY_RUN', options.marker],
    // Parents first and by hand: bubblewrap itself makes them for root alone.
    ...parents(binds.map(({ target }) => target)).flatMap((folder) => ['--dir', folder]),
    ...binds.flatMap(({ flag, source, target }) => [flag, source, target]),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(spec.limits.tmpBytes), '--tmpfs', '/tmp', '--chmod', '1777', '/tmp'],
    ...['--remount-ro', '/dev', '--remount-ro', '/'],
    ...['--info-fd', '3'],
    ...(options.filtered ? ['--seccomp', '4'] : []),
    '--',
    ...(setpriv === undefined ? [] : dropTo(setpriv)),
    ...[target, ...flags, inside(program.host)],
    ...spec.args,
  ];
}

function interpreterOf(
  program: Program | PythonProgram,
  spec: RunSpec,
): { binary: string; target: string; flags: readonly string[]; system: readonly string[] } {
  if ('python' in program) {
    const { python, system } = program;
    return { binary: python, target: python, flags: PYTHON_FLAGS, system };
  }
  const flags = [`--max-old-space-size=${heapMb(spec.limits.memoryBytes)}`];
  return { binary: program.node, target: NODE, flags, system: [] };
}

function namespaces(asRoot: boolean): string[] {
  const common = ['--die-with-parent', '--new-session', '--hostname', 'plugin', '--cap-drop', 'ALL'];
  const spaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try'];
  if (!asRoot) {
    const { uid, gid } = PLUGIN_USER;
    return [...common, '--unshare-user', ...spaces, '--uid', String(uid), '--gid', String(gid)];
  }
  // What setpriv needs to become the plugin's user; it gives all of it up on the way.
  return [
    ...common,
    ...spaces,
    ...['SETUID', 'SETGID', 'SETPCAP'].flatMap((cap) => ['--cap-add', `CAP_${cap}`]),
  ];
}

function dropTo(setpriv: string): string[] {
  const { uid, gid } = PLUGIN_USER;
  return [
    setpriv,
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
    ...['--inh-caps=-all', '--bounding-set=-all', '--no-new-privs', '--'],
  ];
}

/** Every folder above the targets, each before what is in it. The system's library folders come as they are. */
function parents(targets: readonly string[]): string[] {
  const all = new Set<string>();
  for (const target of targets)
    for (let at = path.posix.dirname(target); at !== '/'; at = path.posix.dirname(at)) all.add(at);
  return [...all].filter((folder) => !LIBRARIES.includes(folder)).sort();
}
