import type { Command } from './command.ts';
import { connectControl } from './control-client.ts';
import { age, bytes, table } from './print.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'What the daemon is doing.',
  usage: 'status [--json] [--login]',
  flags: {
    json: { type: 'boolean', help: 'One JSON object.' },
    login: { type: 'boolean', help: 'Print a fresh one-time login address of the page.' },
    data: { type: 'string', value: 'FOLDER', help: 'Data folder of the daemon (SLY_DATA).' },
  },
  async run({ flags, terminal }) {
    const control = connectControl(flags);
    if (flags.login === true) {
      process.stdout.write(`${(await control.loginLink()).url}\n`);
      return 0;
    }
    const status = await control.status();
    if (flags.json === true || !terminal) {
      process.stdout.write(`${JSON.stringify(status)}\n`);
      return 0;
    }
    const now = Date.now();
    const frame =
      status.link.lastFrameAt === null
        ? 'no frame yet'
        : `last frame ${age(status.link.lastFrameAt, now)} ago`;
    process.stdout.write(
      table([
        ['sly-agent', `${status.version}, ${status.mode}, ${status.name}, up ${age(status.startedAt, now)}`],
        ['page', status.url ?? status.platformUrl],
        [
          'link',
          `${status.link.status} (${frame})${status.link.reason === null ? '' : `: ${status.link.reason}`}`,
        ],
        ['isolation', status.isolation.summary],
        [
          'upload',
          `${status.uploadFolder} (${status.intake.state}${status.intake.detail === null ? '' : `: ${status.intake.detail}`})`,
        ],
        [
          'tasks',
          `${status.slots.busy} of ${status.slots.total} slots${status.draining ? ', draining' : ''}${status.waitingBecause === null ? '' : `, waiting: ${status.waitingBecause}`}`,
        ],
        ['outbox', `${status.outbox} messages not acknowledged`],
        [
          'disk',
          `${bytes(status.disk.freeBytes)} of ${bytes(status.disk.totalBytes)} free, ${bytes(status.disk.reserveBytes)} reserved`,
        ],
        ['memory', bytes(status.memoryBytes)],
      ]),
    );
    return 0;
  },
};
