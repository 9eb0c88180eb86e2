import type { Command } from './command.ts';
import { settingFlags } from './run.ts';

export const platformCommand: Command = {
  name: 'platform',
  summary: 'Run the platform alone; agents on this and other machines connect to it.',
  usage: 'platform [--data FOLDER] [--listen HOST:PORT]',
  flags: settingFlags(),
  // Loaded when it runs: help and the other commands do not pay for the daemon.
  run: async ({ flags, terminal }) =>
    (await import('../daemon.ts')).runDaemon({ flags, terminal, parts: 'platform' }),
};
