/** `plugins test [NAME ...]`: each plugin's own small sample through the real runner; nothing is published. */
import { SlyError } from '../lib/errors.ts';
import type { SelfTest } from '../protocol/self-test.ts';
import type { CommandInput } from './command.ts';
import { connectControl } from './control-client.ts';

/** Without names: every plugin that brings something to be tested with. Resolves to 1 when one failed. */
export async function testPlugins(
  names: readonly string[],
  flags: CommandInput['flags'],
  terminal: boolean,
): Promise<number> {
  const control = connectControl(flags);
  const wanted = names.length > 0 ? names : (await control.plugins()).map((one) => one.name);
  let failed = 0;
  for (const name of wanted) {
    try {
      const outcome = await control.testPlugin(name);
      if (outcome.state === 'failed') failed++;
      process.stdout.write(
        flags.json === true || !terminal ? `${JSON.stringify(outcome)}\n` : lineOf(outcome),
      );
    } catch (error) {
      // Asked for by name it is an error; among all of them it is one that brings no sample.
      if (names.length > 0 || !(error instanceof SlyError) || error.code !== 'SLY_USAGE') throw error;
      process.stderr.write(`${name}: ${error.detail}\n`);
    }
  }
  return failed > 0 ? 1 : 0;
}

function lineOf({ plugin, version, state, ms, steps, failure }: SelfTest): string {
  const did = steps
    .map(({ name, items }) => `${name}${items === undefined ? '' : ` ${items} items`}`)
    .join(', ');
  const head = `${state === 'ok' ? 'ok     ' : 'FAILED '} ${`${plugin} ${version}`.padEnd(24)} ${(ms / 1000).toFixed(1)} s  ${did}\n`;
  if (failure === undefined) return head;
  const hint = failure.hint === undefined ? '' : `\n         ${failure.hint}`;
  return `${head}         ${failure.title}: ${failure.detail}${hint}\n`;
}
