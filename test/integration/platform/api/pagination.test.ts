/**
 * Lists while others write. By token everything that was there at the beginning and stays is seen once, whatever is
 * added or removed. By page the same holds while rows are only added: they come last. Pages have no memory: when rows
 * are added, a client sees more than the `total` of its first page, and when rows are removed, others move to pages it
 * has read already. That is why the API offers tokens.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
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
  after: string | null;
  entities: { id: number }[];
}

const SEED = 20_260_801;

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

const cases = fc.record({
  before: fc.integer({ min: 0, max: 25 }),
  perPage: fc.integer({ min: 1, max: 9 }),
  /** After each page: how many are added, and which of the first ones is removed. */
  steps: fc.array(
    fc.record({ added: fc.integer({ min: 0, max: 5 }), removed: fc.option(fc.nat({ max: 24 })) }),
    {
      maxLength: 12,
    },
  ),
});

test.each(['images.list', 'annotations.list'])(
  '%s by token: nothing missed, nothing twice',
  async (method) => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ before, perPage, steps }) => {
        const { datasetId, ids } = await newDataset(before);
        const removed = new Set<number>();
        const seen: number[] = [];
        let after: string | null = null;
        for (let at = 0; at === 0 || after !== null; at++) {
          const page: Page = await server.api<Page>(method, {
            datasetId,
            pagination_mode: 'token',
            per_page: perPage,
            ...(after !== null && { after }),
          });
          expect(page.entities.length).toBeLessThanOrEqual(perPage);
          seen.push(...page.entities.map((one) => one.id ?? (one as unknown as { imageId: number }).imageId));
          after = page.after;
          const { added = 0, removed: which = null } = steps[at] ?? {};
          await add(datasetId, added);
          const gone = which === null ? undefined : ids[which];
          if (gone !== undefined) {
            removed.add(gone);
            await server.api('images.bulk.remove', { imageIds: [gone] });
          }
        }
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        for (const id of ids) if (!removed.has(id)) expect(seen).toContain(id);
      }),
      { seed: SEED, numRuns: 20 },
    );
  },
);

test('by page, as the SDK reads: what was there comes first, once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ before, perPage, steps }) => {
      const { datasetId, ids } = await newDataset(before);
      const first = await server.api<Page>('images.list', { datasetId, per_page: perPage });
      expect(first).toMatchObject({ total: before, perPage, pagesCount: Math.ceil(before / perPage) });
      const seen = first.entities.map((one) => one.id);
      for (let page = 2; page <= first.pagesCount; page++) {
        await add(datasetId, steps[page]?.added ?? 0);
        const next = await server.api<Page>('images.list', { datasetId, page, per_page: first.perPage });
        expect(next.perPage).toBe(perPage);
        seen.push(...next.entities.map((one) => one.id));
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.slice(0, before)).toEqual(ids);
      // What was added fills up the last page at most.
      expect(seen.length).toBeLessThanOrEqual(first.pagesCount * perPage);
    }),
    { seed: SEED, numRuns: 25 },
  );
});

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
