/** Pages of lists nobody writes to meanwhile; with writers: list-writers.test.ts. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
let projectId: number;
beforeAll(async () => {
  server = await startApiServer();
  projectId = (await server.api<{ id: number }>('projects.add', { name: 'pages', workspaceId: 1 })).id;
});
afterAll(() => server.stop());

interface Page {
  total: number;
  perPage: number;
  pagesCount: number;
  entities: { id: number }[];
}

async function newDataset(items: number): Promise<{ datasetId: number; ids: number[] }> {
  const { id: datasetId } = await server.api<{ id: number }>('datasets.add', {
    projectId,
    name: randomUUID(),
  });
  return { datasetId, ids: await add(datasetId, items) };
}

async function add(datasetId: number, count: number): Promise<number[]> {
  if (count === 0) return [];
  const images = Array.from({ length: count }, () => ({ name: randomUUID(), link: 'x' }));
  return (await server.api<{ id: number }[]>('images.bulk.add', { datasetId, images })).map((one) => one.id);
}

test('by page without writers the pages add up to the total, in every order', async () => {
  const { datasetId } = await newDataset(23);
  for (const sort of ['id', 'name', 'createdAt', 'updatedAt', 'customSort']) {
    for (const order of ['asc', 'desc']) {
      const seen = new Set<number>();
      for (let page = 1; page <= 5; page++) {
        const body = { datasetId, page, per_page: 5, sort, sort_order: order };
        for (const { id } of (await server.api<Page>('images.list', body)).entities) seen.add(id);
      }
      expect([sort, order, seen.size]).toEqual([sort, order, 23]);
    }
  }
});

test('the probe of the async client: one id, only perPage is read', async () => {
  const { datasetId } = await newDataset(3);
  const probe = await server.api<Page>('images.list', {
    datasetId,
    filter: [{ field: 'id', operator: '=', value: 1 }],
    fields: ['id', 'pathOriginal'],
  });
  expect(probe).toMatchObject({ total: expect.any(Number), perPage: 500, pagesCount: expect.any(Number) });
});
