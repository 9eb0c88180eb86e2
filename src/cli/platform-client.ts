/**
 * The platform of this machine over its HTTP API, as its admin: address and token lie in the data folder, where only
 * the service's own user may read them.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../lib/config/load-config.ts';
import { ERROR_CODES, type ErrorCodeName } from '../lib/error-codes.ts';
import { errnoOf, SlyError } from '../lib/errors.ts';

export type PlatformCall = <T>(method: string, body: object) => Promise<T>;

/** `--data` or SLY_DATA says which platform is meant. */
export function connectPlatform(flags: Record<string, unknown>): PlatformCall {
  const data = typeof flags.data === 'string' ? { data: flags.data } : {};
  const { config } = loadConfig({ flags: data, env: { SLY_DATA: process.env.SLY_DATA }, cwd: process.cwd() });
  const folder = path.join(config.data, 'platform');
  const url = read(path.join(folder, 'address'));
  const token = read(path.join(folder, 'admin-token'));

  return async <T>(method: string, body: object): Promise<T> => {
    let response: Response;
    try {
      response = await fetch(`${url}/public/api/v3/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': token },
        body: JSON.stringify(body),
      });
    } catch (cause) {
      const reason = (cause as Error).cause ?? cause;
      throw new SlyError('SLY_DAEMON_DOWN', {
        detail: `${url}: ${errnoOf(reason) ?? (reason as Error).message}`,
        hint: 'Start it with `sly-agent run` or `sly-agent platform`, or name its data folder with --data.',
        cause,
      });
    }
    const answer = (await response.json()) as { error?: string; details?: Record<string, unknown> };
    if (response.status === 200) return answer as T;
    throw refusal(response.status, answer);
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const errno = errnoOf(cause);
    throw new SlyError('SLY_DAEMON_DOWN', {
      detail: `${file}: ${errno ?? (cause as Error).message}`,
      hint:
        errno === 'EACCES'
          ? 'Run this as the user of the service (for example with sudo -u).'
          : 'This is asked of the platform on its own machine; name its data folder with --data.',
      cause,
    });
  }
}

function refusal(
  status: number,
  { error, details }: { error?: string; details?: Record<string, unknown> },
): SlyError {
  const { code, message, hint } = details ?? {};
  const known = typeof code === 'string' && code in ERROR_CODES ? (code as ErrorCodeName) : 'SLY_USAGE';
  return new SlyError(known, {
    detail: typeof message === 'string' ? message : (error ?? `the platform answered ${status}`),
    ...(typeof hint === 'string' && { hint }),
  });
}
