/**
 * Who is calling. Secrets are random 256 bit, of which only the SHA-256 is stored:
 * - an API token (`x-api-key`), for machines; the admin's lies in a file of mode 0600 beside the database;
 * - a task's token, the same for what runs in one attempt of one task;
 * - a login code, good once and for 15 minutes, or login and password, turn into
 * - a session cookie (HttpOnly, SameSite=Strict) for the page. Every login makes a new one.
 * A browser sends cookies by itself, so a cookie alone proves nothing about who made the request: a call needs
 * the page's own header and origin besides, reading bytes and the event stream must be same-origin.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../../lib/clock.ts';
import { SlyError } from '../../../lib/errors.ts';
import { newToken } from '../../../lib/ids.ts';
import type { Logger } from '../../../lib/log.ts';
import type { Bearer, TokenKind } from '../../store/repositories/accounts.ts';
import type { Stores } from '../../store/repositories/stores.ts';
import { type Access, createAccess } from './access.ts';
import { keepAdminToken } from './admin-token.ts';
import { type Credentials, createLoginCheck } from './login-check.ts';
import { createLoginLimit, type LoginLimit } from './login-limit.ts';
import { isOwnOrigin } from './origin.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { type Principal, principalOf } from './principal.ts';
import { secretHash, TOKEN_SHAPE } from './secrets.ts';
import { SESSION_MS, sessionCookie, sessionOf } from './session-cookie.ts';

const LOGIN_CODE_MS = 15 * 60_000;
/** A page of another origin cannot set this on a request without asking first, and is never allowed to. */
export const PAGE_HEADER = 'x-sly-page';
/** When a token was last used is written down so often, not at every request. */
const NOTE_USE_MS = 60_000;
/** A task's token ends with its attempt; one that hangs for longer asks for another. */
const TASK_TOKEN_MS = 24 * 3600_000;

/** `call` = anything that may change state; `bytes` = pictures and archives by GET; `events` = the stream. */
export type AccessKind = 'call' | 'bytes' | 'events';

export interface Auth {
  /** Reads the admin's API token from `file`, or makes both; either way the database knows it afterwards. */
  ensureAdminToken(file: string): Promise<string>;
  /** For the admin who is seeded, or for another user. */
  newLoginCode(userId?: number): Promise<string>;
  /** Turns a login code into a session secret. SLY_FORBIDDEN for a wrong, used or old code, SLY_TOO_MANY after ten of them. */
  login(code: string, remote: string): Promise<{ session: string }>;
  /** SLY_UNAUTHORIZED when they do not fit, SLY_TOO_MANY after too many that did not. */
  loginByPassword(credentials: Credentials, remote: string): Promise<{ session: string }>;
  /** The user whose login and password these are; makes no session. */
  checkPassword(credentials: Credentials, remote: string): Promise<number>;
  logout(headers: IncomingHttpHeaders): Promise<void>;
  /** SLY_UNAUTHORIZED without a valid secret, SLY_FORBIDDEN when another site made the browser ask. */
  authenticate(headers: IncomingHttpHeaders, access: AccessKind, publicUrl?: string): Promise<Principal>;
  /** Whether the caller may; see access.ts. Routes that are no method of the API call it themselves. */
  may: Access['check'];
  /** A token for what runs in this attempt, valid until it ends. SLY_LEASE_LOST unless it is held right now. */
  newTaskToken(taskKey: string, attempt: number): Promise<{ token: string; expiresAt: string }>;
  /** `Set-Cookie` for a session; an empty one removes it. */
  cookie(session: string, headers: IncomingHttpHeaders, publicUrl?: string): string;
  readonly passwords: Passwords;
  /** Tries to get in that failed, of every way that is open without a secret. */
  readonly limit: LoginLimit;
}

export async function createAuth(deps: {
  stores: Pick<Stores, 'accounts' | 'tokens' | 'access'>;
  clock: Clock;
  log: Logger;
  passwords?: Passwords;
}): Promise<Auth> {
  const { clock, log, passwords = createPasswords() } = deps;
  const { accounts, tokens, access } = deps.stores;
  const { userId: adminId } = await accounts.seed();
  const limit = createLoginLimit({ clock });
  const checkPassword = createLoginCheck({ accounts, passwords, limit, log });
  const usesNoted = new Map<number, number>();

  async function find(secret: string, kinds: readonly TokenKind[]): Promise<Bearer | undefined> {
    if (!TOKEN_SHAPE.test(secret)) return undefined;
    const bearer = await tokens.bearer(secretHash(secret), clock.now());
    return bearer !== undefined && kinds.includes(bearer.kind) ? bearer : undefined;
  }

  async function noteUse({ tokenId, lastUsedAt }: Bearer): Promise<void> {
    const now = clock.now();
    if (now - Math.max(usesNoted.get(tokenId) ?? 0, lastUsedAt ?? 0) < NOTE_USE_MS) return;
    if (usesNoted.size >= 10_000) usesNoted.clear();
    usesNoted.set(tokenId, now);
    await tokens.noteUse(tokenId, now);
  }

  async function newSession(userId: number): Promise<{ session: string }> {
    const session = newToken();
    await tokens.put({
      secretHash: secretHash(session),
      kind: 'session',
      userId,
      expiresAt: clock.now() + SESSION_MS,
    });
    return { session };
  }

  return {
    passwords,
    limit,
    may: createAccess(access).check,
    checkPassword,
    cookie: sessionCookie,

    async ensureAdminToken(file) {
      const { token, isNew } = await keepAdminToken(file);
      if (isNew) log.info({ file }, 'made the API token of the admin');
      if ((await find(token, ['api'])) === undefined) {
        await tokens.put({
          secretHash: secretHash(token),
          kind: 'api',
          userId: adminId,
          name: 'admin-token',
        });
      }
      return token;
    },

    async newLoginCode(userId = adminId) {
      const code = newToken();
      await tokens.prune(clock.now());
      const expiresAt = clock.now() + LOGIN_CODE_MS;
      await tokens.put({ secretHash: secretHash(code), kind: 'login', userId, expiresAt });
      return code;
    },

    async login(code, remote) {
      const attempt = limit.begin({ remote });
      const taken = TOKEN_SHAPE.test(code)
        ? await tokens.take(secretHash(code), 'login', clock.now())
        : undefined;
      if (taken === undefined) {
        log.warn({ remote }, 'login refused');
        throw new SlyError('SLY_FORBIDDEN', {
          detail: 'the login link is wrong, was used before, or is older than 15 minutes',
          hint: 'Print a new one on the server: sly-agent status --login',
        });
      }
      attempt.succeeded();
      log.info({ remote }, 'login');
      await accounts.noteLogin(taken.userId);
      return newSession(taken.userId);
    },

    async loginByPassword(credentials, remote) {
      await tokens.prune(clock.now());
      return newSession(await checkPassword(credentials, remote));
    },

    async logout(headers) {
      const session = sessionOf(headers);
      if (session !== undefined) await tokens.remove(secretHash(session));
    },

    async authenticate(headers, kind, publicUrl) {
      const key = headers['x-api-key'];
      if (typeof key === 'string') {
        const bearer = await find(key, ['api', 'task']);
        if (bearer === undefined) {
          throw new SlyError('SLY_UNAUTHORIZED', {
            detail: 'the x-api-key is not a valid token',
            hint: 'The admin token is in <data>/platform/admin-token on the server.',
          });
        }
        await noteUse(bearer);
        return principalOf(bearer);
      }
      const session = sessionOf(headers);
      const bearer = session === undefined ? undefined : await find(session, ['session']);
      if (bearer === undefined) {
        throw new SlyError('SLY_UNAUTHORIZED', {
          detail: 'expected an x-api-key header or a session of the page',
          hint: 'Print a login link on the server: sly-agent status --login',
        });
      }
      assertSameOrigin(headers, kind, publicUrl);
      return principalOf(bearer);
    },

    async newTaskToken(taskKey, attempt) {
      const token = newToken();
      const expiresAt = clock.now() + TASK_TOKEN_MS;
      const owner = { userId: adminId, role: 'manager' as const };
      await tokens.putOfTask({ secretHash: secretHash(token), taskKey, attempt, ...owner, expiresAt });
      return { token, expiresAt: new Date(expiresAt).toISOString() };
    },
  };
}

/** SLY_FORBIDDEN unless the page itself asks. */
export function assertSameOrigin(
  headers: IncomingHttpHeaders,
  kind: AccessKind,
  publicUrl: string | undefined,
): void {
  const site = headers['sec-fetch-site'];
  // `none` is the person's own doing (typed address, bookmark): good for a download, no source of a call.
  const siteFits = site === undefined || site === 'same-origin' || (kind === 'bytes' && site === 'none');
  const headerFits = kind !== 'call' || headers[PAGE_HEADER] !== undefined;
  if (siteFits && headerFits && isOwnOrigin(headers, publicUrl)) return;
  throw new SlyError('SLY_FORBIDDEN', {
    detail: headerFits
      ? `expected a request of the page itself, got one from ${headers.origin ?? String(site)}`
      : `a session needs the ${PAGE_HEADER} header besides the cookie`,
    hint: 'Programs use the x-api-key header.',
  });
}
