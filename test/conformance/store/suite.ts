/** What the stores must do on every database. */
import { describe, expect, it } from 'vitest';
import type { ImageAnnotation } from '../../../src/format/model.ts';
import type { BlobRecords } from '../../../src/platform/store/repositories/blobs.ts';
import type { Stores } from '../../../src/platform/store/repositories/stores.ts';
import type { PublicationRequest, PublishItem } from '../../../src/protocol/publish.ts';

export type StoresUnderTest = Stores & { blobs: BlobRecords };

export const sha = (number: number): string => number.toString(16).padStart(64, '0');
const code = (name: string) => expect.objectContaining({ code: name });

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

export const boxOf = (title: string, tag?: string): ImageAnnotation => ({
  description: '',
  size: { height: 48, width: 64 },
  tags: tag === undefined ? [] : [{ name: tag }],
  objects: [
    {
      classTitle: title,
      tags: [],
      geometryType: 'rectangle',
      shape: 'rectangle',
      points: {
        exterior: [
          [1, 2],
          [10, 20],
        ],
        interior: [],
      },
    },
  ],
});

/** A workspace and `blobs` stored blobs of 100 bytes, 64 x 48. */
export async function fill(stores: StoresUnderTest, blobs = 50): Promise<number> {
  const { workspaceId } = await stores.accounts.seed();
  await stores.blobs.put(
    Array.from({ length: blobs }, (_, at) => ({
      sha256: sha(at),
      size: 100,
      mime: 'image/png',
      width: 64,
      height: 48,
    })),
  );
  return workspaceId;
}

export function storeSuite(name: string, open: () => Promise<StoresUnderTest>): void {
  async function begin(stores: StoresUnderTest, key: string, changes: Partial<PublicationRequest> = {}) {
    const request = {
      attempt: 1,
      run: 1,
      projectName: 'p',
      projectType: 'images',
      conflict: 'rename',
    } as const;
    return stores.publications.begin(key, { ...request, ...changes });
  }

  async function project(stores: StoresUnderTest, names: readonly string[], dataset = 'd') {
    const begun = await begin(stores, `make ${names.join()} ${dataset}`);
    const lines = names.map((one, at) => ({ dataset, name: one, sha256: sha(at), ann: boxOf('car') }));
    await stores.publications.putSegment(begun.publicationId, 1, each<PublishItem>(lines));
    const meta = { classes: [{ title: 'car', shape: 'rectangle', color: '#FF0000' }], tags: [] };
    await stores.publications.commit(begun.publicationId, { meta, segments: 1 });
    return begun.projectId;
  }

  async function names(stores: StoresUnderTest, projectId: number): Promise<string[]> {
    const { entities, total } = await stores.items.list({ projectId, perPage: 10_000 });
    expect(total).toBe(entities.length);
    const read = await stores.exports.items(projectId, { after: 0, limit: 10_000 });
    return read
      .map((item) => `${item.dataset}/${item.name}=${Number.parseInt(item.sha256 ?? '', 16)}`)
      .sort();
  }

  /** Counters say what counting says. */
  async function expectCounted(stores: StoresUnderTest, projectId: number): Promise<void> {
    const datasets = await stores.datasets.list({ projectId, recursive: true, perPage: 1000 });
    let total = 0;
    for (const dataset of datasets.entities) {
      const filter = [{ field: 'id', operator: '>', value: 0 }] as const;
      const counted = await stores.items.list({ datasetId: dataset.id, filter, perPage: 1 });
      expect([dataset.path, dataset.itemsCount]).toEqual([dataset.path, counted.total]);
      expect(dataset.size).toBe(counted.total * 100);
      total += counted.total;
    }
    expect(await stores.projects.get(projectId)).toMatchObject({
      itemsCount: total,
      size: total * 100,
      datasetsCount: datasets.total,
    });
  }

  const META = { classes: [], tags: [] };

  describe(`publications: ${name}`, () => {
    it.each([
      ['rename', 3, ['d/a.jpg=0', 'd/a_01.jpg=5', 'd/a_02.jpg=6', 'd/b.jpg=7'], ['renamed', 'renamed']],
      ['skip', 1, ['d/a.jpg=0', 'd/b.jpg=7'], ['skipped', 'skipped']],
      ['fail', 1, ['d/a.jpg=0', 'd/b.jpg=7'], ['failed', 'failed']],
      ['replace', 3, ['d/a.jpg=5', 'd/a_01.jpg=6', 'd/b.jpg=7'], ['renamed']],
    ] as const)(
      '%s: an item of the name is there, and the import has two',
      async (conflict, stored, after, notes) => {
        const stores = await open();
        await fill(stores);
        const projectId = await project(stores, ['a.jpg']);
        const { publicationId } = await begin(stores, 't', { conflict, appendToProjectId: projectId });
        const lines = [
          { dataset: 'd', name: 'a.jpg', sha256: sha(5) },
          { dataset: 'd', name: 'a.jpg', sha256: sha(6) },
          { dataset: 'd', name: 'b.jpg', sha256: sha(7) },
        ];
        const reply = await stores.publications.putSegment(publicationId, 1, each(lines));
        expect(reply.stored).toBe(stored);
        expect(reply.notes.map((note) => note.outcome)).toEqual(notes);
        expect(await names(stores, projectId)).toEqual(['d/a.jpg=0']);
        const done = await stores.publications.commit(publicationId, { meta: META, segments: 1 });
        expect(done.items).toBe(stored);
        expect(await names(stores, projectId)).toEqual(after);
        await expectCounted(stores, projectId);
      },
    );

    it.each([
      ['rename', ['d/e/x.jpg=1', 'd/e/x_01.jpg=2', 'd/e/y.jpg=3']],
      ['skip', ['d/e/x.jpg=1', 'd/e/y.jpg=3']],
      ['replace', ['d/e/x.jpg=2', 'd/e/y.jpg=3']],
      ['fail', ['d/e/x.jpg=1']],
    ] as const)('%s: two imports make the same dataset and name at once', async (conflict, after) => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(stores, [], 'other');
      const one = await begin(stores, 'one', { conflict, appendToProjectId: projectId });
      const two = await begin(stores, 'two', { conflict, appendToProjectId: projectId });
      await Promise.all([
        stores.publications.putSegment(
          one.publicationId,
          1,
          each([{ dataset: 'd/e', name: 'x.jpg', sha256: sha(1) }]),
        ),
        stores.publications.putSegment(
          two.publicationId,
          1,
          each([
            { dataset: 'd/e', name: 'x.jpg', sha256: sha(2) },
            { dataset: 'd/e', name: 'y.jpg', sha256: sha(3) },
          ]),
        ),
      ]);
      await stores.publications.commit(one.publicationId, { meta: META, segments: 1 });
      const second = stores.publications.commit(two.publicationId, { meta: META, segments: 1 });
      if (conflict === 'fail') await expect(second).rejects.toEqual(code('SLY_NOT_UNIQUE'));
      else await second;
      expect(await names(stores, projectId)).toEqual(after);
      await expectCounted(stores, projectId);
      const { entities } = await stores.datasets.list({ projectId, recursive: true, perPage: 10 });
      expect(entities.map((dataset) => dataset.path)).toEqual(['d', 'd/e']);
    });

    it('gives a taken project name a free number, also against one that is still imported', async () => {
      const stores = await open();
      await fill(stores);
      const first = await begin(stores, 'one');
      const second = await begin(stores, 'two');
      await stores.publications.drop(first.publicationId);
      const third = await begin(stores, 'three');
      expect([first, second, third].map((one) => one.projectName)).toEqual(['p', 'p_01', 'p']);
    });

    it('renames thousands of equal names without counting up from one each time', async () => {
      const stores = await open();
      await fill(stores);
      const { publicationId, projectId } = await begin(stores, 't');
      const lines = Array.from({ length: 3000 }, () => ({ dataset: 'd', name: 'x.jpg', sha256: sha(1) }));
      for (const number of [1, 2, 3])
        await stores.publications.putSegment(publicationId, number, each(lines));
      await stores.publications.commit(publicationId, { meta: META, segments: 3 });
      expect(new Set(await names(stores, projectId)).size).toBe(9000);
    });

    it('gives the labels the new name when a class means another thing there', async () => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(stores, ['a.jpg']);
      const { publicationId } = await begin(stores, 't', { appendToProjectId: projectId });
      const lines = [{ dataset: 'd', name: 'b.jpg', sha256: sha(1), ann: boxOf('car', 'night') }];
      await stores.publications.putSegment(publicationId, 1, each(lines));
      const meta = {
        classes: [{ title: 'car', shape: 'any', color: '#00FF00' }],
        tags: [{ name: 'night', value_type: 'none', color: '#0000FF' }],
      };
      await stores.publications.commit(publicationId, { meta, segments: 1 });
      const { classes, tags } = await stores.projects.meta(projectId);
      expect(classes.map(({ title, shape }) => [title, shape])).toEqual([
        ['car', 'rectangle'],
        ['car_1', 'any'],
      ]);
      expect(tags).toMatchObject([{ name: 'night' }]);
      const items = await stores.exports.items(projectId, { after: 0, limit: 10 });
      const titles = items.map((item) => (item.ann as ImageAnnotation).objects[0]?.classTitle);
      expect(titles).toEqual(['car', 'car_1']);
    });

    it('refuses to append to a project that is gone or of another type', async () => {
      const stores = await open();
      await fill(stores);
      await expect(begin(stores, 't', { appendToProjectId: 99 })).rejects.toEqual(code('SLY_NOT_FOUND'));
      const projectId = await project(stores, ['a.jpg']);
      await expect(
        begin(stores, 't', { appendToProjectId: projectId, projectType: 'videos' }),
      ).rejects.toEqual(code('SLY_USAGE'));
      const { publicationId } = await begin(stores, 't', { appendToProjectId: projectId });
      await stores.publications.putSegment(
        publicationId,
        1,
        each([{ dataset: 'd', name: 'b.jpg', sha256: sha(1) }]),
      );
      await stores.projects.archive(projectId);
      await expect(stores.publications.commit(publicationId, { meta: META, segments: 1 })).rejects.toEqual(
        code('SLY_NOT_FOUND'),
      );
    });

    it('leaves the database free while the lines of a segment come in slowly', async () => {
      const stores = await open();
      await fill(stores);
      const { publicationId } = await begin(stores, 't');
      let next = (): void => undefined;
      async function* slow() {
        yield { dataset: 'd', name: 'a.jpg', sha256: sha(1) };
        await new Promise<void>((resolve) => {
          next = resolve;
        });
        yield { dataset: 'd', name: 'b.jpg', sha256: sha(2) };
      }
      const segment = stores.publications.putSegment(publicationId, 1, slow());
      expect((await project(stores, ['x.jpg'])) > 0).toBe(true);
      next();
      expect((await segment).stored).toBe(2);
    });
  });

  describe(`stores: ${name}`, () => {
    it('lists by filter, order and page, and adds up', async () => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(
        stores,
        Array.from({ length: 25 }, (_, at) => `Img ${String(24 - at).padStart(2, '0')}.jpg`),
      );
      const [dataset] = (await stores.datasets.list({ projectId, recursive: false, perPage: 5 })).entities;
      const list = (query: object) => stores.items.list({ datasetId: dataset!.id, perPage: 10, ...query });
      const pages = [await list({ page: 1 }), await list({ page: 2 }), await list({ page: 3 })];
      expect(pages.map(({ total, entities }) => [total, entities.length])).toEqual([
        [25, 10],
        [25, 10],
        [25, 5],
      ]);
      expect(new Set(pages.flatMap((one) => one.entities.map((row) => row.id))).size).toBe(25);
      const sorted = await list({ sort: 'name', order: 'desc', perPage: 2 });
      expect(sorted.entities.map((row) => row.name)).toEqual(['Img 24.jpg', 'Img 23.jpg']);
      const keyed = await list({ after: pages[0]!.entities[9]!.id, perPage: 3 });
      expect(keyed.total).toBe(25);
      expect(keyed.entities[0]!.id).toBe(pages[1]!.entities[0]!.id);
      const filtered = async (field: string, operator: string, value: unknown) =>
        (await list({ filter: [{ field, operator, value }], perPage: 100 })).total;
      expect(await filtered('name', '=', 'Img 03.jpg')).toBe(1);
      expect(await filtered('name', 'in', ['Img 03.jpg', 'Img 04.jpg', 'none'])).toBe(2);
      expect(await filtered('name', '!in', ['Img 03.jpg'])).toBe(24);
      expect(await filtered('name', 'like', 'Img 0_.jpg')).toBe(10);
      expect(await filtered('name', 'like', 'img%')).toBe(0);
      expect(await filtered('name', 'ilike', 'img%')).toBe(25);
      expect(await filtered('name', 'like', 'Img [0]%')).toBe(0);
      expect(await filtered('width', '>=', '64')).toBe(25);
      expect(await filtered('link', '=', null)).toBe(25);
      expect(await filtered('hash', '=', Buffer.from(sha(3), 'hex').toString('base64'))).toBe(1);
      expect(await filtered('createdAt', '>', '2001-01-01T00:00:00.000Z')).toBe(25);
      for (const [field, value] of [
        ['name); drop table items', 'x'],
        ['toString', 1],
        ['width', 'wide'],
      ])
        await expect(filtered(String(field), '=', value)).rejects.toEqual(code('SLY_USAGE'));
    });

    it('adds items all or none, and says which names are taken', async () => {
      const stores = await open();
      const workspaceId = await fill(stores);
      const owner = await stores.projects.add({ workspaceId, name: 'p', type: 'images' });
      const dataset = await stores.datasets.add({ projectId: owner.id, parentId: null, name: 'd' });
      const rows = await stores.items.add(dataset.id, [
        { name: 'b.png', sha256: sha(1), meta: { x: 1 } },
        { name: 'a.png', link: 'https://example.com/a.png' },
      ]);
      expect(rows.map(({ name: own, width, mime, size }) => [own, width, mime, size])).toEqual([
        ['b.png', 64, 'image/png', 100],
        ['a.png', null, null, 0],
      ]);
      const clash = stores.items.add(dataset.id, [
        { name: 'new.png', sha256: sha(2) },
        { name: 'b.png', sha256: sha(2) },
      ]);
      await expect(clash).rejects.toMatchObject({
        code: 'SLY_NOT_UNIQUE',
        cause: { taken: [{ name: 'b.png', id: rows[0]!.id }] },
      });
      await expect(stores.items.add(dataset.id, [{ name: 'c', sha256: sha(999) }])).rejects.toEqual(
        code('SLY_NOT_FOUND'),
      );
      expect((await stores.items.list({ datasetId: dataset.id, perPage: 10 })).total).toBe(2);
      await expect(stores.items.update(rows[1]!.id, { name: 'b.png' })).rejects.toEqual(
        code('SLY_NOT_UNIQUE'),
      );
      expect(await stores.items.update(rows[1]!.id, { name: 'c.png', meta: { y: 2 } })).toMatchObject({
        name: 'c.png',
        meta: { y: 2 },
      });
      expect((await stores.items.get([rows[1]!.id, 77, rows[0]!.id])).map((row) => row.name)).toEqual([
        'c.png',
        'b.png',
      ]);
      await stores.items.remove([rows[0]!.id, rows[0]!.id, 1234]);
      expect(await stores.projects.get(owner.id)).toMatchObject({ itemsCount: 1, size: 0 });
    });

    it('nests datasets, archives them with what is in them, and frees their names', async () => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(stores, ['a.jpg', 'b.jpg'], 'x/y/z');
      const all = await stores.datasets.list({ projectId, recursive: true, perPage: 10 });
      expect(all.entities.map((one) => one.path)).toEqual(['x', 'x/y', 'x/y/z']);
      const [x, y, z] = all.entities;
      const filter = [{ field: 'parentId', operator: '=', value: x!.id }] as const;
      const below = await stores.datasets.list({ projectId, recursive: false, filter, perPage: 10 });
      expect(below.entities.map((one) => one.name)).toEqual(['y']);
      expect((await stores.items.list({ datasetId: x!.id, recursive: true, perPage: 5 })).total).toBe(2);
      expect((await stores.items.list({ datasetId: x!.id, perPage: 5 })).total).toBe(0);
      const again = { projectId, parentId: x!.id, name: 'y' };
      await expect(stores.datasets.add(again)).rejects.toEqual(code('SLY_NOT_UNIQUE'));
      const [item] = (await stores.items.list({ datasetId: z!.id, perPage: 1 })).entities;
      await stores.datasets.archive(y!.id);
      expect(await stores.datasets.get(z!.id)).toBeUndefined();
      expect(await stores.items.get([item!.id])).toEqual([]);
      expect(await stores.annotations.get([item!.id])).toEqual([]);
      expect(await names(stores, projectId)).toEqual([]);
      await expectCounted(stores, projectId);
      expect((await stores.datasets.add(again)).path).toBe('x/y');
      await expect(stores.datasets.add({ ...again, name: '..' })).rejects.toEqual(code('SLY_USAGE'));
    });

    it('keeps the meta as it was given, with ids that stay', async () => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(stores, ['a.jpg']);
      const [car] = (await stores.projects.meta(projectId)).classes;
      const stored = await stores.projects.putMeta(projectId, {
        projectType: 'images',
        projectSettings: { labelingInterface: 'default' },
        classes: [
          { title: 'bus', shape: 'polygon', color: '#112233', geometry_config: {}, own: { deep: [1] } },
          { title: 'car', shape: 'rectangle', color: '#445566', geometry_config: {} },
        ],
        tags: [{ name: 't', value_type: 'none', color: '#778899' }],
      });
      expect(stored.classes.map((one) => one.title)).toEqual(['bus', 'car']);
      expect(stored.classes[0]).toMatchObject({ own: { deep: [1] } });
      expect(stored.classes[1]).toMatchObject({ id: car!.id, color: '#445566' });
      expect(stored.projectSettings).toEqual({ labelingInterface: 'default' });
      expect(await stores.projects.meta(projectId)).toEqual(stored);
      const listed = await stores.projects.classes(projectId, { perPage: 10 });
      expect(listed.entities[0]!.json).not.toHaveProperty('id');
      await expect(stores.projects.meta(77)).rejects.toEqual(code('SLY_NOT_FOUND'));
    });

    it('stores annotations verbatim and exports them as pixels', async () => {
      const stores = await open();
      await fill(stores);
      const projectId = await project(stores, ['a.jpg', 'b.jpg']);
      const [a, b] = (await stores.items.list({ projectId, perPage: 2 })).entities;
      const annotation = {
        ...boxOf('car'),
        own: 'kept',
        objects: [
          {
            ...boxOf('car').objects[0]!,
            points: {
              exterior: [
                [1, 2],
                [11, 21],
              ],
              interior: [],
            },
          },
        ],
      } as unknown as ImageAnnotation;
      await stores.annotations.put([{ itemId: a!.id, annotation }], { subpixel: true });
      const [first, second] = await stores.annotations.get([a!.id, b!.id]);
      expect(first).toMatchObject({ annotation, subpixel: true });
      expect(second).toMatchObject({ annotation: boxOf('car'), subpixel: false });
      const [exported] = await stores.exports.items(projectId, { after: 0, limit: 1 });
      expect(exported!.ann).toMatchObject({
        own: 'kept',
        objects: [
          {
            points: {
              exterior: [
                [1, 2],
                [10, 20],
              ],
            },
          },
        ],
      });
      const missing = [
        { itemId: b!.id, annotation },
        { itemId: 999, annotation },
      ];
      await expect(stores.annotations.put(missing, { subpixel: true })).rejects.toEqual(
        code('SLY_NOT_FOUND'),
      );
      expect((await stores.annotations.get([b!.id]))[0]!.annotation).toEqual(boxOf('car'));
    });

    it('keeps secrets by hash, once, and until their time', async () => {
      const stores = await open();
      const { accounts, tokens } = stores;
      const { userId } = await accounts.seed();
      expect((await accounts.seed()).userId).toBe(userId);
      await tokens.put({ secretHash: 'h1', kind: 'api', userId });
      await tokens.put({ secretHash: 'h2', kind: 'login', userId, expiresAt: 1000 });
      expect(await tokens.bearer('h1', 5000)).toMatchObject({ kind: 'api', userId, isAdmin: true });
      expect(await tokens.bearer('h2', 1000)).toBeUndefined();
      const takes = await Promise.all([1, 2, 3].map(() => tokens.take('h2', 'login', 500)));
      expect(takes.filter((one) => one !== undefined)).toEqual([{ userId }]);
      await tokens.put({ secretHash: 'h3', kind: 'session', userId, expiresAt: 1000 });
      await tokens.prune(2000);
      expect(await tokens.bearer('h3', 0)).toBeUndefined();
      await tokens.remove('h1');
      expect(await tokens.bearer('h1', 0)).toBeUndefined();
      const workspace = { teamId: 1, name: 'lab', description: '' };
      await accounts.addWorkspace(workspace);
      await expect(accounts.addWorkspace(workspace)).rejects.toEqual(code('SLY_NOT_UNIQUE'));
      expect((await accounts.workspaces({ perPage: 10, teamId: 1 })).total).toBe(2);
    });
  });
}
