/** `doctor` while no daemon runs: what can be checked without one, from the configuration alone. */
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import { silentLogger } from '../lib/log.ts';
import { checkRunner, type NamedCheck, runChecks } from './doctor/doctor.ts';
import { checkDisk, checkFileLimits, checkInotify, checkUploadFolder } from './doctor/machine-checks.ts';
import { checkClockAndPlatform } from './doctor/platform-checks.ts';
import { builtinImageOf, openRunner, scriptImageOf } from './open-runner.ts';
import type { DoctorCheck } from './ports/runner.ts';

const MB = 1024 * 1024;

export async function doctorAlone(config: Config, version: string, clock: Clock): Promise<DoctorCheck[]> {
  const images = {
    builtinImage: builtinImageOf(config, version),
    scriptImage: scriptImageOf(config, version),
  };
  const idle = { state: 'stopped', detail: null };
  const daemon: DoctorCheck = {
    name: 'daemon',
    state: 'warning',
    detail: `no daemon answers for ${config.data}; journal and link are not checked`,
    hint: 'Start it with `sly-agent run`, or name its data folder with --data.',
  };
  const checks: NamedCheck[] = [
    ['plugins run', () => checkRunnerOnce(config, images, clock)],
    ['disk', () => checkDiskOnce(config)],
    [
      'upload folder',
      () => checkUploadFolder(config.upload_folder ?? path.join(config.data, 'upload'), idle),
    ],
    ['folder events', () => checkInotify(idle)],
    ['open files', () => checkFileLimits()],
  ];
  const { platform_url: platformUrl, ca_file: caFile } = config;
  if (platformUrl !== undefined) {
    const way = { platformUrl, now: () => clock.now(), ...(caFile === undefined ? {} : { caFile }) };
    checks.push(['platform', () => checkClockAndPlatform(way)]);
  }
  return [daemon, ...(await runChecks(checks))];
}

async function checkRunnerOnce(
  config: Config,
  images: { builtinImage: string; scriptImage: string },
  clock: Clock,
): Promise<DoctorCheck> {
  const { builtinImage, scriptImage } = images;
  const runner = await openRunner(config, {
    builtinImage,
    scriptImage,
    agentId: 'doctor',
    clock,
    log: silentLogger(),
  });
  try {
    return await checkRunner({ runner, builtinImage, config });
  } finally {
    await runner.close();
  }
}

async function checkDiskOnce(config: Config): Promise<DoctorCheck> {
  const reserveBytes = config.disk_reserve_mb * MB;
  const found = await statfs(config.data);
  const state = {
    freeBytes: found.bavail * found.bsize,
    totalBytes: found.blocks * found.bsize,
    reserveBytes,
  };
  return checkDisk({
    state: () => state,
    refusal: () =>
      state.freeBytes < reserveBytes ? `less than ${config.disk_reserve_mb} MB are free` : undefined,
  });
}
