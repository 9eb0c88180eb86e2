/** The runner the configuration asks for, and the images of the built-in plugins and of scripts. */
import path from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import type { Logger } from '../lib/log.ts';
import type { Runner } from './ports/runner.ts';
import { createRunner } from './runner/choose.ts';

export function builtinImageOf(config: Config, version: string): string {
  return config.plugin_image ?? `sly-agent/plugins:${version}`;
}

export function scriptImageOf(config: Config, version: string): string {
  return config.script_image ?? `sly-agent/python:${version}`;
}

/** Throws SLY_RUNNER_UNAVAILABLE where the configuration wants Docker and none answers. */
export function openRunner(
  config: Config,
  deps: { builtinImage: string; scriptImage: string; agentId: string; clock: Clock; log: Logger },
): Promise<Runner> {
  return createRunner({
    kind: config.runner,
    dockerSocket: config.docker_socket,
    allowedImages: config.allowed_images,
    pull: config.pull,
    pulledFile: path.join(config.data, 'agent', 'pulled-images.json'),
    ...deps,
  });
}
