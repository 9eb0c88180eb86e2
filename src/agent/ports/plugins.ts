/** The plugins that are installed. */
import type { Manifest } from '../../protocol/plugin.ts';
import type { Script, ScriptsState } from '../../protocol/script.ts';

export interface PluginInfo {
  manifest: Manifest;
  image: string;
  /** Command to pass; empty = image's own. `action` is filled in by the registry. */
  args(action: 'import' | 'export'): readonly string[];
  /** Absolute path of the folder `sample` beside its manifest: a small source it can import. */
  sample?: string;
  script?: ScriptSource;
}

export interface ScriptSource extends Script {
  /** Absolute path of the file, links resolved. */
  path: string;
  /** SHA-256 of its bytes at the last look, as `sha256:<hex>`. */
  digest: string;
}

export interface PluginRegistry {
  /** Looks at the scripts folder anew, as `get` does. */
  list(): readonly PluginInfo[];
  get(name: string): PluginInfo | undefined;
  scripts(): ScriptsState;
  /** Image and arguments of the run that detects the format. */
  detector(): { image: string; args: readonly string[] };
  /** Checks and completes options with the manifest's defaults; throws SLY_PLUGIN_OPTIONS naming each wrong key. */
  completeOptions(
    name: string,
    action: 'import' | 'export',
    options: Record<string, unknown>,
  ): Record<string, unknown>;
}
