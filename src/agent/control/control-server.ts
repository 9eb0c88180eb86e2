/**
 * HTTP on a Unix socket that only the service's own user can open (folder mode 0700, socket 0600): whoever
 * may use it may name any path of this machine, so it is never on a network address.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Type } from 'typebox';
import { SlyError, toFailureInfo } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { createParser } from '../../lib/schema.ts';
import type { ControlHandlers } from './control-api.ts';

const importRequest = createParser(
  Type.Object({
    path: Type.String({ minLength: 1 }),
    plugin: Type.Optional(Type.String()),
    project: Type.Optional(Type.String({ minLength: 1 })),
    appendToProjectId: Type.Optional(Type.Integer()),
    options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    conflict: Type.Optional(Type.Enum(['rename', 'skip', 'replace', 'fail'])),
    dryRun: Type.Optional(Type.Boolean()),
  }),
  'SLY_USAGE',
);
const exportRequest = createParser(
  Type.Object({
    project: Type.String({ minLength: 1 }),
    plugin: Type.String({ minLength: 1 }),
    options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  'SLY_USAGE',
);
const detectRequest = createParser(Type.Object({ path: Type.String({ minLength: 1 }) }), 'SLY_USAGE');
const drainRequest = createParser(Type.Object({ on: Type.Boolean() }), 'SLY_USAGE');
const MAX_BODY = 1 << 20;

export interface ControlServer {
  close(): Promise<void>;
}

type Route = (
  request: IncomingMessage,
  url: URL,
  args: string[],
  response: ServerResponse,
) => Promise<unknown>;

export async function startControlServer(
  socket: string,
  handlers: ControlHandlers,
  log: Logger,
): Promise<ControlServer> {
  const number = (url: URL, name: string, fallback: number): number => {
    const value = Number(url.searchParams.get(name) ?? fallback);
    if (!Number.isSafeInteger(value) || value < 0)
      throw new SlyError('SLY_USAGE', { detail: `${name}: expected a whole number` });
    return value;
  };
  const routes: [method: string, pattern: RegExp, route: Route][] = [
    ['GET', /^\/status$/, () => handlers.status()],
    ['GET', /^\/tasks$/, (_request, url) => handlers.tasks(number(url, 'limit', 50))],
    ['GET', /^\/tasks\/([\w-]+)$/, (_request, _url, [key = '']) => handlers.task(key)],
    [
      'POST',
      /^\/import$/,
      async (request) => handlers.import(importRequest.parse(await body(request), 'import')),
    ],
    [
      'POST',
      /^\/detect$/,
      async (request) => {
        const { path: file } = detectRequest.parse(await body(request), 'detect');
        const gone = new AbortController();
        request.socket.once('close', () => gone.abort());
        return handlers.detect(file, gone.signal);
      },
    ],
    [
      'POST',
      /^\/export$/,
      async (request) => handlers.export(exportRequest.parse(await body(request), 'export')),
    ],
    ['POST', /^\/tasks\/([\w-]+)\/cancel$/, (_request, _url, [key = '']) => handlers.cancel(key)],
    ['POST', /^\/tasks\/([\w-]+)\/retry$/, (_request, _url, [key = '']) => handlers.retry(key)],
    [
      'POST',
      /^\/drain$/,
      async (request) => handlers.drain(drainRequest.parse(await body(request), 'drain').on),
    ],
    ['GET', /^\/plugins$/, () => handlers.plugins()],
    ['GET', /^\/scripts$/, () => handlers.scripts()],
    ['POST', /^\/plugins\/([\w-]+)\/test$/, (_request, _url, [name = '']) => handlers.testPlugin(name)],
    ['GET', /^\/doctor$/, (_request, url) => handlers.doctor({ security: url.searchParams.has('security') })],
    [
      'GET',
      /^\/support-bundle$/,
      async (_request, _url, _args, response) => {
        const { bytes } = await handlers.support();
        response.writeHead(200, { 'content-type': 'application/gzip' });
        response.end(bytes);
      },
    ],
    ['POST', /^\/login-link$/, async () => ({ url: await handlers.loginLink() })],
    [
      'GET',
      /^\/tasks\/([\w-]+)\/log$/,
      (_request, url, [key = '']) => {
        const attempt = url.searchParams.has('attempt') ? number(url, 'attempt', 0) : undefined;
        return handlers.log(key, attempt, number(url, 'offset', 0));
      },
    ],
    [
      'GET',
      /^\/tasks\/([\w-]+)\/report$/,
      async (_request, _url, [key = '']) => ({ text: (await handlers.report(key)) ?? null }),
    ],
    [
      'GET',
      /^\/tasks\/([\w-]+)\/archive$/,
      async (request, url, [key = ''], response) => {
        const gone = new AbortController();
        request.on('close', () => gone.abort());
        const chunks = await handlers.archive(key, number(url, 'start', 0), gone.signal);
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        await pipeline(Readable.from(chunks), response);
        return undefined;
      },
    ],
  ];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://local');
    for (const [method, pattern, route] of routes) {
      const match = request.method === method ? pattern.exec(url.pathname) : null;
      if (match === null) continue;
      const result = await route(request, url, match.slice(1), response);
      if (!response.headersSent) send(response, 200, result ?? {});
      return;
    }
    send(
      response,
      404,
      toFailureInfo(new SlyError('SLY_NOT_FOUND', { detail: `${request.method} ${url.pathname}` })),
    );
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const failure = toFailureInfo(error);
      if (failure.code === 'SLY_INTERNAL')
        log.error({ err: error, path: request.url }, 'control request failed');
      if (response.headersSent) response.destroy();
      else
        send(
          response,
          failure.code === 'SLY_TASK_UNKNOWN' || failure.code === 'SLY_NOT_FOUND' ? 404 : 400,
          failure,
        );
    });
  });

  const folder = path.dirname(socket);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  // The data folder is locked by this process, so a socket that is still here belongs to nobody.
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);

  return {
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(socket, { force: true });
    },
  };
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_BODY)
      throw new SlyError('SLY_USAGE', { detail: `a request of more than ${MAX_BODY} bytes` });
  }
  try {
    return size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new SlyError('SLY_USAGE', { detail: `not JSON: ${(cause as Error).message}`, cause });
  }
}
