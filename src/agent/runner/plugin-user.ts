/**
 * Whose rights a plugin has. Never root: an agent that runs as root hands its plugins an id of their own and
 * gives that id the output folder; any other agent can only hand on its own id.
 */
import { chmodSync, chownSync, existsSync, statSync } from 'node:fs';
import { SlyError } from '../../lib/errors.ts';
import type { RunSpec } from '../ports/runner.ts';

export interface PluginUser {
  uid: number;
  gid: number;
}

/** Not in any passwd file, so that no person or service shares it. */
export const PLUGIN_USER: PluginUser = { uid: 10001, gid: 10001 };

/** The output folder is the only one a plugin may write; the agent as root can still remove what it finds there. */
export function giveOutput(folder: string, user: PluginUser): void {
  chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o755);
}

/** What is to be mounted must be there: nothing is made in its place. */
export function assertPresent(spec: Pick<RunSpec, 'mounts'>): void {
  for (const { source } of spec.mounts) {
    if (!existsSync(source))
      throw new SlyError('SLY_SOURCE_GONE', { detail: `${source} is not there any more` });
  }
}

/** A source the plugin could not read at all fails here with words, not later inside it. */
export function assertReadable(spec: Pick<RunSpec, 'mounts'>, user: PluginUser): void {
  for (const { source, readOnly } of spec.mounts) {
    // What it may write was given to it.
    if (!readOnly) continue;
    const stat = statSync(source);
    const wanted = stat.isDirectory() ? 0o5 : 0o4;
    const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0;
    if (((stat.mode >> shift) & wanted) === wanted) continue;
    throw new SlyError('SLY_SOURCE_UNREADABLE', {
      detail: `${source} has mode ${(stat.mode & 0o777).toString(8)} and owner ${stat.uid}; plugins run as ${user.uid}`,
      hint: `Let others read it: chmod -R o+rX ${JSON.stringify(source)}`,
    });
  }
}
