/**
 * An agent that runs in a container talks to an engine outside: a path of ours means nothing there. Our own
 * container's mounts say what each path is called on the engine's side. Not in a container: nothing to translate.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { SlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import { isInside } from '../../../lib/safe-path.ts';
import { type Engine, statusOf } from './engine.ts';

/** Absolute path here -> absolute path on the engine's side. Throws SLY_RUNNER_UNAVAILABLE for a path it cannot see. */
export type PathTranslator = (file: string) => string;

export interface OwnMount {
  /** On the engine's side. */
  source: string;
  /** Inside our container. */
  target: string;
}

export async function createPathTranslator(engine: Engine, log: Logger): Promise<PathTranslator> {
  const ids = ownContainerIds(readText('/proc/self/cgroup'), readText('/proc/self/mountinfo'), hostname());
  for (const id of ids) {
    const mounts = await mountsOf(engine, id);
    if (mounts === undefined) continue;
    log.info(
      { container: id.slice(0, 12), mounts: mounts.length },
      'this agent runs in a container of this engine',
    );
    return (file) => translatePath(realpathSync(file), mounts);
  }
  return (file) => file;
}

/**
 * Ids this process may have as a container, most certain first. cgroup v1 names it in /proc/self/cgroup, v2 shows
 * it in the source of /etc/hostname; the host name is the short id unless it was set.
 */
export function ownContainerIds(cgroup: string, mountinfo: string, host: string): string[] {
  const long = [...cgroup.matchAll(/[/-]([0-9a-f]{64})(?:\.scope)?$/gm)];
  const files = [...mountinfo.matchAll(/\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf)/g)];
  const ids = [...long, ...files].flatMap((match) => match[1] ?? []);
  return [...new Set([...ids, ...(/^[0-9a-f]{12}$/.test(host) ? [host] : [])])];
}

export function translatePath(file: string, mounts: readonly OwnMount[]): string {
  const [mount] = mounts
    .filter(({ target }) => isInside(target, file))
    .sort((a, b) => b.target.length - a.target.length);
  if (mount !== undefined) return path.join(mount.source, path.relative(mount.target, file));
  throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
    detail: `${file} exists only inside the agent's own container; it is on none of ${mounts.map((one) => one.target).join(', ') || 'its (no) mounts'}`,
    hint: 'Keep the data folder and the upload folder on a volume or bind mount of the agent (docker run -v).',
    retryable: false,
  });
}

async function mountsOf(engine: Engine, id: string): Promise<OwnMount[] | undefined> {
  try {
    const info = await engine.call('inspect', (docker, abortSignal) =>
      docker.getContainer(id).inspect({ abortSignal }),
    );
    return info.Mounts.map(({ Source, Destination }) => ({ source: Source, target: Destination }));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
