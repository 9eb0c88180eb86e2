import { SlyError } from '../lib/errors.ts';
import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check everything this agent depends on, with what to do about what is wrong.',
  usage: 'doctor [--security] [--json]',
  flags: {
    security: { type: 'boolean', help: 'Also start a probe plugin and check its isolation from inside.' },
    json: { type: 'boolean', help: 'One JSON object a line.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ flags, terminal }) {
    const checks = await connectControl(flags)
      .doctor(flags.security === true)
      .catch(async (error: unknown) => {
        if (!(error instanceof SlyError) || error.code !== 'SLY_DAEMON_DOWN') throw error;
        const { doctorWithoutDaemon } = await import('../daemon.ts');
        return doctorWithoutDaemon(flags.data === undefined ? {} : { data: flags.data });
      });
    const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };
    for (const check of checks) {
      if (flags.json === true || !terminal) process.stdout.write(`${JSON.stringify(check)}\n`);
      else {
        process.stdout.write(`${marks[check.state]}  ${check.name}: ${check.detail}\n`);
        if (check.hint !== undefined && check.state !== 'ok')
          process.stdout.write(`         ${check.hint}\n`);
      }
    }
    return checks.some((check) => check.state === 'failed') ? 1 : 0;
  },
};
