import { writeFileAtomic } from '../lib/atomic-file.ts';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { NOT_IN_SUPPORT, SUPPORT_FILES } from '../protocol/support-bundle.ts';
import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';

export const supportBundleCommand: Command = {
  name: 'support-bundle',
  summary: 'Write a file for whoever is asked for help: versions, settings, checks, log, without secrets.',
  usage: 'support-bundle [--to FILE]',
  flags: {
    to: { type: 'string', value: 'FILE', help: 'Default: sly-agent-support-TIME.tar.gz in this folder.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ flags }) {
    for (const { file, about } of SUPPORT_FILES) process.stderr.write(`${file.padEnd(20)}${about}\n`);
    process.stderr.write(`${NOT_IN_SUPPORT}\n`);
    const bytes = await connectControl(flags)
      .supportBundle()
      .catch(async (error: unknown) => {
        if (!(error instanceof SlyError) || error.code !== 'SLY_DAEMON_DOWN') throw error;
        process.stderr.write('No daemon answers: what it would tell is missing.\n');
        const { supportWithoutDaemon } = await import('../daemon.ts');
        return supportWithoutDaemon(flags.data === undefined ? {} : { data: flags.data });
      });
    const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
    const file = typeof flags.to === 'string' ? flags.to : `sly-agent-support-${time}.tar.gz`;
    try {
      await writeFileAtomic(file, bytes, 0o600);
    } catch (cause) {
      throw new SlyError('SLY_USAGE', { detail: `${file}: ${errnoOf(cause) ?? String(cause)}`, cause });
    }
    process.stdout.write(`${file}\n`);
    return 0;
  },
};
