/**
 * A unix socket through which a script in a cage without network reaches the public API of the platform, and nothing
 * else. Its requests go on with a token of the attempt that the script itself never sees; bodies are streamed both ways.
 * It is there as long as the run it was opened for; closing it ends what is under way.
 */
import { chmodSync, closeSync, openSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { background } from '../../lib/background.ts';
import type { Clock } from '../../lib/clock.ts';
import { SlyError, toSlyError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { TaskTokenReply } from '../../protocol/publish.ts';
import { type ForwardedRequest, GATEWAY_SOCKET, type GatewayOpener } from '../ports/gateway.ts';
import { answerHeaders, hasBody, headersOf, whyRefused } from './request-rules.ts';
import { createTokenKeeper } from './task-tokens.ts';

export interface GatewayDeps {
  taskToken(taskKey: string, attempt: number, signal: AbortSignal): Promise<TaskTokenReply>;
  /** One request to the platform; any status is an answer. */
  forward(
    request: ForwardedRequest,
  ): Promise<{ statusCode: number; headers: IncomingMessage['headers']; body: NodeJS.ReadableStream }>;
  clock: Clock;
  log: Logger;
}

/** Of one script; the SDK keeps about ten. */
const MOST_CONNECTIONS = 64;
/** So many refused requests are logged; a script may make any number of them. */
const MOST_TOLD = 10;

export function createGateways(deps: GatewayDeps): GatewayOpener {
  const { clock, log } = deps;
  return {
    async open({ folder, taskKey, attempt, signal: given }) {
      const ending = new AbortController();
      const signal = AbortSignal.any([given, ending.signal]);
      const tokens = createTokenKeeper(() => deps.taskToken(taskKey, attempt, signal), clock);
      const { taskId } = await tokens.get();
      let refusals = 0;

      async function handOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const { method = '', url = '', headers } = request;
        const refused = whyRefused(method, url);
        if (refused !== undefined) {
          if (refusals++ < MOST_TOLD)
            log.warn({ taskKey, method, url: url.slice(0, 200) }, 'a script asked for what it may not have');
          throw new SlyError('SLY_FORBIDDEN', { detail: `${method} ${url.slice(0, 200)}: ${refused}` });
        }
        const leaving = new AbortController();
        response.once('close', () => leaving.abort(new Error('the script went away')));
        const { token } = await tokens.get();
        const answer = await deps.forward({
          method,
          path: url,
          headers: { ...headersOf(headers), 'x-api-key': token },
          body: hasBody(headers) ? request : undefined,
          signal: AbortSignal.any([signal, leaving.signal]),
        });
        if (answer.statusCode === 401) tokens.drop(token);
        response.writeHead(answer.statusCode, answerHeaders(answer.headers));
        await pipeline(answer.body, response);
      }

      const server = createServer({ requestTimeout: 0 }, (request, response) => {
        const done = handOn(request, response).catch((error: unknown) => refuse(response, error));
        background('gateway request', log, done);
      });
      server.maxConnections = MOST_CONNECTIONS;
      const closeSocket = await listenIn(server, folder);
      let closed: Promise<void> | undefined;
      return {
        taskId,
        close() {
          closed ??= (async () => {
            ending.abort(new SlyError('SLY_ABORTED', { detail: 'the run has ended' }));
            await closeSocket();
          })();
          return closed;
        },
      };
    },
  };
}

/**
 * A path of a socket has a hundred bytes at most, a data folder may be anywhere: so the folder is named by its
 * descriptor. Any user may connect, for the script has another id than the agent; who may come that far is decided by
 * the folders above, which are the agent's alone.
 */
async function listenIn(server: Server, folder: string): Promise<() => Promise<void>> {
  const socket = path.join(folder, GATEWAY_SOCKET);
  rmSync(socket, { force: true });
  const fd = openSync(folder, 'r');
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(`/proc/self/fd/${fd}/${GATEWAY_SOCKET}`, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  chmodSync(socket, 0o666);
  return async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await ended;
    closeSync(fd);
    rmSync(socket, { force: true });
  };
}

/** In the shape of the public API's own errors. What the platform itself refused went through as it came. */
function refuse(response: ServerResponse, thrown: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = toSlyError(thrown);
  const status = error.code === 'SLY_FORBIDDEN' ? 403 : error.code === 'SLY_LEASE_LOST' ? 409 : 502;
  const { message, code, detail } = error;
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error: message, details: { code, message: detail } }));
}
