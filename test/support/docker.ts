/**
 * Tests that need a Docker engine. Without one, or without the images, they are skipped and say so; where
 * SLY_REQUIRE_DOCKER=1 is set they fail instead, so that a skipped test cannot look like a passed one.
 */
import { spawnSync } from 'node:child_process';
import { describe, test } from 'vitest';
import { LABEL } from '../../src/agent/runner/docker/host-config.ts';
import { programVersion } from '../../src/lib/version.ts';

export const DOCKER_SOCKET = process.env.SLY_DOCKER_SOCKET ?? '/var/run/docker.sock';
export const BASE_IMAGE = 'node:24-bookworm-slim';
export const PLUGIN_IMAGE = `sly-agent/plugins:${programVersion()}`;

/** The docker command at the engine the tests use; throws with its words when it fails. */
export function docker(...args: string[]): string {
  const result = spawnSync('docker', ['--host', `unix://${DOCKER_SOCKET}`, ...args], { encoding: 'utf8' });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr.trim()}`);
  return result.stdout.trim();
}

/** Ids of the containers of one task, running or not; what else lives at the engine is nobody's business here. */
export function containersOfTask(taskKey: string): string[] {
  return docker('ps', '--all', '--quiet', '--filter', `label=${LABEL.task}=${taskKey}`)
    .split('\n')
    .filter((line) => line !== '');
}

/** Like `describe`; `images` are what must be there besides an engine. */
export function describeDocker(
  name: string,
  body: () => void,
  images: readonly string[] = [BASE_IMAGE, PLUGIN_IMAGE],
): void {
  const missing = whatIsMissing(images);
  if (missing === undefined) describe(name, body);
  else if (process.env.SLY_REQUIRE_DOCKER === '1') {
    describe(name, () => {
      test('needs Docker', () => {
        throw new Error(`SLY_REQUIRE_DOCKER=1, but ${missing}`);
      });
    });
  } else {
    process.stderr.write(`SKIPPED ${name}: ${missing}\n`);
    describe.skip(`${name} (skipped: ${missing})`, body);
  }
}

const known = new Map<string, string | undefined>();

function whatIsMissing(images: readonly string[]): string | undefined {
  const ask = (key: string, args: string[], sentence: string): string | undefined => {
    if (!known.has(key)) known.set(key, answers(args) ? undefined : sentence);
    return known.get(key);
  };
  const engine = ask('engine', ['version'], `no Docker engine answers at ${DOCKER_SOCKET}`);
  if (engine !== undefined) return engine;
  return images
    .map((image) =>
      ask(image, ['image', 'inspect', image], `${image} is not there (npm run images makes it)`),
    )
    .find((sentence) => sentence !== undefined);
}

function answers(args: string[]): boolean {
  try {
    docker(...args);
    return true;
  } catch {
    return false;
  }
}
