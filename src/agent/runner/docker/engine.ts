/**
 * The engine's API behind one door: every call has a deadline, and every way of not reaching the engine is the
 * same typed, retryable error. What the engine itself answers (404, 409, ...) passes through for the caller to read.
 */
import Docker from 'dockerode';
import { errnoOf, SlyError } from '../../../lib/errors.ts';

export interface Engine {
  readonly docker: Docker;
  readonly socketPath: string;
  /** Throws SLY_RUNNER_UNAVAILABLE when the engine cannot be reached or does not answer in time. */
  call<T>(
    what: string,
    work: (docker: Docker, deadline: AbortSignal) => Promise<T>,
    timeoutMs?: number,
  ): Promise<T>;
}

const CALL_MS = 60_000;

export function createEngine(socketPath: string): Engine {
  // An explicit undefined host: otherwise DOCKER_HOST of the environment would win over the configured socket.
  const docker = new Docker({ socketPath, host: undefined });

  return {
    docker,
    socketPath,
    async call(what, work, timeoutMs = CALL_MS) {
      try {
        return await work(docker, AbortSignal.timeout(timeoutMs));
      } catch (error) {
        if (statusOf(error) !== undefined || error instanceof SlyError) throw error;
        throw unavailable(what, socketPath, error);
      }
    },
  };
}

/** HTTP status of the engine's answer, when there was an answer. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** The engine's own words. */
export function engineMessage(error: unknown): string {
  if (error instanceof Error && 'json' in error) {
    const json = error.json as { message?: unknown } | undefined;
    if (typeof json?.message === 'string') return json.message.trim();
  }
  return error instanceof Error ? error.message.trim() : String(error);
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof SlyError && error.code === 'SLY_RUNNER_UNAVAILABLE';
}

function unavailable(what: string, socketPath: string, cause: unknown): SlyError {
  const errno = errnoOf(cause);
  const hint =
    errno === 'EACCES' || errno === 'EPERM'
      ? `Let this user use ${socketPath} (group docker), or set runner: sandbox.`
      : 'Start the Docker engine, or set runner: sandbox.';
  const why = cause instanceof Error ? cause.message : String(cause);
  return new SlyError('SLY_RUNNER_UNAVAILABLE', {
    detail: `the Docker engine at ${socketPath} does not answer (${what}: ${why})`,
    hint,
    cause,
  });
}
