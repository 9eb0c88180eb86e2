import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';

export const drainCommand: Command = {
  name: 'drain',
  summary: 'Finish what runs and take nothing new; --off takes work again.',
  usage: 'drain [--off]',
  flags: {
    off: { type: 'boolean', help: 'Take work again.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ flags }) {
    await connectControl(flags).drain(flags.off !== true);
    process.stdout.write(flags.off === true ? 'takes work again\n' : 'draining\n');
    return 0;
  },
};
