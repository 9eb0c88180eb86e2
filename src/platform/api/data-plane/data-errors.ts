/**
 * How a failure looks to an agent: `{error, code, details}`. `error` is the detail alone: the agent knows the
 * sentence of every code. The agent repeats what the code or a 5xx says may succeed later, and nothing else.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_CODES, type ErrorCodeName } from '../../../lib/error-codes.ts';
import { type SlyError, toSlyError } from '../../../lib/errors.ts';
import type { Logger } from '../../../lib/log.ts';
import { publicError } from '../public-errors.ts';
import { drainBody } from './request-body.ts';

export interface DataError {
  status: number;
  body: { error: string; code: ErrorCodeName; details: Record<string, unknown> };
}

export function dataError(thrown: unknown): DataError {
  const { status, body } = publicError(thrown);
  const { details } = body;
  if (!('code' in details)) {
    // Refused by the server framework before any code of ours.
    const code = status === 413 ? 'SLY_TOO_LARGE' : status === 404 ? 'SLY_NOT_FOUND' : 'SLY_BAD_MESSAGE';
    return { status, body: { error: body.error, code, details } };
  }
  const error = toSlyError(thrown);
  return { status: statusOf(error, status), body: { error: error.detail, code: error.code, details } };
}

function statusOf(error: SlyError, status: number): number {
  if (error.code === 'SLY_DISK_FULL') return 507;
  // Retryable this once, though its code alone says otherwise: only the status can tell.
  if (error.retryable && ERROR_CODES[error.code].kind !== 'retryable') return Math.max(status, 503);
  return status;
}

export async function sendDataError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: Logger,
): Promise<FastifyReply> {
  const { status, body } = dataError(thrown);
  const about = { err: thrown, method: request.method, url: request.url, agentId: request.agentId };
  if (request.raw.destroyed && !request.raw.complete)
    log.debug(about, 'an agent left in the middle of a call');
  else if (status >= 500) log.error(about, 'a call of an agent failed');
  // An answer that overtakes the body it refuses is lost: the agent would see a broken connection.
  if (!(await drainBody(request))) reply.header('connection', 'close');
  return reply.code(status).send(body);
}
