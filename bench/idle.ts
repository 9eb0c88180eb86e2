/** Memory and processor of a standalone daemon that does nothing: `node bench/idle.ts [--seconds 20]`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launchDaemon } from '../test/support/daemon-process.ts';
import { freshFolder, mb, memoryOf, round, say } from './support/measure.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const { folder, remove } = freshFolder('idle');
const started = Date.now();
const daemon = await launchDaemon({
  data: path.join(folder, 'data'),
  flags: { 'scan-seconds': '20', 'settle-seconds': '5', 'log-level': 'info' },
});
const readyMs = Date.now() - started;
try {
  const pid = daemon.process.pid ?? 0;
  const ticks = (): number => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  await delay(10_000);
  const before = ticks();
  await delay(Number(values.seconds) * 1000);
  const cpuPercent = (ticks() - before) / Number(values.seconds);
  const { now, peak } = memoryOf(pid);
  say('idle', { readyMs, rssMB: mb(now), rssPeakMB: mb(peak), cpuPercent: round(cpuPercent) });
} finally {
  await daemon.kill();
  remove();
}
