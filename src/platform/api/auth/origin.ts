/**
 * Which names this server answers to. A page anywhere may point its own name at 127.0.0.1 (DNS rebinding)
 * and then counts as same-origin for the browser; only the Host header gives it away. So what arrives at a
 * loopback address must have been asked for under a loopback name, or under the public address if one is set.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { SlyError } from '../../../lib/errors.ts';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * `localAddress` is the address of the socket on our side, `own` what this server is called besides localhost
 * (host names). Throws SLY_FORBIDDEN.
 */
export function assertHost(
  host: string | undefined,
  localAddress: string | undefined,
  own: ReadonlySet<string> = new Set(),
): void {
  if (!isLoopback(localAddress)) return;
  const name = hostnameOf(host);
  if (name !== undefined && (LOOPBACK_NAMES.has(name) || own.has(name))) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: `Host check error: expected localhost or 127.0.0.1, got ${JSON.stringify(host ?? '')}`,
    hint: 'Behind a reverse proxy, set public_url to the address people use.',
  });
}

/** Names the operator gave this server. */
export function ownNames(options: { publicUrl?: string; listen?: { host: string } }): ReadonlySet<string> {
  const names = new Set<string>();
  if (options.publicUrl !== undefined) names.add(new URL(options.publicUrl).hostname);
  if (options.listen !== undefined) names.add(options.listen.host.toLowerCase());
  return names;
}

/**
 * Whose failed logins are counted: the other end of the socket, or, when that is a proxy of this machine in front of
 * the public address, the last address the proxy added.
 */
export function remoteOf(
  request: { headers: IncomingHttpHeaders; socket: { remoteAddress?: string | undefined } },
  publicUrl?: string,
): string {
  const { remoteAddress } = request.socket;
  const forwarded = request.headers['x-forwarded-for'];
  if (publicUrl === undefined || forwarded === undefined || !isLoopback(remoteAddress))
    return remoteAddress ?? 'unknown';
  return String(forwarded).split(',').at(-1)?.trim() || 'unknown';
}

/** No Origin header is fine (browsers leave it out of same-origin GETs); a foreign or opaque one is not. */
export function isOwnOrigin(headers: IncomingHttpHeaders, publicUrl?: string): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin);
  if (publicUrl !== undefined && asked.origin === new URL(publicUrl).origin) return true;
  return host !== undefined && asked.host.toLowerCase() === host.toLowerCase();
}

export function portOf(host: string | undefined): string {
  return /:(\d{1,5})$/.exec(host ?? '')?.[1] ?? '80';
}

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

function hostnameOf(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname;
}
