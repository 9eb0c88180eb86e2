/**
 * How a failure looks to a client of the public API: `{error: text, details: {message, code, ...}}`.
 * The status decides what the SDK does: 400, 401, 403, 404 are final for it, 429 and 5xx it repeats for
 * minutes. So 5xx is only what really may succeed later, or is our own fault.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCodeName } from '../../lib/error-codes.ts';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { NameClash } from '../store/repositories/items.ts';

const STATUS: Partial<Record<ErrorCodeName, number>> = {
  SLY_UNAUTHORIZED: 401,
  SLY_FORBIDDEN: 403,
  SLY_NOT_FOUND: 404,
  SLY_TASK_UNKNOWN: 404,
  SLY_TASK_MOVE: 409,
  SLY_LEASE_LOST: 409,
  SLY_TOO_LARGE: 413,
  SLY_TOO_MANY: 429,
  SLY_INTERNAL: 500,
  SLY_DATABASE_BROKEN: 500,
  SLY_DISK_FULL: 503,
  SLY_ABORTED: 503,
  SLY_PLATFORM_UNREACHABLE: 503,
  SLY_TIMEOUT: 504,
};

export interface PublicError {
  status: number;
  body: { error: string; details: Record<string, unknown> };
}

export function publicError(thrown: unknown): PublicError {
  const http = httpErrorOf(thrown);
  if (http !== undefined) return http;
  const error = toSlyError(thrown);
  const details = { code: error.code, message: error.detail, ...(error.hint && { hint: error.hint }) };
  if (error.code === 'SLY_NOT_UNIQUE') {
    const taken = error.cause instanceof NameClash ? error.cause.taken : [];
    return {
      status: 400,
      body: { error: error.message, details: { ...details, type: 'NONUNIQUE', errors: taken } },
    };
  }
  return { status: STATUS[error.code] ?? 400, body: { error: error.message, details } };
}

export function sendError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): FastifyReply {
  const { status, body } = publicError(thrown);
  if (status >= 500)
    log.error({ err: thrown, method: request.method, route: request.routeOptions.url }, 'request failed');
  if (status === 429) reply.header('retry-after', '60');
  // What is left of a refused body is not read: the connection ends with the answer.
  if (!request.raw.complete) reply.header('connection', 'close');
  return reply.code(status).send(body);
}

/** Refusals of the server framework itself (bad JSON, wrong type, too large) carry their status. */
function httpErrorOf(thrown: unknown): PublicError | undefined {
  if (!(thrown instanceof Error) || thrown instanceof SlyError || !('statusCode' in thrown)) return undefined;
  const { statusCode } = thrown;
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return { status: statusCode, body: { error: thrown.message, details: { message: thrown.message } } };
}
