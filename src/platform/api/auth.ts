/**
 * Who is calling. Three secrets, all random 256 bit, of which only the SHA-256 is stored:
 * - an API token (`x-api-key`), for machines; the admin's lies in a file of mode 0600 beside the database;
 * - a login code, good once and for 15 minutes, that turns into
 * - a session cookie (HttpOnly, SameSite=Strict) for the page.
 * A browser sends cookies by itself, so a cookie alone proves nothing about who made the request: a call needs
 * the page's own header and origin besides, reading bytes and the event stream must be same-origin.
 */
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { writeFileAtomic } from '../../lib/atomic-file.ts';
import type { Clock } from '../../lib/clock.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import { sha256Of } from '../../lib/hash.ts';
import { newToken } from '../../lib/ids.ts';
import type { Logger } from '../../lib/log.ts';
import type { Stores } from '../store/repositories.ts';
import { createLoginLimit } from './login-limit.ts';
import { isOwnOrigin, portOf } from './origin.ts';

export const LOGIN_CODE_MS = 15 * 60_000;
export const SESSION_MS = 30 * 24 * 3600_000;
/** A page of another origin cannot set this on a request without asking first, and is never allowed to. */
export const PAGE_HEADER = 'x-sly-page';
const TOKEN_SHAPE = /^[\w.~+/=-]{16,512}$/;

export interface Principal {
  userId: number;
  how: 'token' | 'session';
}

/** `call` = anything that may change state; `bytes` = pictures and archives by GET; `events` = the stream. */
export type Access = 'call' | 'bytes' | 'events';

export interface Auth {
  /** Reads the admin's API token from `file`, or makes both; either way the database knows it afterwards. */
  ensureAdminToken(file: string): Promise<string>;
  newLoginCode(): Promise<string>;
  /** Turns a login code into a session secret. SLY_FORBIDDEN for a wrong, used or old code, SLY_TOO_MANY after ten of them. */
  login(code: string, remote: string): Promise<{ session: string }>;
  logout(headers: IncomingHttpHeaders): Promise<void>;
  /** SLY_UNAUTHORIZED without a valid secret, SLY_FORBIDDEN when another site made the browser ask. */
  authenticate(headers: IncomingHttpHeaders, access: Access, publicUrl?: string): Promise<Principal>;
  /** `Set-Cookie` for a session; an empty one removes it. */
  cookie(session: string, headers: IncomingHttpHeaders, publicUrl?: string): string;
}

export async function createAuth(deps: {
  stores: Pick<Stores, 'accounts'>;
  clock: Clock;
  log: Logger;
}): Promise<Auth> {
  const { clock, log } = deps;
  const { accounts } = deps.stores;
  const { userId: adminId } = await accounts.seed();
  const limit = createLoginLimit({ clock });

  async function find(secret: string, kind: 'api' | 'session'): Promise<number | undefined> {
    if (!TOKEN_SHAPE.test(secret)) return undefined;
    const found = await accounts.findToken(hashOf(secret), clock.now());
    return found?.kind === kind ? found.userId : undefined;
  }

  return {
    async ensureAdminToken(file) {
      const kept = readToken(file);
      const token = kept ?? newToken();
      if (kept === undefined) {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        await writeFileAtomic(file, `${token}\n`, 0o600);
        log.info({ file }, 'made the API token of the admin');
      } else chmodSync(file, 0o600);
      if ((await find(token, 'api')) === undefined) {
        await accounts.putToken({ secretHash: hashOf(token), kind: 'api', userId: adminId });
      }
      return token;
    },

    async newLoginCode() {
      const code = newToken();
      await accounts.pruneTokens(clock.now());
      await accounts.putToken({
        secretHash: hashOf(code),
        kind: 'login',
        userId: adminId,
        expiresAt: clock.now() + LOGIN_CODE_MS,
      });
      return code;
    },

    async login(code, remote) {
      limit.check(remote);
      const taken = TOKEN_SHAPE.test(code)
        ? await accounts.takeToken(hashOf(code), 'login', clock.now())
        : undefined;
      if (taken === undefined) {
        limit.failed(remote);
        log.warn({ remote }, 'login refused');
        throw new SlyError('SLY_FORBIDDEN', {
          detail: 'the login link is wrong, was used before, or is older than 15 minutes',
          hint: 'Print a new one on the server: sly-agent status --login',
        });
      }
      const session = newToken();
      await accounts.putToken({
        secretHash: hashOf(session),
        kind: 'session',
        userId: taken.userId,
        expiresAt: clock.now() + SESSION_MS,
      });
      log.info({ remote }, 'login');
      return { session };
    },

    async logout(headers) {
      const session = sessionOf(headers);
      if (session !== undefined) await accounts.removeToken(hashOf(session));
    },

    async authenticate(headers, access, publicUrl) {
      const key = headers['x-api-key'];
      if (typeof key === 'string') {
        const userId = await find(key, 'api');
        if (userId !== undefined) return { userId, how: 'token' };
        throw new SlyError('SLY_UNAUTHORIZED', {
          detail: 'the x-api-key is not a valid token',
          hint: 'The admin token is in <data>/platform/admin-token on the server.',
        });
      }
      const session = sessionOf(headers);
      const userId = session === undefined ? undefined : await find(session, 'session');
      if (userId === undefined) {
        throw new SlyError('SLY_UNAUTHORIZED', {
          detail: 'expected an x-api-key header or a session of the page',
          hint: 'Print a login link on the server: sly-agent status --login',
        });
      }
      assertSameOrigin(headers, access, publicUrl);
      return { userId, how: 'session' };
    },

    cookie(session, headers, publicUrl) {
      const secure = publicUrl?.startsWith('https:') === true ? '; Secure' : '';
      const age = session === '' ? 0 : SESSION_MS / 1000;
      return `${cookieName(headers)}=${session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${age}${secure}`;
    },
  };
}

function assertSameOrigin(headers: IncomingHttpHeaders, access: Access, publicUrl: string | undefined): void {
  const site = headers['sec-fetch-site'];
  // `none` is the person's own doing (typed address, bookmark): good for a download, no source of a call.
  const siteFits = site === undefined || site === 'same-origin' || (access === 'bytes' && site === 'none');
  const headerFits = access !== 'call' || headers[PAGE_HEADER] !== undefined;
  if (siteFits && headerFits && isOwnOrigin(headers, publicUrl)) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: headerFits
      ? `expected a request of the page itself, got one from ${headers.origin ?? String(site)}`
      : `a session needs the ${PAGE_HEADER} header besides the cookie`,
    hint: 'Programs use the x-api-key header.',
  });
}

/** Cookies do not know ports: two platforms on one machine would log each other out under one name. */
function cookieName(headers: IncomingHttpHeaders): string {
  return `sly_session_${portOf(headers.host)}`;
}

function sessionOf(headers: IncomingHttpHeaders): string | undefined {
  const wanted = `${cookieName(headers)}=`;
  const found = headers.cookie?.split(';').find((one) => one.trimStart().startsWith(wanted));
  return found?.trimStart().slice(wanted.length);
}

const hashOf = (secret: string): string => sha256Of(Buffer.from(secret));

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, 'utf8').trim();
    if (TOKEN_SHAPE.test(token)) return token;
    throw new SlyError('SLY_CONFIG', {
      detail: `${file} does not hold a token (16 to 512 letters and digits)`,
      hint: 'Remove the file; a new token is made at the next start.',
    });
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
