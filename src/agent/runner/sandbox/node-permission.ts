/**
 * The last resort where no namespaces can be made: Node's permission model. It keeps the plugin host from files it
 * was not given, from starting programs, threads and native code; it does not keep it from the network, and there are no
 * mounts. So the task folder is a folder of links, and the host is told where it is by SLY_TASK_DIR.
 */
import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Mount, RunSpec } from '../../ports/runner.ts';
import { heapMb } from './launch.ts';
import type { Program } from './program.ts';

export interface View {
  /** Stands for the task folder. */
  root: string;
  tmp: string;
  /** Absolute paths the host may read, and those of them it may write. */
  reads: string[];
  writes: string[];
}

/** Where a container would see its task folder. */
const TASK_DIR = '/sly_task_data';

/** Makes the folder of links anew. */
export function makeView(folder: string, mounts: readonly Mount[]): View {
  removeView(folder);
  const root = path.join(folder, 'task');
  const tmp = path.join(folder, 'tmp');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  mkdirSync(tmp, { mode: 0o700 });
  const links = mounts.map(({ source, target, readOnly }) => {
    const link = path.join(root, path.relative(TASK_DIR, target));
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(source, link);
    return { paths: [link, realpathSync(source)], readOnly };
  });
  return {
    root,
    tmp,
    reads: [root, tmp, ...links.flatMap(({ paths }) => paths)],
    writes: [tmp, ...links.filter(({ readOnly }) => !readOnly).flatMap(({ paths }) => paths)],
  };
}

export function removeView(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

export function nodePermissionCommand(
  spec: RunSpec,
  options: { program: Program; view: View; marker: string; setpriv: string | undefined },
): string[] {
  const { program, view, marker, setpriv } = options;
  return [
    // So that the plugin does not outlive an agent that is killed.
    ...(setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--no-new-privs', '--']),
    program.node,
    '--permission',
    ...[...program.reads, ...view.reads].map((file) => `--allow-fs-read=${file}`),
    ...view.writes.map((file) => `--allow-fs-write=${file}`),
    `--max-old-space-size=${heapMb(spec.limits.memoryBytes)}`,
    `--title=${marker}`,
    program.host,
    ...spec.args,
  ];
}

/** The spec's environment with the task folder where the links are. */
export function viewEnv(view: View): Record<string, string> {
  return { SLY_TASK_DIR: view.root, HOME: view.tmp, TMPDIR: view.tmp };
}
