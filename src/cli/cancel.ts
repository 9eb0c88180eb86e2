import { type Command, needPositionals } from './command.ts';
import { connectControl } from './control-client.ts';
import { findTask } from './find-task.ts';

export const cancelCommand: Command = {
  name: 'cancel',
  summary: 'End a task; what it has published is taken back.',
  usage: 'cancel TASK',
  flags: { data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' } },
  async run({ positionals, flags }) {
    needPositionals(cancelCommand, positionals, 1);
    const control = connectControl(flags);
    const task = await findTask(control, positionals[0] ?? '');
    const { accepted } = await control.cancel(task.key);
    process.stdout.write(`${accepted}\n`);
    return 0;
  },
};
