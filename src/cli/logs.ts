import { setTimeout as delay } from 'node:timers/promises';
import { type Command, needPositionals } from './command.ts';
import { connectControl } from './control-client.ts';
import { findTask } from './find-task.ts';
import { printable } from './print.ts';

const FOLLOW_MS = 300;

export const logsCommand: Command = {
  name: 'logs',
  summary: 'Print the log of a task.',
  usage: 'logs TASK [-f]',
  flags: {
    follow: { type: 'boolean', short: 'f', help: 'Go on until the task ends.' },
    report: { type: 'boolean', short: 'r', help: 'Print the per-file report instead.' },
    json: { type: 'boolean', help: 'The lines as they are stored.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ positionals, flags, terminal, signal }) {
    needPositionals(logsCommand, positionals, 1);
    const control = connectControl(flags);
    const { key } = await findTask(control, positionals[0] ?? '');
    const json = flags.json === true || !terminal;
    if (flags.report === true) {
      const { text } = await control.report(key);
      for (const line of (text ?? '').split('\n').filter((one) => one !== ''))
        process.stdout.write(`${json ? line : reportText(line)}\n`);
      return 0;
    }
    for (let offset = 0; ; ) {
      const slice = await control.log(key, offset);
      for (const line of slice.text.split('\n').filter((one) => one !== ''))
        process.stdout.write(`${json ? line : logText(line)}\n`);
      const more = slice.next > offset;
      offset = slice.next;
      if (more) continue;
      if (flags.follow !== true || slice.ended) return 0;
      await delay(FOLLOW_MS, undefined, { signal });
    }
  },
};

function logText(line: string): string {
  const entry = JSON.parse(line) as { time: string; level: string; from: string; message: string };
  return printable(
    `${entry.time.slice(11, 23)} ${entry.level.padEnd(5)} ${entry.from.padEnd(6)} ${entry.message}`,
  );
}

function reportText(line: string): string {
  const entry = JSON.parse(line) as {
    status: string;
    file?: string;
    place?: string;
    message: string;
    hint?: string;
  };
  const where = [entry.file, entry.place].filter((part) => part !== undefined).join(' ');
  return printable(
    `${entry.status.padEnd(8)} ${where}: ${entry.message}${entry.hint === undefined ? '' : ` Hint: ${entry.hint}`}`,
  );
}
