/**
 * Plugins in containers of a Docker engine. A container is the run: named by its id, labelled with its agent, and
 * there until `remove`, so that the next process of this agent finds it again with its output and exit code.
 */
import { readFileSync } from 'node:fs';
import type Docker from 'dockerode';
import type { Clock } from '../../../lib/clock.ts';
import { SlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type {
  EngineFacts,
  ImageDigest,
  Mount,
  Run,
  Runner,
  RunnerImages,
  RunSpec,
} from '../../ports/runner.ts';
import { assertPresent } from '../plugin-user.ts';
import { type ContainerRun, followContainer } from './container-run.ts';
import { type Engine, engineMessage, statusOf } from './engine.ts';
import type { EngineUser } from './engine-user.ts';
import { containerName, containerOptions, LABEL } from './host-config.ts';
import type { Images } from './images.ts';
import { mountPoints, withNested } from './nested-mounts.ts';
import type { PathTranslator } from './own-mounts.ts';

export interface DockerRunnerDeps {
  engine: Engine;
  images: Images;
  own: RunnerImages;
  user: EngineUser;
  /** What the engine says of itself. */
  facts?: EngineFacts;
  toEngine: PathTranslator;
  agentId: string;
  clock: Clock;
  log: Logger;
  /** How long an engine that is away is waited for before its runs count as lost. Default 5 minutes. */
  engineWaitMs?: number;
}

const ENGINE_WAIT_MS = 5 * 60_000;

export function createDockerRunner(deps: DockerRunnerDeps): Runner {
  const { engine, images, user, agentId, clock, log } = deps;
  const { engineWaitMs = ENGINE_WAIT_MS, facts } = deps;
  const runDeps = { engine, clock, log, engineWaitMs, facts };
  const active = new Map<string, ContainerRun>();

  const containerOf = (runId: string): Docker.Container =>
    engine.docker.getContainer(containerName(agentId, runId));

  async function inspect(container: Docker.Container): Promise<Docker.ContainerInspectInfo | undefined> {
    try {
      return await engine.call('inspect', (_, abortSignal) => container.inspect({ abortSignal }));
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  function follow(input: Parameters<typeof followContainer>[1]): Run {
    const run = followContainer(runDeps, input);
    const { runId } = input.spec;
    active.set(runId, run);
    void run.exit.then(() => {
      if (active.get(runId) === run) active.delete(runId);
    });
    return run;
  }

  /** The container of this run if it ever started; one that never did is of no use and goes. */
  async function find(spec: RunSpec): Promise<Run | null> {
    const container = containerOf(spec.runId);
    const info = await inspect(container);
    if (info === undefined) return null;
    if (info.Config.Labels[LABEL.agent] !== agentId || info.Config.Labels[LABEL.run] !== spec.runId) {
      throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
        detail: `a container named ${info.Name.slice(1)} is there that does not belong to this agent`,
        hint: `Remove it: docker rm -f ${info.Name.slice(1)}`,
        retryable: false,
      });
    }
    if (info.State.Status === 'created' || info.State.Status === 'dead' || info.State.Status === 'removing') {
      await removeContainer(container);
      return null;
    }
    return follow({ container, info, spec, attached: undefined, digest: await digestOf(info.Image) });
  }

  /** Of the bytes that run: the name may mean another image by now. */
  async function digestOf(imageId: string): Promise<ImageDigest> {
    const known = await images.digest(imageId).catch(() => undefined);
    return known ?? { digest: imageId, of: 'image' };
  }

  async function create(spec: RunSpec): Promise<Docker.Container> {
    assertPresent(spec);
    user.prepare(spec);
    const mounts: Mount[] = withNested(spec.mounts, mountPoints(readMountinfo())).map((mount) => ({
      ...mount,
      source: deps.toEngine(mount.source),
    }));
    const options = containerOptions(spec, { agentId, user: user.user, mounts });
    try {
      const made = await engine.call('create', (docker, abortSignal) =>
        docker.createContainer({ ...options, abortSignal }),
      );
      return engine.docker.getContainer(made.id);
    } catch (error) {
      if (statusOf(error) !== 404) throw refused(error);
      throw new SlyError('SLY_IMAGE_MISSING', {
        detail: `${spec.image}: ${engineMessage(error)}`,
        cause: error,
      });
    }
  }

  async function startContainer(container: Docker.Container, spec: RunSpec): Promise<Run> {
    const attached = await engine.call('attach', () =>
      container.attach({ stream: true, stdout: true, stderr: true, hijack: true }),
    );
    try {
      await engine.call('start', (_, abortSignal) => container.start({ abortSignal }));
    } catch (error) {
      (attached as Partial<{ destroy(): void }>).destroy?.();
      if (statusOf(error) === undefined) throw error;
      return neverStarted(spec, engineMessage(error), clock.now());
    }
    const info = await inspect(container);
    if (info === undefined) return neverStarted(spec, 'its container vanished', clock.now());
    return follow({ container, info, spec, attached, digest: await digestOf(info.Image) });
  }

  async function removeContainer(container: Docker.Container): Promise<void> {
    try {
      await engine.call('remove', (_, abortSignal) =>
        container.remove({ force: true, v: true, abortSignal } as object),
      );
    } catch (error) {
      const status = statusOf(error);
      // 409: another removal is under way.
      if (status !== 404 && status !== 409) throw refused(error);
    }
  }

  return {
    isolation: {
      kind: 'docker',
      summary: `Plugins run in containers of the Docker engine at ${engine.socketPath}, as user ${user.user.uid}, without network.`,
      notEnforced: [],
      ...(deps.facts === undefined ? {} : { engine: deps.facts }),
    },
    images: deps.own,
    async check(image) {
      await engine.call('ping', (docker) => docker.ping(), 5000);
      await images.ensure(image);
    },
    digest: (image) => images.digest(image),
    async start(spec) {
      const found = active.get(spec.runId) ?? (await find(spec));
      return found ?? startContainer(await create(spec), spec);
    },
    reattach: (spec) => find(spec),
    async list() {
      const found = await engine.call('list', (docker, abortSignal) =>
        docker.listContainers({
          all: true,
          filters: JSON.stringify({ label: [`${LABEL.agent}=${agentId}`] }),
          abortSignal,
        } as Docker.ContainerListOptions),
      );
      return found.flatMap(({ Labels }) => Labels[LABEL.run] ?? []);
    },
    async remove(runId) {
      active.get(runId)?.removed();
      await removeContainer(containerOf(runId));
    },
    async close() {
      await Promise.all([...active.values()].map((run) => run.detach()));
    },
  };
}

/** The engine made the container but could not start its program: a missing command, a bad mount, no GPU driver. */
function neverStarted(spec: RunSpec, why: string, at: number): Run {
  return {
    runId: spec.runId,
    output: (async function* () {})(),
    exit: Promise.resolve({ reason: 'start-failed', code: null, detail: why, startedAt: at, endedAt: at }),
    applied: { options: [] },
    usage: async () => undefined,
    stop: async () => undefined,
    detach: async () => undefined,
  };
}

function refused(error: unknown): unknown {
  const status = statusOf(error);
  if (status === undefined) return error;
  return new SlyError('SLY_RUNNER_UNAVAILABLE', {
    detail: `the Docker engine refused (${status}): ${engineMessage(error)}`,
    retryable: status >= 500,
    cause: error,
  });
}

function readMountinfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // Not Linux: no such thing as a mount below a source that we could see.
    return '';
  }
}
