/** Builds an image from a folder: with the docker command, or where there is none through the engine's API. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { SOCKET } from './engine.mjs';

/** `network`: what a step of the build may reach; `default` or `none`. */
export async function buildImage(context, tag, { network }) {
  const args = ['build', '--network', network, '--tag', tag, context];
  const built = spawnSync('docker', args, { encoding: 'utf8' });
  if (built.error?.code === 'ENOENT') return buildThroughEngine(context, tag, network);
  if (built.status !== 0) throw new Error(`docker build failed\n${built.stdout ?? ''}${built.stderr ?? ''}`);
}

async function buildThroughEngine(context, tag, network) {
  const [{ default: Docker }, { create }] = await Promise.all([import('dockerode'), import('tar')]);
  const docker = new Docker({ socketPath: SOCKET });
  const archive = create({ cwd: context, portable: true, gzip: true }, readdirSync(context));
  const output = await docker.buildImage(archive, { t: tag, networkmode: network });
  await new Promise((done, failed) => {
    docker.modem.followProgress(output, (error, lines) => {
      const fault = error ?? lines?.find((line) => line.error !== undefined)?.error;
      if (fault) failed(fault instanceof Error ? fault : new Error(fault));
      else done();
    });
  });
}
