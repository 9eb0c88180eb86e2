import path from 'node:path';
import { SlyError } from '../lib/errors.ts';
import { type Command, needPositionals, readOptions } from './command.ts';
import { connectControl } from './control-client.ts';
import { shortKey } from './print.ts';
import { conclude, watchTask } from './watch-task.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'Import a folder, an archive or a file of this machine as a project.',
  usage: 'import PATH [--as FORMAT] [--project NAME] [--watch-progress]',
  flags: {
    as: { type: 'string', value: 'FORMAT', help: 'Plugin to use; without it the format is detected.' },
    project: {
      type: 'string',
      short: 'p',
      value: 'NAME',
      help: 'Name of the new project. Default: the name of the source.',
    },
    'append-to': { type: 'string', value: 'ID', help: 'Add to this project instead.' },
    option: {
      type: 'string',
      short: 'o',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'Option of the plugin (see `sly-agent plugins`).',
    },
    conflict: {
      type: 'string',
      value: 'POLICY',
      help: 'Names already taken: rename (default), skip, replace, fail.',
    },
    'dry-run': { type: 'boolean', help: 'Convert, count and report, but publish nothing.' },
    'watch-progress': { type: 'boolean', short: 'w', help: 'Wait for the end. Always so on a terminal.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  examples: [
    'sly-agent import ./coco-val2017',
    'sly-agent import scans.zip --as images --project "Scans of May"',
  ],
  async run({ positionals, flags, terminal, signal }) {
    needPositionals(importCommand, positionals, 1);
    const conflict = flags.conflict as string | undefined;
    if (conflict !== undefined && !['rename', 'skip', 'replace', 'fail'].includes(conflict)) {
      throw new SlyError('SLY_USAGE', {
        detail: `--conflict: expected rename, skip, replace or fail, got ${conflict}`,
      });
    }
    const appendTo = flags['append-to'] === undefined ? undefined : Number(flags['append-to']);
    if (appendTo !== undefined && !Number.isSafeInteger(appendTo)) {
      throw new SlyError('SLY_USAGE', {
        detail: `--append-to: expected a project id, got ${String(flags['append-to'])}`,
      });
    }
    const control = connectControl(flags);
    const task = await control.import({
      path: path.resolve(positionals[0] ?? ''),
      options: readOptions(flags.option),
      ...(typeof flags.as === 'string' ? { plugin: flags.as } : {}),
      ...(typeof flags.project === 'string' ? { project: flags.project } : {}),
      ...(appendTo === undefined ? {} : { appendToProjectId: appendTo }),
      ...(conflict === undefined ? {} : { conflict: conflict as 'rename' }),
      ...(flags['dry-run'] === true ? { dryRun: true } : {}),
    });
    if (!terminal && flags['watch-progress'] !== true) {
      process.stdout.write(`${JSON.stringify({ task: task.key, state: task.state })}\n`);
      return 0;
    }
    if (terminal) process.stdout.write(`task ${shortKey(task.key)}: ${task.title}\n`);
    return conclude(await watchTask(control, task.key, { terminal, signal }), terminal);
  },
};
