import { OPTIONS, type OptionSpec } from '../lib/config/options.ts';
import type { Command, FlagSpec } from './command.ts';

/** Every setting is a flag too: `--scan-seconds 5`. */
export function settingFlags(): Record<string, FlagSpec> {
  const flags = Object.entries<OptionSpec>(OPTIONS).map(([name, option]): [string, FlagSpec] => [
    name.replaceAll('_', '-'),
    option.kind === 'flag'
      ? { type: 'boolean', help: option.help }
      : { type: 'string', value: option.kind.toUpperCase(), help: option.help },
  ]);
  return {
    config: { type: 'string', short: 'c', value: 'FILE', help: 'Configuration file (SLY_CONFIG).' },
    ...Object.fromEntries(flags),
  };
}

export const runCommand: Command = {
  name: 'run',
  summary: 'Run the daemon: agent and, without a platform address, the embedded platform.',
  usage: 'run [--data FOLDER] [--listen HOST:PORT] [--platform-url URL --token-file FILE]',
  flags: settingFlags(),
  examples: [
    'sly-agent run',
    'sly-agent run --platform-url https://labels.example --token-file /etc/sly-agent/token',
  ],
  // Loaded when it runs: help and the other commands do not pay for the daemon.
  run: async ({ flags, terminal }) =>
    (await import('../daemon.ts')).runDaemon({ flags, terminal, parts: 'agent' }),
};
