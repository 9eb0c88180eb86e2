/** The built-in plugins beside this kit: `plugins/<name>/`, as sources or compiled, whichever runs. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { withCommonOptions } from '../protocol/common-options.ts';
import type { Manifest } from '../protocol/plugin.ts';
import type { Plugin } from './plugin.ts';

const ROOT = fileURLToPath(new URL('../../plugins', import.meta.url));
const MODULE = import.meta.url.endsWith('.ts') ? 'plugin.ts' : 'plugin.js';

/** Folders with a manifest, sorted. */
export function pluginNames(root = ROOT): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readManifest(entry.name, root) !== undefined)
    .map((entry) => entry.name)
    .sort();
}

/** Undefined when there is none. The agent has checked it; here only what is used is looked at. */
export function readManifest(name: string, root = ROOT): Manifest | undefined {
  const own = readOwnManifest(name, root);
  return own === undefined ? undefined : withCommonOptions(own);
}

/** As it stands in plugin.json, without the options the host adds. */
export function readOwnManifest(name: string, root = ROOT): Manifest | undefined {
  try {
    const text = readFileSync(path.join(root, name, 'plugin.json'), 'utf8');
    return JSON.parse(text) as Manifest;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw new SlyError('SLY_PLUGIN_MANIFEST', { detail: `${name}/plugin.json: ${(error as Error).message}` });
  }
}

export async function loadPlugin(name: string, root = ROOT): Promise<{ plugin: Plugin; manifest: Manifest }> {
  const manifest = /^[a-z0-9][a-z0-9-]{0,40}$/.test(name) ? readManifest(name, root) : undefined;
  if (manifest === undefined)
    throw new SlyError('SLY_PLUGIN_UNKNOWN', {
      detail: `expected one of ${pluginNames(root).join(', ')}, got ${JSON.stringify(name)}`,
    });
  const module = (await import(pathToFileURL(path.join(root, name, MODULE)).href)) as { plugin?: Plugin };
  if (module.plugin === undefined)
    throw new SlyError('SLY_PLUGIN_MANIFEST', { detail: `${name}/${MODULE} does not export \`plugin\`` });
  return { plugin: module.plugin, manifest };
}
