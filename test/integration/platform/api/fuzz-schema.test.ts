/** Requests made of each method's own schema: what gets past the first check must not surprise the handler. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isMultipart } from '../../../../src/platform/api/method.ts';
import { describedMethods } from '../../../../src/platform/api/openapi/tables.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { newFixture } from '../../../support/contract-cases.ts';
import { arbitraryOf } from '../../../support/schema-arbitrary.ts';

/** Failures can be repeated. */
const SEED = 20_260_801;
/** They end the caller's own rights. */
const LOCK_OUT = new Set([
  'tokens.remove',
  'users.update',
  'users.editInfo',
  'users.disable',
  'users.remove',
  'teams.archive',
]);
const EXPECTED = new Set([200, 400, 403, 404, 409, 413, 429]);
const table = describedMethods();
const methods = Object.keys(table).filter(
  (name) => !LOCK_OUT.has(name) && !isMultipart(table[name]?.request ?? {}),
);

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
  const form = new FormData();
  form.append('0-file', new Blob(['bytes']), '0');
  const upload = await call('images.bulk.upload', { body: form });
  const [{ hash }] = (await upload.json()) as [{ hash: string }];
  await newFixture(server.api, hash);
}, 60_000);
afterAll(() => server.stop());

const call = (method: string, init: RequestInit): Promise<Response> =>
  fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    ...init,
    headers: { 'x-api-key': server.token, ...init.headers },
  });

test('never the fault of the server, and never a broken contract', { timeout: 300_000 }, async () => {
  const statuses = new Map<number, number>();
  const broken: string[] = [];
  for (const method of methods) {
    const request = JSON.parse(JSON.stringify(table[method]?.request)) as Record<string, unknown>;
    for (const sent of fc.sample(arbitraryOf(request), { seed: SEED, numRuns: 12 })) {
      const body = JSON.stringify(sent);
      const response = await call(method, {
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.timeout(30_000),
      });
      const { status } = response;
      const text = await response.text();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (!EXPECTED.has(status)) broken.push(`${method} ${body}: ${status} ${text}`);
    }
  }
  expect(broken).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(methods.length);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
