/** Whatever a client sends, the answer is never the server's fault. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isMultipart } from '../../../../src/platform/api/method.ts';
import { describedMethods } from '../../../../src/platform/api/openapi/tables.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
const table = describedMethods();
const methods = Object.keys(table);
/** Failures can be repeated. */
const SEED = 20_260_801;
beforeAll(async () => {
  server = await startApiServer();
  const { id: projectId } = await server.api<{ id: number }>('projects.add', {
    name: 'fuzz',
    workspaceId: 1,
  });
  const meta = {
    classes: [{ title: 'a', shape: 'any', color: '#000000' }],
    tags: [{ name: 'a', value_type: 'none', color: '#000000' }],
  };
  await server.api('projects.meta.update', { id: projectId, meta });
  const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'a' });
  await server.api('images.bulk.add', { datasetId, images: [{ name: 'a', link: 'x' }] });
  await server.api('imports.start', { path: 'a' });
});
afterAll(() => server.stop());

const KEYS = [
  'id',
  'projectId',
  'datasetId',
  'workspaceId',
  'imageIds',
  'images',
  'annotations',
  'annotation',
  'objects',
  'filter',
  'name',
  'meta',
  'classes',
  'tags',
  'title',
  'path',
  'plugin',
  'options',
  'fields',
  'page',
  'per_page',
  'after',
  'pagination_mode',
  'sort',
  'offset',
  'geometryType',
  'classTitle',
  'points',
  'exterior',
  'bitmap',
  'nodes',
  'size',
  'imageId',
  'integerCoords',
  'agentId',
  'parentId',
  '__proto__',
  'constructor',
];

/** Small ids and the letter `a` exist, so that a good part of the bodies gets past the first check. */
const leaf = fc.oneof(
  fc.integer({ min: 1, max: 8 }),
  fc.constantFrom(
    'a',
    'token',
    'rectangle',
    'polygon',
    '',
    '=',
    'in',
    null,
    true,
    -1,
    1.5,
    1e300,
    [],
    {},
    '\u0000',
    '\ud800',
  ),
  fc.string(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), tie('value'), { maxKeys: 8 }),
  ),
}));
const body = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(fc.constantFrom(...KEYS), value, { maxKeys: 10 }) },
  { weight: 1, arbitrary: value },
);

async function statusOf(method: string, init: RequestInit): Promise<number> {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    ...init,
    headers: { 'x-api-key': server.token, ...init.headers },
  });
  await response.arrayBuffer();
  return response.status;
}

test('JSON', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...methods), body, async (method, sent) => {
      const status = await statusOf(method, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(sent),
      });
      expect(status).toBeLessThan(500);
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('annotations that pass are read back in both coordinate systems', { timeout: 60_000 }, async () => {
  const { id: projectId } = await server.api<{ id: number }>('projects.add', {
    name: 'drawn',
    workspaceId: 1,
  });
  const meta = {
    classes: [{ title: 'a', shape: 'any', color: '#000000' }],
    tags: [{ name: 'a', value_type: 'none', color: '#000000' }],
  };
  await server.api('projects.meta.update', { id: projectId, meta });
  const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'a' });
  const [image] = await server.api<{ id: number }[]>('images.bulk.add', {
    datasetId,
    images: [{ name: 'drawn.png', link: 'x' }],
  });
  const often = <A, B>(one: fc.Arbitrary<A>, other: fc.Arbitrary<B>) =>
    fc.oneof({ weight: 6, arbitrary: one }, { weight: 1, arbitrary: other });
  const point = fc.tuple(fc.integer({ min: -5, max: 20 }), fc.float({ min: -5, max: 20, noNaN: true }));
  const ring = often(fc.array(point, { minLength: 1, maxLength: 5 }), value);
  const rings = often(
    fc.record({ exterior: ring, interior: fc.array(ring, { maxLength: 1 }) }, { requiredKeys: ['exterior'] }),
    value,
  );
  const geometry = fc.record(
    {
      geometryType: fc.constantFrom(
        ...['point', 'rectangle', 'polygon', 'line', 'graph', 'bitmap', 'multipolygon'],
        ...['oriented_bbox', 'cuboid', 'cuboid_2d', 'spline'],
      ),
      points: often(rings, ring),
      angle: fc.float(),
      parts: fc.array(rings, { maxLength: 2 }),
      nodes: often(fc.dictionary(fc.string(), fc.record({ loc: point }), { minKeys: 1, maxKeys: 3 }), value),
      bitmap: value,
      vertices: value,
      faces: value,
      tags: fc.constantFrom([], [{ name: 'a' }]),
    },
    { requiredKeys: ['geometryType', 'points'] },
  );
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(geometry, { maxLength: 3 }), async (objects) => {
      const annotation = {
        size: { width: 10, height: 10 },
        objects: objects.map((one) => ({ classTitle: 'a', ...one })),
      };
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const sent = JSON.stringify({ annotations: [{ imageId: image?.id, annotation }] });
      const status = await statusOf('annotations.bulk.add', { ...init, body: sent });
      expect(status).toBeLessThan(500);
      if (status !== 200) return;
      stored += 1;
      for (const integerCoords of [true, false]) {
        const ask = JSON.stringify({ imageIds: [image?.id], integerCoords });
        expect(await statusOf('annotations.bulk.info', { ...init, body: ask })).toBe(200);
      }
    }),
    { seed: SEED, numRuns: 400 },
  );
  expect(stored).toBeGreaterThan(40);
});

test('multipart', { timeout: 60_000 }, async () => {
  const line = fc.constantFrom(
    '--B',
    '--B--',
    '--b',
    '',
    'Content-Disposition: form-data; name="0-file"; filename="0"',
    'Content-Disposition: form-data; name="a"',
    'Content-Disposition: form-data; name="__proto__"; filename="__proto__"',
    'Content-Disposition: nonsense',
    'Content-Type: image/*',
    'bytes',
    'x'.repeat(3000),
  );
  const type = fc.constantFrom(
    'multipart/form-data; boundary=B',
    'multipart/form-data; boundary=',
    'multipart/form-data',
    'multipart/mixed; boundary=B',
    'image/png',
    'application/json',
  );
  const uploads = methods.filter((method) => isMultipart(table[method]?.request ?? {}));
  expect(uploads).toContain('images.bulk.upload');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...uploads),
      type,
      fc.array(line, { maxLength: 14 }),
      fc.constantFrom('\r\n', '\n'),
      async (method, contentType, lines, end) => {
        const init = {
          method: 'POST',
          headers: { 'content-type': contentType },
          body: lines.join(end),
          signal: AbortSignal.timeout(5000),
        };
        expect(await statusOf(`${method}?teamId=1&path=%2Fa`, init), method).toBeLessThan(500);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

test('a client that goes away in the middle of an upload leaves the server working', async () => {
  const controller = new AbortController();
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from(
      '--B\r\nContent-Disposition: form-data; name="0-file"; filename="0"\r\nContent-Type: image/*\r\n\r\n',
    );
    for (let k = 0; k < 50; k++) yield Buffer.alloc(64 << 10);
    controller.abort();
    yield Buffer.alloc(1);
  }
  const init: RequestInit = {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=B' },
    body: endless() as unknown as ReadableStream,
    duplex: 'half',
    signal: controller.signal,
  };
  await expect(statusOf('images.bulk.upload', init)).rejects.toThrow();
  expect(await statusOf('users.me', { method: 'POST' })).toBe(200);
});
