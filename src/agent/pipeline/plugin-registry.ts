/** The plugins this agent can run: the built-in ones, those of the operator's plugin folder, and scripts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Compile } from 'typebox/schema';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { nearest } from '../../lib/nearest.ts';
import { createParser } from '../../lib/schema.ts';
import { withCommonOptions } from '../../protocol/common-options.ts';
import { type Manifest, ManifestSchema } from '../../protocol/plugin.ts';
import type { PluginInfo, PluginRegistry } from '../ports/plugins.ts';
import { createScriptFolder } from './scripts/script-folder.ts';

const manifests = createParser(ManifestSchema, 'SLY_PLUGIN_MANIFEST');

export interface RegistryOptions {
  /** Folder of the built-in plugins, one folder each. */
  builtin: string;
  /** Image the built-in plugins share. */
  builtinImage: string;
  /** Folder of more plugins; each needs an `image`. May be missing. */
  extra?: string;
  /** `image` is what scripts run in; `network` the most one may ask for. Default: no scripts. */
  scripts?: { folder: string; image: string; network: 'none' | 'platform' };
  /** Built-in plugins that are there for tests too. */
  includeHidden?: boolean;
  log: Logger;
}

export function loadPlugins(options: RegistryOptions): PluginRegistry {
  const { builtin, builtinImage, extra = '', includeHidden = false, log } = options;
  const plugins = new Map<string, PluginInfo>();
  for (const manifest of readManifests(builtin, log).map(withCommonOptions)) {
    if (manifest.hidden === true && !includeHidden) continue;
    plugins.set(manifest.name, {
      manifest,
      image: manifest.image ?? builtinImage,
      args: (action) => manifest.command ?? [action, manifest.name],
      ...sampleIn(path.join(builtin, manifest.name)),
    });
  }
  for (const manifest of extra === '' ? [] : readManifests(extra, log)) {
    if (manifest.image === undefined || plugins.has(manifest.name)) {
      const why = manifest.image === undefined ? 'it names no image' : 'a plugin of this name exists';
      log.error({ plugin: manifest.name, why }, 'plugin is left out');
      continue;
    }
    plugins.set(manifest.name, {
      manifest,
      image: manifest.image,
      args: () => manifest.command ?? [],
      ...sampleIn(path.join(extra, manifest.name)),
    });
  }
  const scriptFolder = options.scripts && createScriptFolder(options.scripts);
  const look = () => scriptFolder?.look((name) => plugins.has(name));
  const scripts = (): PluginInfo[] =>
    (look()?.found ?? []).map((one) => ({ ...one, image: options.scripts?.image ?? '', args: () => [] }));
  const byName = (): PluginInfo[] =>
    [...plugins.values(), ...scripts()].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name));
  const get = (name: string): PluginInfo | undefined =>
    plugins.get(name) ?? scripts().find((one) => one.manifest.name === name);

  function need(name: string): PluginInfo {
    const plugin = get(name);
    if (plugin !== undefined) return plugin;
    const names = byName().map(({ manifest }) => manifest.name);
    const close = nearest(name, names);
    throw new SlyError('SLY_PLUGIN_UNKNOWN', {
      detail: `expected one of ${names.join(', ')}, got ${JSON.stringify(name)}`,
      ...(close === undefined ? {} : { hint: `Did you mean ${close}?` }),
    });
  }

  return {
    list: byName,
    get,
    scripts: () => look()?.state ?? { folder: '', refused: [] },
    detector: () => ({ image: builtinImage, args: ['detect'] }),
    completeOptions(name, action, options) {
      const plugin = need(name);
      if (!plugin.manifest.actions.includes(action)) {
        throw new SlyError('SLY_PLUGIN_UNKNOWN', { detail: `plugin ${name} cannot ${action}` });
      }
      return completeOptions(name, plugin.manifest.options?.[action], options);
    },
  };
}

/** Defaults filled in, then checked against the manifest's JSON Schema. Without a schema everything is let through. */
export function completeOptions(
  plugin: string,
  schema: Record<string, unknown> | undefined,
  options: Record<string, unknown>,
): Record<string, unknown> {
  if (schema === undefined) return options;
  const properties = (schema.properties ?? {}) as Record<string, { default?: unknown; type?: unknown }>;
  const complete = { ...options };
  for (const [key, property] of Object.entries(properties)) {
    if (complete[key] === undefined && property.default !== undefined) complete[key] = property.default;
    const given = complete[key];
    // A list as people write it on a command line.
    if (property.type === 'array' && typeof given === 'string')
      complete[key] = given.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
  }
  const unknown = Object.keys(options).filter((key) => !(key in properties));
  if (unknown.length > 0 && schema.additionalProperties === false) {
    const key = unknown[0] ?? '';
    const close = nearest(key, Object.keys(properties));
    throw new SlyError('SLY_PLUGIN_OPTIONS', {
      detail: `${plugin} has no option ${JSON.stringify(key)}; it has ${Object.keys(properties).join(', ') || 'none'}`,
      ...(close === undefined ? {} : { hint: `Did you mean ${close}?` }),
    });
  }
  const check = Compile(schema);
  if (!check.Check(complete)) {
    const [, errors] = check.Errors(complete);
    const places = errors.slice(0, 5).map((e) => `${e.instancePath || '/'} ${e.message}`);
    throw new SlyError('SLY_PLUGIN_OPTIONS', { detail: `${plugin}: ${places.join('; ')}` });
  }
  return complete;
}

function sampleIn(folder: string): Pick<PluginInfo, 'sample'> {
  const sample = path.join(folder, 'sample');
  return existsSync(sample) ? { sample } : {};
}

function readManifests(folder: string, log: Logger): Manifest[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
  const found: Manifest[] = [];
  for (const name of names.sort()) {
    const file = path.join(folder, name, 'plugin.json');
    try {
      found.push(manifests.parse(JSON.parse(readFileSync(file, 'utf8')), file));
    } catch (error) {
      // One broken plugin must not take the others away.
      if (errnoOf(error) !== 'ENOENT') log.error({ err: error, file }, 'plugin manifest cannot be used');
    }
  }
  return found;
}
