/** Whose rights a container's program gets, which depends on whose the engine is. */
import { chmodSync } from 'node:fs';
import type { RunSpec } from '../../ports/runner.ts';
import { assertReadable, giveOutput, PLUGIN_USER, type PluginUser } from '../plugin-user.ts';

export interface EngineUser {
  user: PluginUser;
  /** Makes the output folder writable for it and checks that the sources can be read. */
  prepare(spec: RunSpec): void;
}

/** `securityOptions` as the engine's info gives them: `name=rootless`, `name=userns`, ... */
export function chooseUser(self: PluginUser, securityOptions: readonly string[]): EngineUser {
  const has = (name: string): boolean =>
    securityOptions.some((option) => option.split(',').includes(`name=${name}`));
  // Root of a rootless engine's container is the engine's own plain user outside: the one who owns our folders.
  if (has('rootless')) return { user: { uid: 0, gid: 0 }, prepare: () => undefined };
  if (self.uid !== 0) return { user: self, prepare: () => undefined };
  if (has('userns')) {
    // Outside it is some other id the engine does not tell; the folders above are the agent's alone.
    return { user: PLUGIN_USER, prepare: (spec) => chmodSync(spec.outputFolder, 0o777) };
  }
  return {
    user: PLUGIN_USER,
    prepare(spec) {
      assertReadable(spec, PLUGIN_USER);
      giveOutput(spec.outputFolder, PLUGIN_USER);
    },
  };
}
