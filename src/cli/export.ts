import { open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { SlyError } from '../lib/errors.ts';
import { sha256OfFile } from '../lib/hash.ts';
import { type Command, needPositionals, readOptions } from './command.ts';
import { type ControlClient, connectControl } from './control-client.ts';
import { bytes, shortKey } from './print.ts';
import { conclude, watchTask } from './watch-task.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Download a project in a format, or run a script on it.',
  usage: 'export PROJECT --as FORMAT --to FILE',
  flags: {
    as: { type: 'string', value: 'FORMAT', help: 'Plugin to use (see `sly-agent plugins`).' },
    to: {
      type: 'string',
      short: 't',
      value: 'FILE',
      help: 'Where the archive (tar) goes. A broken download goes on where it stopped. Only a script that is no download needs none.',
    },
    option: { type: 'string', short: 'o', multiple: true, value: 'KEY=VALUE', help: 'Option of the plugin.' },
    force: { type: 'boolean', short: 'f', help: 'Replace FILE if it exists.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  examples: [
    'sly-agent export 12 --as coco --to coco.tar',
    'sly-agent export "Scans of May" --as supervisely --to may.tar',
  ],
  async run({ positionals, flags, terminal, signal }) {
    needPositionals(exportCommand, positionals, 1);
    const { as: plugin, to } = flags;
    const control = connectControl(flags);
    const mayStay = async (): Promise<boolean> =>
      (await control.plugins()).some((one) => one.name === plugin && one.script?.download === false);
    if (typeof plugin !== 'string' || (typeof to !== 'string' && !(await mayStay()))) {
      throw new SlyError('SLY_USAGE', {
        detail: 'both --as and --to are needed',
        hint: `Usage: sly-agent ${exportCommand.usage}`,
      });
    }
    const target = typeof to === 'string' ? path.resolve(to) : undefined;
    if (
      target !== undefined &&
      flags.force !== true &&
      (await stat(target).catch(() => undefined)) !== undefined
    ) {
      throw new SlyError('SLY_USAGE', {
        detail: `${target} exists`,
        hint: 'Choose another name, or say --force.',
      });
    }
    const task = await control.export({
      project: positionals[0] ?? '',
      plugin,
      options: readOptions(flags.option),
    });
    if (terminal) process.stdout.write(`task ${shortKey(task.key)}: ${task.title}\n`);
    const ended = await watchTask(control, task.key, { terminal, signal });
    const { result } = ended;
    // A script that is no download may write nothing, and then there is nothing to fetch.
    if (target !== undefined && result?.sha256 !== undefined && result.size !== undefined) {
      await download(control, ended.key, { sha256: result.sha256, size: result.size }, target);
      const line = { file: target, size: result.size, sha256: result.sha256 };
      process.stdout.write(
        terminal
          ? `${target}  ${bytes(result.size)}  sha256 ${result.sha256}\n`
          : `${JSON.stringify(line)}\n`,
      );
    }
    return conclude(ended, terminal);
  },
};

/** Into `FILE.part`, verified, then renamed: FILE is never half there. */
async function download(
  control: ControlClient,
  key: string,
  expected: { sha256: string; size: number },
  target: string,
): Promise<void> {
  const part = `${target}.part`;
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  const start = have <= expected.size ? have : 0;
  const file = await open(part, start === 0 ? 'w' : 'a');
  try {
    if (start < expected.size)
      for await (const chunk of await control.archive(key, start)) await file.write(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  const got = await sha256OfFile(part);
  if (got.sha256 !== expected.sha256) {
    throw new SlyError('SLY_HASH_MISMATCH', {
      detail: `${part}: expected sha256 ${expected.sha256}, got ${got.sha256} (${got.size} of ${expected.size} bytes)`,
      hint: `Remove ${part} and try again.`,
    });
  }
  await rename(part, target);
}
