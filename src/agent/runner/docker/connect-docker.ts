/** Puts the Docker runner together against a living engine. */
import type { Clock } from '../../../lib/clock.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Runner } from '../../ports/runner.ts';
import { createDockerRunner } from './docker-runner.ts';
import { createEngine } from './engine.ts';
import { type EngineInfo, engineFacts } from './engine-facts.ts';
import { chooseUser } from './engine-user.ts';
import { createImages } from './images.ts';
import { createOwnImages, createPulledImages } from './own-images.ts';
import { createPathTranslator } from './own-mounts.ts';

export interface ConnectOptions {
  dockerSocket: string;
  builtinImage: string;
  scriptImage: string;
  allowedImages: readonly string[];
  pull: 'never' | 'if-missing';
  agentId: string;
  /** Where is noted which images this agent pulled. */
  pulledFile: string;
  clock: Clock;
  log: Logger;
}

/** Throws SLY_RUNNER_UNAVAILABLE when the engine does not answer. */
export async function connectDocker(options: ConnectOptions): Promise<Runner> {
  const { builtinImage, scriptImage, allowedImages: allowed, pull, agentId, clock, log } = options;
  const engine = createEngine(options.dockerSocket);
  const info: EngineInfo = await engine.call('info', (docker) => docker.info());
  const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const pulled = createPulledImages(options.pulledFile);
  return createDockerRunner({
    engine,
    own: createOwnImages(engine, pulled),
    images: createImages(engine, { own: [builtinImage, scriptImage], allowed, pull, pulled, log }),
    user: chooseUser(self, info.SecurityOptions ?? []),
    facts: engineFacts(info),
    toEngine: await createPathTranslator(engine, log),
    agentId,
    clock,
    log,
  });
}
