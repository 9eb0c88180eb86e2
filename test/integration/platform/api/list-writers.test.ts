/**
 * Every list while others add and remove. By token, and by page when it is read page after page by id: nothing twice,
 * nothing missed that stays. By page moreover nothing of what came later, so that pages never hold more than `total`.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Of } from '../../../../src/lib/hash.ts';
import type { ProjectType } from '../../../../src/protocol/task.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

interface Page {
  total: number;
  pagesCount: number;
  after: string | null;
  entities: { id?: number; imageId?: number }[];
}

/** A list of its own, empty or with what is always there, and how to add to it and remove from it. */
interface Open {
  body: object;
  add(count: number): Promise<unknown>;
  remove(id: number): Promise<unknown>;
}

async function dataset(type: ProjectType): Promise<{ projectId: number; datasetId: number }> {
  const project = await server.stores.projects.add({ workspaceId: 1, name: randomUUID(), type });
  const { id } = await server.stores.datasets.add({ projectId: project.id, parentId: null, name: 'd' });
  return { projectId: project.id, datasetId: id };
}
const some = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const newItems = (datasetId: number, count: number) =>
  server.stores.items.add(
    datasetId,
    some(count, () => ({ name: randomUUID(), link: 'https://example.com/x' })),
  );

const items = (type: ProjectType) => async (): Promise<Open> => {
  const { datasetId } = await dataset(type);
  return {
    body: { datasetId },
    add: (count) => newItems(datasetId, count),
    remove: (id) => server.stores.items.remove([id]),
  };
};

/** Entries of a meta, which is written whole. */
const entries = (kind: 'classes' | 'tags') => async (): Promise<Open> => {
  const { projectId } = await dataset('images');
  const change = async (work: (meta: Awaited<ReturnType<typeof server.stores.projects.meta>>) => void) => {
    const meta = await server.stores.projects.meta(projectId);
    work(meta);
    await server.stores.projects.putMeta(projectId, meta);
  };
  return {
    body: { projectId },
    add: (count) =>
      change((meta) => {
        const named = some(count, () => ({ color: '#FF0000', title: randomUUID() }));
        if (kind === 'classes')
          meta.classes.push(...named.map((one) => ({ ...one, shape: 'any' as const, geometry_config: {} })));
        else
          meta.tags.push(
            ...named.map((one) => ({ name: one.title, color: one.color, value_type: 'none' as const })),
          );
      }),
    remove: (id) =>
      change((meta) => {
        meta.classes = meta.classes.filter((one) => one.id !== id);
        meta.tags = meta.tags.filter((one) => one.id !== id);
      }),
  };
};

const LISTS: Record<string, () => Promise<Open>> = {
  'images.list': items('images'),
  'annotations.list': items('images'),
  'videos.list': items('videos'),
  'point-clouds.list': items('point_clouds'),
  'volumes.list': items('volumes'),
  'tags.list': entries('tags'),
  'advanced.object_classes.list': entries('classes'),
  'projects.list': async () => {
    const id = await server.stores.accounts.addWorkspace({ teamId: 1, name: randomUUID(), description: '' });
    return {
      body: { workspaceId: id },
      add: (count) =>
        Promise.all(
          some(count, () =>
            server.stores.projects.add({ workspaceId: id, name: randomUUID(), type: 'images' }),
          ),
        ),
      remove: (project) => server.stores.projects.archive(project),
    };
  },
  'datasets.list': async () => {
    const { projectId } = await dataset('images');
    return {
      body: { projectId },
      add: (count) =>
        Promise.all(
          some(count, () => server.stores.datasets.add({ projectId, parentId: null, name: randomUUID() })),
        ),
      remove: (id) => server.stores.datasets.archive(id),
    };
  },
  'workspaces.list': async () => {
    const { id } = await server.api<{ id: number }>('teams.add', { name: randomUUID() });
    return {
      body: { teamId: id },
      add: async (count) => {
        for (const name of some(count, randomUUID)) await server.api('workspaces.add', { teamId: id, name });
      },
      remove: (workspace) => server.api('workspaces.archive', { id: workspace }),
    };
  },
  'annotation-objects.list': async () => {
    const { datasetId } = await dataset('videos');
    const [item] = await newItems(datasetId, 1);
    const object = { itemId: item?.id ?? 0, classTitle: 'car', rest: {} };
    return {
      body: { datasetId },
      add: (count) =>
        server.stores.objects.add(
          datasetId,
          some(count, () => object),
        ),
      remove: (id) => server.stores.objects.remove([id]),
    };
  },
  'figures.list': async () => {
    const { datasetId } = await dataset('videos');
    const [item] = await newItems(datasetId, 1);
    const [objectId = 0] = await server.stores.objects.add(datasetId, [
      { itemId: item?.id ?? 0, classTitle: 'car', rest: {} },
    ]);
    const figure = { entityId: item?.id ?? 0, objectId, geometryType: 'point', geometry: '{}' };
    return {
      body: { datasetId },
      add: (count) =>
        server.stores.figures.add(
          datasetId,
          some(count, () => ({ ...figure, waiting: false, plane: '', frame: 0, rest: {} })),
        ),
      remove: (id) => server.stores.figures.remove([id]),
    };
  },
  // Labels stand in annotations, others are figures of their own.
  'figures.list of images': async () => {
    const { projectId, datasetId } = await dataset('images');
    await server.stores.projects.putMeta(projectId, {
      classes: [{ title: 'car', shape: 'any', color: '#FF0000', geometry_config: {} }],
      tags: [],
    });
    return {
      body: { datasetId },
      add: async (count) => {
        for (let left = count; left > 0; left -= 3) {
          const [item] = await newItems(datasetId, 1);
          const imageId = item?.id ?? 0;
          const points = { points: { exterior: [[1, 1]], interior: [] } };
          const label = { classTitle: 'car', geometryType: 'point', ...points };
          const annotation = { objects: some(Math.min(left, 2), () => label) };
          await server.api('annotations.bulk.add', { annotations: [{ imageId, annotation }] });
          if (left < 3) break;
          const figure = { entityId: imageId, classTitle: 'car', geometryType: 'point', geometry: points };
          await server.api('figures.bulk.add', { datasetId, figures: [figure] });
        }
      },
      remove: (id) => server.api('figures.bulk.remove', { figureIds: [id] }),
    };
  },
  'point-clouds.images.list': async () => {
    const { datasetId } = await dataset('point_clouds');
    const [item] = await newItems(datasetId, 1);
    const bytes = Buffer.from('x');
    const sha256 = sha256Of(bytes);
    await server.blobs.put(sha256, bytes);
    return {
      body: { datasetId },
      add: (count) =>
        server.stores.relatedImages.add(
          some(count, () => ({ entityId: item?.id ?? 0, name: randomUUID(), sha256, meta: {} })),
        ),
      remove: (id) => server.stores.relatedImages.remove([id]),
    };
  },
};

const script = fc.record({
  before: fc.integer({ min: 0, max: 14 }),
  perPage: fc.integer({ min: 1, max: 5 }),
  /** After each page: how many are added, and which of the first ones are removed. */
  steps: fc.array(
    fc.record({
      added: fc.integer({ min: 0, max: 3 }),
      removed: fc.array(fc.nat({ max: 13 }), { maxLength: 3 }),
    }),
    { minLength: 8, maxLength: 8 },
  ),
});

/** The method of a list's name. */
const methodOf = (name: string): string => name.replace(/ .*/, '');
/** Labels come in the order of their images, before figures, whatever their ids are. */
const isOrdered = (name: string): boolean => name !== 'figures.list of images';

const idsOf = (page: Page): number[] => page.entities.map((one) => one.id ?? one.imageId ?? 0);

async function begin(name: string, { before }: { before: number }) {
  const list = await LISTS[name]!();
  const method = methodOf(name);
  await list.add(before);
  const all = await server.api<Page>(method, { ...list.body, per_page: 1000 });
  const gone = new Set<number>();
  const write = async (step: { added: number; removed: number[] } | undefined): Promise<void> => {
    await list.add(step?.added ?? 0);
    for (const at of step?.removed ?? []) {
      const id = idsOf(all)[at];
      if (id === undefined || gone.has(id)) continue;
      gone.add(id);
      await list.remove(id);
    }
  };
  return { method, body: list.body, first: idsOf(all), gone, write };
}

const RUNS = { seed: 20_261_130, numRuns: 3 };

test.each(Object.keys(LISTS))('%s by page', async (name) => {
  await fc.assert(
    fc.asyncProperty(
      script,
      fc.constantFrom('asc', 'desc'),
      async ({ before, perPage, steps }, sort_order) => {
        const { method, body, first, gone, write } = await begin(name, { before });
        const ask = (page?: number) =>
          server.api<Page>(method, {
            ...body,
            sort: 'id',
            sort_order,
            per_page: perPage,
            ...(page && { page }),
          });
        const { total, pagesCount, entities } = await ask();
        expect(total).toBe(first.length);
        const seen = idsOf({ entities } as Page);
        for (let page = 2; page <= pagesCount; page++) {
          await write(steps[page % steps.length]);
          const next = await ask(page);
          expect([next.total, next.pagesCount]).toEqual([total, pagesCount]);
          // A reply that was lost is asked for again; only what went meanwhile is not in it.
          await write(steps[(page + 3) % steps.length]);
          const again = idsOf(await ask(page));
          expect(idsOf(next).filter((id) => !gone.has(id) && !again.includes(id))).toEqual([]);
          seen.push(...again);
        }
        expect(new Set(seen).size).toBe(seen.length);
        if (isOrdered(name))
          expect(seen).toEqual(seen.toSorted((a, b) => (sort_order === 'asc' ? a - b : b - a)));
        expect(first.filter((id) => !gone.has(id) && !seen.includes(id))).toEqual([]);
        expect(seen.filter((id) => !first.includes(id))).toEqual([]);
      },
    ),
    RUNS,
  );
});

test.each(Object.keys(LISTS))('%s by token', async (name) => {
  await fc.assert(
    fc.asyncProperty(script, async ({ before, perPage, steps }) => {
      const { method, body, first, gone, write } = await begin(name, { before });
      const seen: number[] = [];
      let after: string | null = null;
      for (let at = 0; at === 0 || after !== null; at++) {
        const page: Page = await server.api<Page>(method, {
          ...body,
          ...{ pagination_mode: 'token', per_page: perPage },
          ...(after !== null && { after }),
        });
        seen.push(...idsOf(page));
        after = page.after;
        // Somebody who adds faster than the list is read would keep it from ending.
        if (at < steps.length) await write(steps[at]);
      }
      expect(new Set(seen).size).toBe(seen.length);
      if (isOrdered(name)) expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect(first.filter((id) => !gone.has(id) && !seen.includes(id))).toEqual([]);
    }),
    RUNS,
  );
});

test('total and entities are of one moment', async () => {
  const { datasetId } = await dataset('images');
  const body = { datasetId, per_page: 1000 };
  const lists = [];
  for (let at = 0; at < 40; at++) {
    const added = newItems(datasetId, 3);
    lists.push(server.api<Page>('images.list', body));
    lists.push(server.api<Page>('images.list', { ...body, sort: 'name' }));
    lists.push(server.api<Page>('images.list', { ...body, pagination_mode: 'token' }));
    await added;
  }
  for (const { total, entities } of await Promise.all(lists)) expect(entities).toHaveLength(total);
});

test('a page out of turn is counted from the beginning', async () => {
  const { datasetId } = await dataset('images');
  const ids = (await newItems(datasetId, 9)).map((one) => one.id);
  const ask = async (page: number) =>
    idsOf(await server.api<Page>('images.list', { datasetId, per_page: 3, page }));
  await ask(1);
  await server.stores.items.remove(ids.slice(0, 1));
  expect(await ask(3)).toEqual(ids.slice(7));
  expect(await ask(2)).toEqual(ids.slice(3, 6));
  expect(await ask(1)).toEqual(ids.slice(1, 4));
  expect(await ask(2)).toEqual(ids.slice(4, 7));
  // Now all are on one page, and nobody reads any further.
  await server.stores.items.remove(ids.slice(0, 7));
  expect(await ask(1)).toEqual(ids.slice(7));
  expect(await ask(2)).toEqual([]);
});
