/** What a sandbox kind adds around the plugin host: command, environment, and what goes away with it. */
import type { RunSpec } from '../../ports/runner.ts';

export interface Launch {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** bubblewrap writes to descriptor 3 which process it made, and reads its system call filter from descriptor 4. */
  bubblewrap?: { filter: Buffer };
  /** Removes what was made for this run. */
  release(): void;
}

export type Launcher = (spec: RunSpec) => Launch;

export const MAX_OPEN_FILES = 4096;
/** The units of `ulimit -f` and `ulimit -d`. */
const BLOCK = 512;
const KIB = 1024;

/**
 * A shell that gives itself the limits and joins the control groups before it becomes the command: after the start
 * would be too late, for by then there may be children. A limit that is tighter already stays as it is. `dataBytes`: most
 * memory of one process, for a program that no flag of its own and no group holds back.
 */
export function withLimits(
  command: readonly string[],
  options: { fileBytes: number; dataBytes: number | undefined; groups: readonly string[] },
): { command: string; args: string[] } {
  const { dataBytes } = options;
  const script = [
    'ulimit -c 0',
    ...(dataBytes === undefined ? [] : [`ulimit -d ${Math.ceil(dataBytes / KIB)} 2>/dev/null || :`]),
    `ulimit -n ${MAX_OPEN_FILES} 2>/dev/null || :`,
    `ulimit -f ${Math.ceil(options.fileBytes / BLOCK)} 2>/dev/null || :`,
    ...options.groups.map((_, index) => `echo 0 > "$${index + 1}" || exit 126`),
    `shift ${options.groups.length}`,
    'exec "$@"',
  ].join('\n');
  return { command: '/bin/sh', args: ['-c', script, 'sh', ...options.groups, ...command] };
}

/** V8 keeps its own heap below this share of the memory limit; the rest is for buffers and the program itself. */
export function heapMb(memoryBytes: number): number {
  return Math.max(32, Math.floor((memoryBytes * 0.75) / 2 ** 20));
}

export function pluginEnv(spec: RunSpec, extra: Record<string, string>): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', TMPDIR: '/tmp', ...spec.env, ...extra };
}
