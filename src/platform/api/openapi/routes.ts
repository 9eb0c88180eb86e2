/** Serves the description of the API: a page for people, OpenAPI for programs. It holds nobody's data. */
import type { FastifyInstance } from 'fastify';
import type { ApiDeps } from '../api-deps.ts';
import type { MethodTable } from '../method.ts';
import { openApiDocument } from './document.ts';
import { docsPage, PAGE_CSP } from './page.ts';

export function registerDocs(
  app: FastifyInstance,
  deps: Pick<ApiDeps, 'publicUrl' | 'version'>,
  methods: MethodTable,
): void {
  let json: string | undefined;

  app.get('/docs/openapi.json', { exposeHeadRoute: false }, async (_request, reply) => {
    json ??= JSON.stringify(openApiDocument(methods, deps.version));
    return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(json);
  });

  app.get('/docs', { exposeHeadRoute: false }, async (request, reply) => {
    const address = deps.publicUrl ?? `${request.protocol}://${request.host}`;
    return reply
      .headers({
        'content-security-policy': PAGE_CSP,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      })
      .type('text/html; charset=utf-8')
      .send(docsPage(methods, address.replace(/\/$/, '')));
  });
}
