/**
 * One HTTP client for the data plane. Owns the connection pool, the token, and the decision what an
 * answer means: every failure leaves here as a typed error, and what may be repeated is repeated here
 * with full-jitter back-off until `deadlineMs` has passed without success.
 */
import { readFileSync } from 'node:fs';
import type { Dispatcher } from 'undici';
import { retrying } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import { ERROR_CODES, type ErrorCodeName } from '../../lib/error-codes.ts';
import { errnoOf, SlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { ForwardedRequest } from '../ports/gateway.ts';

export interface PlatformHttpOptions {
  /** Origin of the platform, for example `http://127.0.0.1:7575`. */
  url: string;
  token: string;
  /** PEM file of an own certificate authority. */
  caFile?: string;
  /** How long a call is repeated while the platform is away, ms. */
  deadlineMs: number;
  clock: Clock;
  log: Logger;
}

export interface CallOptions {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  /** Called anew for every try, so that a retry never sends a consumed stream. */
  body?: () => string | Uint8Array | AsyncIterable<Uint8Array>;
  signal: AbortSignal;
}

export interface PlatformHttp {
  /** JSON answer of an idempotent call. */
  json<T>(options: CallOptions): Promise<T>;
  /** The open answer body; the caller reads it to the end or destroys it. Not repeated after the headers came. */
  stream(options: CallOptions): Promise<Dispatcher.ResponseData>;
  /** `take` reads the answer; one that breaks off is asked again from the start. What the disk says comes out. */
  read<T>(options: CallOptions, take: (body: Dispatcher.ResponseData['body']) => Promise<T>): Promise<T>;
  /**
   * Somebody else's request to the platform, once and with these headers alone: our token is not among them. Any
   * status is an answer. Throws SLY_PLATFORM_UNREACHABLE.
   */
  forward(request: ForwardedRequest): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

const CONNECTIONS = 8;
const DISK_ERRORS: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO', 'ENOENT']);

export function createPlatformHttp(options: PlatformHttpOptions): PlatformHttp {
  const origin = new URL(options.url).origin;
  // Loaded at the first call: an idle agent does not pay 20 MB for it.
  let pool: Promise<{ dispatcher: Dispatcher; undici: typeof import('undici') }> | undefined;

  async function open() {
    const undici = await import('undici');
    const tls = options.caFile === undefined ? {} : { connect: { ca: readFileSync(options.caFile) } };
    const settings = { connections: CONNECTIONS, headersTimeout: 120_000, bodyTimeout: 60_000, ...tls };
    const direct = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(origin).hostname);
    const dispatcher = direct ? new undici.Agent(settings) : new undici.EnvHttpProxyAgent(settings);
    return { dispatcher, undici };
  }

  async function request(
    call: Omit<ForwardedRequest, 'body'> & {
      body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined;
    },
  ): Promise<Dispatcher.ResponseData> {
    pool ??= open();
    const { dispatcher, undici } = await pool;
    const { method, path, headers, body, signal } = call;
    try {
      return await undici.request(`${origin}${path}`, {
        dispatcher,
        method: method as Dispatcher.HttpMethod,
        headers,
        ...(body === undefined ? {} : { body: body as Dispatcher.DispatchOptions['body'] & {} }),
        signal,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new SlyError('SLY_PLATFORM_UNREACHABLE', {
        detail: `${method} ${origin}${path}: ${reasonOf(error)}`,
        hint: 'The work waits and goes on when the platform answers again.',
        cause: error,
      });
    }
  }

  async function once(call: CallOptions): Promise<Dispatcher.ResponseData> {
    const headers = { authorization: `Bearer ${options.token}`, ...call.headers };
    const response = await request({ ...call, headers, body: call.body?.() });
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw await refusal(response, call);
  }

  const persistent = (call: CallOptions): Promise<Dispatcher.ResponseData> =>
    retrying(() => once(call), {
      clock: options.clock,
      signal: call.signal,
      deadlineMs: options.deadlineMs,
      baseMs: 200,
      capMs: 10_000,
      onRetry: (error, attempt, delayMs) => {
        const level = attempt < 2 ? 'debug' : 'warn';
        options.log[level](
          { err: error.message, path: call.path, attempt, delayMs },
          'platform call is repeated',
        );
      },
    });

  const read: PlatformHttp['read'] = (call, take) =>
    retrying(
      async () => {
        const response = await once(call);
        try {
          return await take(response.body);
        } catch (cause) {
          call.signal.throwIfAborted();
          if (DISK_ERRORS.has(errnoOf(cause) ?? '')) throw cause;
          throw new SlyError('SLY_PLATFORM_UNREACHABLE', {
            detail: `${call.path}: the answer broke off`,
            cause,
          });
        }
      },
      {
        clock: options.clock,
        signal: call.signal,
        deadlineMs: options.deadlineMs,
        baseMs: 200,
        capMs: 10_000,
      },
    );

  return {
    json: <T>(call: CallOptions) => read(call, (body) => body.json() as Promise<T>),
    read,
    stream: persistent,
    forward: request,
    async close() {
      if (pool !== undefined) await (await pool).dispatcher.destroy();
    },
  };
}

async function refusal(response: Dispatcher.ResponseData, call: CallOptions): Promise<SlyError> {
  const text = await response.body.text().catch(() => '');
  const said = parseRefusal(text);
  const detail = `${call.method} ${call.path}: ${response.statusCode} ${said.message}`;
  const status = response.statusCode;
  if (said.code !== undefined && said.code in ERROR_CODES) {
    return new SlyError(said.code as ErrorCodeName, {
      detail: said.message,
      ...(status >= 500 ? { retryable: true } : {}),
    });
  }
  if (status === 401 || status === 403) {
    return new SlyError('SLY_UNAUTHORIZED', {
      detail,
      hint: 'Make a new agent token on the platform and restart the agent.',
    });
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return new SlyError('SLY_PLATFORM_UNREACHABLE', { detail });
  }
  return new SlyError('SLY_PLATFORM_REFUSED', { detail });
}

function parseRefusal(text: string): { message: string; code?: string } {
  try {
    const body = JSON.parse(text) as { error?: unknown; code?: unknown };
    return {
      message: typeof body.error === 'string' ? body.error : text.slice(0, 300),
      ...(typeof body.code === 'string' ? { code: body.code } : {}),
    };
  } catch {
    return { message: text.slice(0, 300) };
  }
}

function reasonOf(error: unknown): string {
  const errno = errnoOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return errno === undefined || message.includes(errno) ? message : `${errno} ${message}`;
}
