/** Scripts of the operator: can they run, and which are left out and why. */
import { toSlyError } from '../../lib/errors.ts';
import type { PluginRegistry } from '../ports/plugins.ts';
import type { DoctorCheck, Runner } from '../ports/runner.ts';

const name = 'scripts';

export async function checkScripts(deps: {
  plugins: Pick<PluginRegistry, 'list' | 'scripts'>;
  runner: Pick<Runner, 'check'>;
}): Promise<DoctorCheck> {
  const { folder, refused } = deps.plugins.scripts();
  const scripts = deps.plugins.list().filter(({ script }) => script !== undefined);
  const [first] = scripts;
  if (first !== undefined) {
    try {
      await deps.runner.check(first.image);
    } catch (error) {
      const { detail, hint } = toSlyError(error);
      return {
        name,
        state: 'failed',
        detail: `${scripts.length} in ${folder} cannot run: ${detail}`,
        ...(hint === undefined ? {} : { hint }),
      };
    }
  }
  if (refused.length > 0) {
    return {
      name,
      state: 'warning',
      detail: `left out: ${refused.map(({ file, reason }) => `${file}: ${reason}`).join('; ')}`,
      hint: `Set it right in ${folder}; it is looked at again by itself.`,
    };
  }
  return { name, state: 'ok', detail: `${scripts.length} in ${folder}` };
}
