import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';
import { age, printable, shortKey, table } from './print.ts';

export const tasksCommand: Command = {
  name: 'tasks',
  summary: 'List the tasks of this agent, newest first.',
  usage: 'tasks [--limit N] [--json]',
  flags: {
    limit: { type: 'string', short: 'n', value: 'N', help: 'How many (default 20).' },
    json: { type: 'boolean', help: 'One JSON object a line.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ flags, terminal }) {
    const tasks = await connectControl(flags).tasks(Number(flags.limit ?? 20) || 20);
    if (flags.json === true || !terminal) {
      for (const task of tasks) process.stdout.write(`${JSON.stringify(task)}\n`);
      return 0;
    }
    const now = Date.now();
    const rows = tasks.map((task) => [
      shortKey(task.key),
      task.state,
      task.plugin ?? '-',
      age(task.createdAt, now),
      task.result === null ? '-' : String(task.result.counts.items),
      printable(task.title),
      task.failure === null ? (task.result?.link ?? '') : printable(task.failure.title),
    ]);
    process.stdout.write(table([['TASK', 'STATE', 'PLUGIN', 'AGE', 'ITEMS', 'TITLE', 'RESULT'], ...rows]));
    return 0;
  },
};
