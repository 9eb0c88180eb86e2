/** `/docs` on a real server: what it lists is what the server has. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import type { ApiDeps } from '../../../../src/platform/api/api-deps.ts';
import { createHttpServer } from '../../../../src/platform/api/http/http-server.ts';
import { registerPublicApi } from '../../../../src/platform/api/public-api.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

interface Document {
  info: { version: string };
  paths: Record<string, Record<string, { security?: unknown[] }>>;
}

test('every route of the server is in the document, and nothing else', async () => {
  const deps = new Proxy(
    { publicUrl: undefined, listen: undefined },
    {
      get: (own, key) => (key in own ? Reflect.get(own, key) : nothing),
    },
  );
  const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });
  const app = createHttpServer({ log: silentLogger(), clock: systemClock });
  const routes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    // GET stands beside POST for every method, which the document says once.
    for (const verb of [method].flat())
      if (verb !== 'HEAD' && !(verb === 'GET' && url.startsWith('/public/api/v3/')))
        routes.add(`${verb} ${url.replace(/:(\w+)/g, '{$1}')}`);
  });
  registerPublicApi(app, deps as unknown as ApiDeps);
  await app.ready();
  await app.close();
  const { paths } = (await (await fetch(`${server.url}/docs/openapi.json`)).json()) as Document;
  const described = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(described.filter((route) => !route.startsWith('HEAD')).sort()).toEqual([...routes].sort());
});

test('what needs no login really needs none, the rest does', async () => {
  const { paths } = (await (await fetch(`${server.url}/docs/openapi.json`)).json()) as Document;
  for (const [path, verbs] of Object.entries(paths)) {
    for (const [verb, { security }] of Object.entries(verbs)) {
      if (path === '/login') continue;
      const response = await fetch(server.url + path.replace('{id}', '1').replace(/\{\w+\}/g, 'x'), {
        method: verb.toUpperCase(),
        ...(verb === 'post' && { headers: { 'content-type': 'application/json' }, body: '{}' }),
      });
      await response.body?.cancel();
      const needsLogin = security?.length !== 0;
      expect([verb, path, response.status === 401], `${verb} ${path}`).toEqual([verb, path, needsLogin]);
    }
  }
});

test('the page names every method, loads nothing and runs nothing', async () => {
  const response = await fetch(`${server.url}/docs`);
  expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  const html = await response.text();
  const { paths } = (await (await fetch(`${server.url}/docs/openapi.json`)).json()) as Document;
  for (const path of Object.keys(paths)) {
    const name = path.replace('/public/api/v3/', '');
    if (name !== path) expect(html).toContain(`<details id="${name}">`);
  }
  expect(html).toContain(`${server.url}/public/api/v3/projects.info`);
  expect(html).not.toMatch(/<script|<img|<link|src=|@import|url\(/);
});
