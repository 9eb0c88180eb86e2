/**
 * Images at the engine that are this agent's own: those it pulled itself (noted in a file, by id), and builds of the
 * plugins' images that have lost their name to a newer build. Invariants: an image is never an agent's own for its name
 * alone; one that carries the label only because it was built on top of ours is not; nothing is removed by force.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Type } from 'typebox';
import { writeFileAtomicSync } from '../../../lib/atomic-file.ts';
import { createParser } from '../../../lib/schema.ts';
import type { EngineImage, RunnerImages } from '../../ports/runner.ts';
import { type Engine, engineMessage, statusOf } from './engine.ts';

/** The last instruction of plugins/Dockerfile and plugins/python/Dockerfile; `NAME=VALUE`. */
export const IMAGE_LABEL = 'dev.sly-agent.image';
/** Their first one. What is older is the base image, which is somebody else's. */
const FIRST_STEP = /LABEL org\.opencontainers\.image\.title="?sly-agent/;

export interface PulledImages {
  /** This agent asked for it and it was not there before. */
  note(id: string, image: string): void;
  all(): ReadonlyMap<string, string>;
}

const kept = createParser(Type.Record(Type.String(), Type.String()));

/** Id -> the reference it was pulled by. */
export function createPulledImages(file: string): PulledImages {
  const pulled = new Map<string, string>(readKept(file));
  return {
    note(id, image) {
      pulled.set(id, image);
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      writeFileAtomicSync(file, JSON.stringify(Object.fromEntries(pulled)), 0o600);
    },
    all: () => pulled,
  };
}

/** A list that cannot be read names no image as ours, which is safe. */
function readKept(file: string): [string, string][] {
  try {
    return Object.entries(kept.parse(JSON.parse(readFileSync(file, 'utf8')), file));
  } catch {
    return [];
  }
}

interface ListedImage {
  Id: string;
  RepoTags: string[] | null;
  Size: number;
  Created: number;
  Labels: Record<string, string> | null;
}

const NO_NAME = '<none>:<none>';

export function createOwnImages(engine: Engine, pulled: PulledImages): RunnerImages {
  async function idOf(reference: string): Promise<string | undefined> {
    try {
      return (await engine.call('image', (docker) => docker.getImage(reference).inspect())).Id;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  }

  async function stepsOf(id: string): Promise<Step[]> {
    return (await engine.call('history', (docker) => docker.getImage(id).history())) as Step[];
  }

  /** The label is handed down to what is built on top; its instruction is the newest only of our own builds. */
  async function isOwnBuild(image: ListedImage): Promise<boolean> {
    if (image.Labels?.[IMAGE_LABEL] === undefined || namesOf(image).length > 0) return false;
    const [newest] = await stepsOf(image.Id);
    return newest?.CreatedBy?.includes(`LABEL ${IMAGE_LABEL}=`) === true;
  }

  /** Undefined = it is gone; else why the engine keeps it. */
  async function removeOne(id: string): Promise<string | undefined> {
    try {
      // The engine would go on with parents that have no name, which may be anybody's.
      await engine.call('remove image', (docker) =>
        docker.getImage(id).remove({ force: false, noprune: true }),
      );
      return undefined;
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return undefined;
      if (status === 409) return engineMessage(error);
      throw error;
    }
  }

  return {
    async list(wanted) {
      const [images, containers, ids] = await Promise.all([
        engine.call('images', (docker) => docker.listImages()) as Promise<ListedImage[]>,
        engine.call('list', (docker) => docker.listContainers({ all: true })),
        Promise.all(wanted.map(idOf)),
      ]);
      const inUse = new Set(containers.map(({ ImageID }) => ImageID));
      const own: EngineImage[] = [];
      for (const image of images) {
        const pulledAs = pulled.all().get(image.Id);
        const isWanted = ids.includes(image.Id);
        if (!isWanted && pulledAs === undefined && !(await isOwnBuild(image))) continue;
        const foreign = namesOf(image).filter((name) => name !== pulledAs);
        const usedBy = isWanted
          ? 'a plugin that is there'
          : inUse.has(image.Id)
            ? 'a container'
            : foreign.length > 0
              ? `somebody who calls it ${foreign.join(', ')}`
              : undefined;
        own.push({
          id: image.Id,
          name: pulledAs ?? namesOf(image)[0] ?? 'an older build of the plugins',
          bytes: image.Size,
          madeAt: image.Created * 1000,
          ...(usedBy !== undefined && { usedBy }),
        });
      }
      return own;
    },

    async remove(id) {
      const steps = await stepsOf(id).catch((error: unknown) => {
        if (statusOf(error) === 404) return [];
        throw error;
      });
      const kept = await removeOne(id);
      if (kept !== undefined) return kept;
      // A builder that keeps every step as an image of its own: without them no byte would be freed.
      const first = steps.findIndex(({ CreatedBy }) => FIRST_STEP.test(CreatedBy ?? ''));
      for (const step of steps.slice(1, first + 1)) {
        if (!step.Id.startsWith('sha256:') || (step.Tags ?? []).length > 0) break;
        if ((await removeOne(step.Id)) !== undefined) break;
      }
      return undefined;
    },
  };
}

interface Step {
  /** Not an id where the step is no image of its own. */
  Id: string;
  CreatedBy?: string;
  Tags?: string[] | null;
}

const namesOf = ({ RepoTags }: ListedImage): string[] => (RepoTags ?? []).filter((name) => name !== NO_NAME);
