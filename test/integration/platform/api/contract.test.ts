/**
 * The conventions that hold for every method, one method after the other. What a reply must have besides is its
 * schema, which the test server holds every reply against.
 */
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describedMethods } from '../../../../src/platform/api/openapi/tables.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { CASES, type Fixture, newFixture } from '../../../support/contract-cases.ts';

let server: ApiServer;
let given: Fixture;
beforeAll(async () => {
  server = await startApiServer();
  const form = new FormData();
  form.append('0-file', new Blob(['bytes'], { type: 'image/*' }), '0');
  const upload = await fetch(`${server.url}/public/api/v3/images.bulk.upload`, {
    method: 'POST',
    headers: { 'x-api-key': server.token },
    body: form,
  });
  const [{ hash }] = (await upload.json()) as [{ hash: string }];
  given = await newFixture(server.api, hash);
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  type: string | undefined;
  body: unknown;
}

/** By Node's own client, which sends a body with a GET as well. */
function ask(verb: 'GET' | 'POST', path: string, body?: unknown, token = server.token): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/public/api/v3/${path}`, {
      method: verb,
      headers: {
        'x-api-key': token,
        ...(body !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        }),
      },
    });
    request.on('error', reject).on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            body: JSON.parse(Buffer.concat(chunks).toString()) as unknown,
          }),
        );
    });
    request.end(text);
  });
}

/** `entities[].id` -> all values there; nothing where a part is missing. */
function at(value: unknown, path: string): unknown[] {
  return path.split('.').reduce<unknown[]>(
    (values, part) => {
      const [, key = '', each] = /^(.*?)(\[\])?$/.exec(part) ?? [];
      const next = values.flatMap((one) =>
        key === '' ? [one] : Object.hasOwn(one as object, key) ? [(one as Record<string, unknown>)[key]] : [],
      );
      return each === undefined ? next : next.flat();
    },
    [value],
  );
}

/** What may be left out of a request. */
function optionalKeys(method: string): string[] {
  const schema = describedMethods()[method]?.request as {
    properties?: Record<string, { anyOf?: { type?: string }[] }>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {})
    .filter(([key, one]) => !schema.required?.includes(key) && one.anyOf?.some(({ type }) => type === 'null'))
    .map(([key]) => key);
}

test('every method of the specification that is served here has its case', () => {
  const groups = ['projects', 'datasets', 'images', 'annotations', 'image-tags', 'tags', 'advanced'];
  const apart = new Set([
    // Multipart bodies and bytes: sdk-flow.test.ts and files.test.ts. Of other rooms: their own tests.
    ...['images.bulk.upload', 'images.download', 'images.bulk.download', 'images.bulk.download-by-hash'],
    ...['projects.statistics', 'images.data.download'],
  ]);
  const served = Object.keys(describedMethods()).filter((name) => groups.includes(name.split('.')[0] ?? ''));
  expect(served.filter((name) => !apart.has(name) && CASES[name] === undefined)).toEqual([]);
});

test.each(Object.entries(CASES).filter(([, one]) => one.reads))(
  'GET %s with the body answers as POST does',
  async (method, one) => {
    const body = await one.body(given);
    expect(await ask('GET', method, body)).toEqual(await ask('POST', method, body));
  },
);

describe.each(Object.entries(CASES))('%s', (method, one) => {
  test('is exactly 200 with what it must have', async () => {
    const answer = await ask('POST', method, await one.body(given));
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    for (const key of one.keys) expect(at(answer.body, key), key).not.toEqual([]);
  });

  test('keys it does not know and nulls are ignored', async () => {
    const body = await one.body(given);
    if (Array.isArray(body)) return;
    const nulls = Object.fromEntries(optionalKeys(method).map((key) => [key, null]));
    const answer = await ask('POST', method, { ...nulls, nonsense: { a: [1] }, ...(body as object) });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  });

  test('without a good token it is 401, whatever is sent', async () => {
    expect((await ask('POST', method, {}, 'x'.repeat(32))).status).toBe(401);
    expect((await ask('GET', method, undefined, '')).status).toBe(401);
  });

  test('a body that is no object of the kind is 400 and says so', async () => {
    const answer = await ask('POST', method, 'text');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      error: expect.any(String),
      details: { message: expect.any(String) },
    });
  });
});

test('a query string in the words of Python is the JSON it stands for', async () => {
  const { datasetId, projectId } = given;
  const fromQuery = await ask('GET', `datasets.list?projectId=${projectId}&recursive=True`);
  expect(fromQuery).toEqual(await ask('POST', 'datasets.list', { projectId, recursive: true }));
  const flat = await ask('GET', `datasets.list?projectId=${projectId}&recursive=False`);
  expect(flat).toEqual(await ask('POST', 'datasets.list', { projectId, recursive: false }));
  expect(flat.body).not.toEqual(fromQuery.body);
  const filter = JSON.stringify([{ field: 'id', operator: 'in', value: [given.imageId] }]);
  const filtered = await ask(
    'GET',
    `images.list?datasetId=${datasetId}&filter=${encodeURIComponent(filter)}&per_page=1`,
  );
  expect(filtered.body).toMatchObject({ total: 1, perPage: 1 });
});

test('the query adds to a body and the body wins', async () => {
  const answer = await ask('POST', `projects.info?id=999999&x=1`, { id: given.projectId });
  expect(answer.body).toMatchObject({ id: given.projectId });
});
