/**
 * Serves the page: a few static files that hold no data (those come from the API, after login). The page may load
 * nothing from anywhere else, run no inline script, and be framed by nobody.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Addresses of the page; each is the same document, which reads the address itself. */
const VIEWS = [
  '/',
  '/tasks',
  '/tasks/:id',
  '/projects',
  '/projects/:id',
  '/projects/:id/:section/:item',
  '/import',
  '/agents',
  '/agents/:id',
  '/plugins',
  '/settings',
  '/settings/:section',
];

export function registerWeb(app: FastifyInstance, deps: { folder: string }): void {
  const { folder } = deps;
  app.register(async (scope) => {
    scope.addHook('onSend', async (_request, reply) => {
      reply.headers({
        'content-security-policy': CSP,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cache-control': 'no-cache',
      });
    });
    const built = existsSync(path.join(folder, 'index.html'));
    if (built) {
      await scope.register(fastifyStatic, {
        root: folder,
        prefix: '/assets/',
        index: false,
        cacheControl: false,
      });
    }
    const document = (reply: FastifyReply): FastifyReply =>
      built
        ? reply.sendFile('index.html')
        : reply.type('text/plain; charset=utf-8').send('The page is not built. Run: npm run build\n');
    for (const url of VIEWS) scope.get(url, (_request, reply) => document(reply));
  });
}
