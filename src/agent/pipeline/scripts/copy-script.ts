/** The copy of a script that runs: in the task's folder, so that editing the script while it runs changes nothing. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, SlyError } from '../../../lib/errors.ts';
import { sha256Of } from '../../../lib/hash.ts';
import type { PluginInfo } from '../../ports/plugins.ts';
import { readBounded } from './read-bounded.ts';
import { MAX_SCRIPT_BYTES } from './script-folder.ts';

/** What is kept of a script with its run. */
export interface RanScript {
  file: string;
  digest: string;
}

/** Name of the copy in its folder. */
export const copyName = (plugin: PluginInfo): string => `${plugin.manifest.name}.py`;

/** Into `folder`, in the place of an earlier one. Undefined for a plugin that is no script. */
export function copyScript(plugin: PluginInfo, folder: string): RanScript | undefined {
  const { script } = plugin;
  if (script === undefined) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let bytes: Buffer;
  try {
    bytes = readBounded(script.path, MAX_SCRIPT_BYTES);
  } catch (error) {
    if (error instanceof SlyError) throw error;
    throw new SlyError('SLY_PLUGIN_UNKNOWN', {
      detail: `${script.file} is not in the scripts folder any more: ${errnoOf(error)}`,
    });
  }
  const copy = path.join(folder, copyName(plugin));
  writeFileSync(copy, bytes);
  // Whatever the umask: another user reads it.
  chmodSync(copy, 0o444);
  chmodSync(folder, 0o755);
  return { file: script.file, digest: digestOf(bytes) };
}

/** Of the copy an earlier process of this agent made. */
export function copiedScript(plugin: PluginInfo, folder: string): RanScript | undefined {
  if (plugin.script === undefined || !readdirSync(folder).includes(copyName(plugin))) return undefined;
  const bytes = readFileSync(path.join(folder, copyName(plugin)));
  return { file: plugin.script.file, digest: digestOf(bytes) };
}

const digestOf = (bytes: Uint8Array): string => `sha256:${sha256Of(bytes)}`;
