/**
 * Picks where plugins run, once, at the start, and says which isolation is in force and why. `docker` never falls
 * back; `auto` takes containers where an engine and the built-in image are there, else the strongest sandbox.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../../lib/clock.ts';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Runner } from '../ports/runner.ts';
import { builtinProgram, type Program } from './sandbox/program.ts';
import { probeSandbox } from './sandbox/sandbox-kind.ts';
import { createSandboxRunner } from './sandbox/sandbox-runner.ts';

export interface RunnerOptions {
  kind: 'auto' | 'docker' | 'sandbox';
  dockerSocket: string;
  builtinImage: string;
  /** What scripts run in. */
  scriptImage: string;
  /** Globs of images that may run besides the built-in one. */
  allowedImages: readonly string[];
  pull: 'never' | 'if-missing';
  /** Marks what belongs to this agent on a machine that several share. */
  agentId: string;
  /** Where is noted which images this agent pulled. */
  pulledFile: string;
  clock: Clock;
  log: Logger;
  /** Default: the plugin host of this installation. */
  program?: Program;
}

/** Throws SLY_RUNNER_UNAVAILABLE, SLY_IMAGE_MISSING, ... only for `docker`; the other kinds always find something. */
export async function createRunner(options: RunnerOptions): Promise<Runner> {
  const { kind, log } = options;
  const { runner, why } = await choose(options);
  const { summary, notEnforced } = runner.isolation;
  const line = { runner: runner.isolation.kind, asked: kind, notEnforced, ...(why === '' ? {} : { why }) };
  if (runner.isolation.kind === 'docker' || kind === 'sandbox') log.info(line, summary);
  else log.warn(line, summary);
  return runner;
}

async function choose(options: RunnerOptions): Promise<{ runner: Runner; why: string }> {
  let noDocker = '';
  if (options.kind !== 'sandbox') {
    try {
      return { runner: await dockerRunner(options), why: '' };
    } catch (error) {
      if (options.kind === 'docker') throw error;
      noDocker = toSlyError(error).detail;
    }
  }
  const program = options.program ?? builtinProgram();
  const { kind, why } = await probeSandbox(program);
  const runner = createSandboxRunner({ ...options, kind, program });
  return { runner, why: [noDocker, why].filter((part) => part !== '').join('; ') };
}

async function dockerRunner(options: RunnerOptions): Promise<Runner> {
  const { dockerSocket, builtinImage, log } = options;
  if (!isSocket(dockerSocket)) {
    throw new SlyError('SLY_RUNNER_UNAVAILABLE', {
      detail: `there is no Docker engine at ${dockerSocket}`,
      hint: 'Install and start Docker, set docker_socket, or set runner: sandbox.',
    });
  }
  // Loaded only where there is an engine: the client is 20 MB of memory.
  const { connectDocker } = await import('./docker/connect-docker.ts');
  const runner = await connectDocker(options);
  try {
    await runner.check(builtinImage);
  } catch (error) {
    // With `docker` other plugins can run, and the image may come later; each task checks again.
    if (options.kind !== 'docker' || toSlyError(error).code !== 'SLY_IMAGE_MISSING') throw error;
    log.warn({ image: builtinImage }, toSlyError(error).message);
  }
  return runner;
}

function isSocket(file: string): boolean {
  try {
    return statSync(file).isSocket();
  } catch {
    return false;
  }
}
