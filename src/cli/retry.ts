import { type Command, needPositionals } from './command.ts';
import { connectControl } from './control-client.ts';
import { findTask } from './find-task.ts';

export const retryCommand: Command = {
  name: 'retry',
  summary: 'Run an ended task again.',
  usage: 'retry TASK',
  flags: { data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' } },
  async run({ positionals, flags }) {
    needPositionals(retryCommand, positionals, 1);
    const control = connectControl(flags);
    const task = await findTask(control, positionals[0] ?? '');
    const { accepted } = await control.retry(task.key);
    process.stdout.write(`${accepted}\n`);
    return 0;
  },
};
