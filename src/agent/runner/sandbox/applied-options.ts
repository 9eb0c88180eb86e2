/** What holds a plugin without an engine, in words for the operator: limits as the kernel has them, and every gap. */
import type { RunOption } from '../../../protocol/run-record.ts';
import type { Isolation, RunSpec } from '../../ports/runner.ts';
import { folderOption, limit, mib, option } from '../option-words.ts';
import { PLUGIN_USER } from '../plugin-user.ts';
import type { RunGroups } from './cgroup.ts';
import { heapMb, MAX_OPEN_FILES } from './launch.ts';
import type { SandboxKind } from './sandbox-kind.ts';

export interface Cage {
  kind: SandboxKind;
  isolation: Isolation;
  spec: RunSpec;
  isPython: boolean;
  /** Undefined where this process may make no control groups. */
  groups: Pick<RunGroups, 'limits'> | undefined;
}

const OUTPUTS = '/sly_task_data/results';

export function cageOptions({ kind, isolation, spec, isPython, groups }: Cage): RunOption[] {
  const isOpen = (what: string): boolean => isolation.notEnforced.includes(what);
  const enforced = groups?.limits() ?? {};
  const namespaces = kind.name === 'bubblewrap';
  return [
    option(
      'Isolation',
      namespaces ? 'bubblewrap namespaces on the kernel of this machine' : "Node's permission model",
      !namespaces,
      'Node itself checks what the plugin may do; the kernel does not.',
    ),
    option('User', userWords(kind), isOpen('user'), 'It has the rights of the agent to what it can reach.'),
    option('Network', isOpen('network') ? 'open' : 'none', isOpen('network'), 'It can reach a network.'),
    option(
      'Root file system',
      namespaces
        ? `system libraries, ${isPython ? 'Python' : 'Node'} and this program, read-only`
        : 'only the files it was given, as far as Node asks',
    ),
    option(
      'System calls',
      isOpen('seccomp') ? 'not filtered' : 'filtered',
      isOpen('seccomp'),
      'Every system call reaches the kernel.',
    ),
    namespaces
      ? option('Namespaces', 'its own: processes, IPC, host name, network')
      : option('Namespaces', 'shared with the agent', true, 'It sees what is not its own.'),
    option('New privileges', 'cannot be gained'),
    limit('Memory', enforced.memoryBytes, mib),
    ...(isPython ? [] : [option('JavaScript heap', `${heapMb(spec.limits.memoryBytes)} MiB`)]),
    limit('Processors', enforced.cpus, String),
    limit('Processes', enforced.pids, String),
    option('Open files', `at most ${MAX_OPEN_FILES}`),
    option('Largest file', mib(spec.limits.fileBytes)),
    option('Core dumps', 'none'),
    option(
      'Folder /tmp',
      isOpen('tmp') ? 'on disk, without a limit' : `in memory: at most ${mib(spec.limits.tmpBytes)}`,
      isOpen('tmp'),
      'It can fill the disk of the temporary files.',
    ),
    ...spec.mounts.map(({ target, readOnly }) => folderOption({ target, writable: !readOnly }, OUTPUTS)),
  ];
}

function userWords(kind: SandboxKind): string {
  if (kind.name === 'node-permission') return 'that of the agent';
  if (kind.setpriv !== undefined) return `${PLUGIN_USER.uid}:${PLUGIN_USER.gid}`;
  return process.getuid?.() === 0 ? "root's rights to its folders" : 'that of the agent, in a user namespace';
}
