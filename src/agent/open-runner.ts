/** The runner the configuration asks for, and the image of the built-in plugins. */
import type { Clock } from '../lib/clock.ts';
import type { Config } from '../lib/config/options.ts';
import type { Logger } from '../lib/log.ts';
import type { Runner } from './ports/runner.ts';
import { createRunner } from './runner/choose.ts';

export function builtinImageOf(config: Config, version: string): string {
  return config.plugin_image ?? `sly-agent/plugins:${version}`;
}

/** Throws SLY_RUNNER_UNAVAILABLE where the configuration wants Docker and none answers. */
export function openRunner(
  config: Config,
  deps: { builtinImage: string; agentId: string; clock: Clock; log: Logger },
): Promise<Runner> {
  return createRunner({
    kind: config.runner,
    dockerSocket: config.docker_socket,
    allowedImages: config.allowed_images,
    pull: config.pull,
    ...deps,
  });
}
