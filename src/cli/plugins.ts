import { SlyError } from '../lib/errors.ts';
import type { Script, ScriptsState } from '../protocol/script.ts';
import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';
import { table } from './print.ts';
import { testPlugins } from './test-plugins.ts';

export const pluginsCommand: Command = {
  name: 'plugins',
  summary: 'List the formats this agent can read and write, with their options, or test them.',
  usage: 'plugins [test [NAME ...]] [--json]',
  flags: {
    json: { type: 'boolean', help: 'The manifests or outcomes, one JSON object a line.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  examples: ['sly-agent plugins', 'sly-agent plugins test', 'sly-agent plugins test coco yolo'],
  async run({ positionals, flags, terminal }) {
    const [verb, ...names] = positionals;
    if (verb === 'test') return testPlugins(names, flags, terminal);
    if (verb !== undefined)
      throw new SlyError('SLY_USAGE', { detail: `expected nothing or "test", got ${JSON.stringify(verb)}` });
    const control = connectControl(flags);
    const plugins = await control.plugins();
    if (flags.json === true || !terminal) {
      for (const plugin of plugins) process.stdout.write(`${JSON.stringify(plugin)}\n`);
      return 0;
    }
    process.stdout.write(
      table([
        ['FORMAT', 'VERSION', 'DOES', 'TITLE'],
        ...plugins.map((one) => [
          one.name,
          one.version,
          one.script === undefined
            ? one.actions.filter((a) => a !== 'detect').join(' ')
            : doesScript(one.script),
          one.title,
        ]),
      ]),
    );
    for (const plugin of plugins) {
      for (const action of ['import', 'export'] as const) {
        const properties = (plugin.options?.[action]?.properties ?? {}) as Record<
          string,
          { description?: string; default?: unknown }
        >;
        for (const [name, option] of Object.entries(properties)) {
          process.stdout.write(
            `  ${plugin.name} ${action}: -o ${name}=${JSON.stringify(option.default ?? null)}  ${option.description ?? ''}\n`,
          );
        }
      }
    }
    process.stdout.write(scriptsText(await control.scripts()));
    return 0;
  },
};

const doesScript = ({ download }: Script): string => (download ? 'script, export' : 'script');

/** Where scripts are dropped, and why one that is there is not in the list. */
function scriptsText({ folder, refused }: ScriptsState): string {
  const lines = refused.map(({ file, reason }) => `  ${file} is left out: ${reason}\n`);
  return `Scripts (*.py) are taken from ${folder}\n${lines.join('')}`;
}
