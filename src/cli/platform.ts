import { runDaemon } from '../daemon.ts';
import type { Command } from './command.ts';
import { settingFlags } from './run.ts';

export const platformCommand: Command = {
  name: 'platform',
  summary: 'Run the platform alone; agents on this and other machines connect to it.',
  usage: 'platform [--data FOLDER] [--listen HOST:PORT]',
  flags: settingFlags(),
  run: ({ flags, terminal }) => runDaemon({ flags, terminal, parts: 'platform' }),
};
