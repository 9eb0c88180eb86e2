/** Is an image there, may it run, and does it bring anything that would get around the options of its container? */
import type Docker from 'dockerode';
import { SlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import type { ImageDigest } from '../../ports/runner.ts';
import { assertAllowed, type ImagePolicy, namesRegistry } from '../image-policy.ts';
import { type Engine, engineMessage, statusOf } from './engine.ts';
import type { PulledImages } from './own-images.ts';

export interface Images {
  /** Throws SLY_IMAGE_NOT_ALLOWED, SLY_IMAGE_MISSING, SLY_RUNNER_UNAVAILABLE. Pulls where the policy says so. */
  ensure(image: string): Promise<void>;
  /** Of a reference or an id; undefined when it is not there. Never pulls. */
  digest(image: string): Promise<ImageDigest | undefined>;
}

export interface ImagesOptions extends ImagePolicy {
  pull: 'never' | 'if-missing';
  /** Told of each image that was pulled. */
  pulled: Pick<PulledImages, 'note'>;
  log: Logger;
}

const PULL_MS = 30 * 60_000;

export function createImages(engine: Engine, options: ImagesOptions): Images {
  // Two tasks that need the same missing image wait for one pull.
  const pulling = new Map<string, Promise<void>>();

  async function inspect(image: string): Promise<Docker.ImageInspectInfo | undefined> {
    try {
      return await engine.call('image', (docker) => docker.getImage(image).inspect());
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async function pull(image: string): Promise<void> {
    options.log.info({ image }, 'pulling a plugin image');
    try {
      await engine.call(
        'pull',
        async (docker, abortSignal) => {
          const stream: NodeJS.ReadableStream = await docker.pull(image, { abortSignal });
          await new Promise<void>((resolve, reject) =>
            docker.modem.followProgress(stream, (error: Error | null) =>
              error === null ? resolve() : reject(error),
            ),
          );
        },
        PULL_MS,
      );
    } catch (error) {
      throw missing(image, `it could not be pulled: ${engineMessage(error)}`, error);
    }
  }

  async function pullAndNote(image: string): Promise<void> {
    await pull(image);
    const info = await inspect(image);
    if (info !== undefined) options.pulled.note(info.Id, image);
  }

  async function fetchMissing(image: string): Promise<void> {
    if (options.pull === 'never') throw missing(image, 'pulling is switched off (pull: never)');
    if (options.own.includes(image) && !namesRegistry(image))
      throw missing(image, 'it is built on this machine and not pulled from anywhere');
    const running = pulling.get(image) ?? pullAndNote(image).finally(() => pulling.delete(image));
    pulling.set(image, running);
    await running;
  }

  function missing(image: string, why: string, cause?: unknown): SlyError {
    const build = 'Build it once with `npm run images`, or set runner: sandbox.';
    return new SlyError('SLY_IMAGE_MISSING', {
      detail: `${image}: ${why}`,
      hint: options.own.includes(image) ? build : `Pull or build it on this machine: docker pull ${image}`,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  return {
    async ensure(image) {
      assertAllowed(image, options);
      let info = await inspect(image);
      if (info === undefined) {
        await fetchMissing(image);
        info = await inspect(image);
        if (info === undefined) throw missing(image, 'it was pulled but is not there under this name');
      }
      assertNoVolumes(image, Object.keys(info.Config.Volumes ?? {}));
    },
    async digest(image) {
      const info = await inspect(image);
      return info === undefined ? undefined : digestOf(info);
    },
  };
}

/** One that was pulled is known by what its registry calls it, one that was built here only by its id. */
function digestOf({ Id, RepoDigests }: Pick<Docker.ImageInspectInfo, 'Id' | 'RepoDigests'>): ImageDigest {
  for (const told of RepoDigests ?? []) {
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(told)?.[1];
    if (digest !== undefined) return { digest, of: 'registry' };
  }
  return { digest: Id, of: 'image' };
}

/** A VOLUME becomes a writable folder on the engine's disk that no limit of ours covers. */
function assertNoVolumes(image: string, volumes: readonly string[]): void {
  if (volumes.length === 0) return;
  throw new SlyError('SLY_IMAGE_NOT_ALLOWED', {
    detail: `${image} declares VOLUME ${volumes.join(', ')}, which would be writable without a limit`,
    hint: 'Rebuild the image without VOLUME; plugins write to /sly_task_data/results and /tmp.',
  });
}
