/** The plugins that are installed. */
import type { Manifest } from '../../protocol/plugin.ts';

export interface PluginInfo {
  manifest: Manifest;
  image: string;
  /** Command to pass; empty = image's own. `action` is filled in by the registry. */
  args(action: 'import' | 'export'): readonly string[];
  /** Absolute path of the folder `sample` beside its manifest: a small source it can import. */
  sample?: string;
}

export interface PluginRegistry {
  list(): readonly PluginInfo[];
  get(name: string): PluginInfo | undefined;
  /** Image and arguments of the run that detects the format. */
  detector(): { image: string; args: readonly string[] };
  /** Checks and completes options with the manifest's defaults; throws SLY_PLUGIN_OPTIONS naming each wrong key. */
  completeOptions(
    name: string,
    action: 'import' | 'export',
    options: Record<string, unknown>,
  ): Record<string, unknown>;
}
