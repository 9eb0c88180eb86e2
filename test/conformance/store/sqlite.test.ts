import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { openDatabase } from '../../../src/platform/store/database.ts';
import { createStores } from '../../../src/platform/store/stores.ts';
import { planOf } from '../../support/query-plans.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { boxOf, each, fill, sha, storeSuite } from './suite.ts';

function open(file = path.join(tempFolder('store'), 'platform.sqlite')) {
  const db = openDatabase(file);
  onTestFinished(() => db.close());
  return { db, file, stores: createStores(db, { clock: systemClock }) };
}

storeSuite('SQLite', async () => open().stores);

/** Tables that grow with what is imported, and their short names in the statements. */
const GROWING = /\bSCAN (items|annotations|datasets|blobs|i|d|a|b)\b/;

it('finds its rows by an index, whatever is asked', async () => {
  const texts = new Set<string>();
  const { prepare } = Sqlite.prototype;
  const spy = vi.spyOn(Sqlite.prototype, 'prepare').mockImplementation(function (
    this: Sqlite.Database,
    text,
  ) {
    texts.add(text);
    return prepare.call(this, text);
  });
  onTestFinished(() => spy.mockRestore());
  const { db, file, stores } = open();
  const workspaceId = await fill(stores);
  const { publications, items, datasets, projects, annotations, exports, archives, blobs } = stores;
  const request = {
    attempt: 1,
    run: 1,
    projectName: 'p',
    projectType: 'images',
    conflict: 'replace',
  } as const;
  const lines = [1, 2, 3].map((at) => ({
    dataset: 'd/e',
    name: `${at}`,
    sha256: sha(at),
    ann: boxOf('car'),
  }));
  for (const key of ['one', 'two', 'three']) {
    const meta = { classes: [{ title: 'car', shape: key === 'one' ? 'any' : 'rectangle' }], tags: [] };
    const append = key === 'one' ? {} : { appendToProjectId: 1 };
    const { publicationId } = await publications.begin(key, { ...request, ...append });
    await publications.putSegment(publicationId, 1, each(lines));
    if (key === 'three') await publications.drop(publicationId);
    else await publications.commit(publicationId, { meta, segments: 1 });
  }
  await publications.dropOpenOf('three', 1);
  const filter = [{ field: 'name', operator: 'like', value: '1%' }] as const;
  for (const recursive of [true, false]) {
    const { entities } = await datasets.list({ projectId: 1, recursive, perPage: 10 });
    for (const { id } of entities) {
      await items.list({ datasetId: id, recursive, filter, sort: 'updatedAt', perPage: 5 });
      await items.list({ datasetId: id, recursive, after: 1, perPage: 5 });
      await datasets.get(id);
    }
  }
  await items.list({ projectId: 1, filter, perPage: 5 });
  const added = await datasets.add({ projectId: 1, parentId: null, name: 'new' });
  const [row] = await items.add(added.id, [{ name: 'x', sha256: sha(9) }]);
  await items.update(row!.id, { name: 'y' });
  await annotations.put([{ itemId: row!.id, annotation: boxOf('car') }], { subpixel: false });
  await annotations.get([row!.id]);
  await exports.project(1);
  await exports.items(1, { after: 0, limit: 10, datasetIds: [added.id] });
  await archives.register('e', { attempt: 1, name: 'n', sha256: sha(8), size: 1, files: 1 });
  await blobs.unknown([sha(1), sha(77)]);
  await blobs.remove(await blobs.unused(Date.now() + 1, 10));
  await projects.list({ workspaceId, perPage: 5 });
  await items.remove([row!.id]);
  await datasets.update(added.id, { name: 'newer' });
  await datasets.archive(added.id);
  await projects.archive(1);
  while ((await stores.trash.removeArchived(Date.now() + 1)) > 0);
  const asked = [...texts];
  await db.close();

  const reader = new Sqlite(file, { readonly: true });
  const scans = asked
    .filter((text) => /^\s*(select|with|insert|update|delete)/i.test(text))
    // Who a dataset is by has no index: only taking a user away would look it up, and that nobody does.
    .filter((text) => !text.includes('into "users"'))
    .flatMap((text) => {
      const scans = planOf(reader, text).filter((detail) => GROWING.test(detail));
      return scans.map((detail) => `${detail}: ${text}`);
    });
  reader.close();
  expect(asked.length).toBeGreaterThan(60);
  expect(scans).toEqual([]);
});

it('goes on clearing what a killed process had begun to clear', async () => {
  const { db, stores } = open();
  await fill(stores);
  const request = {
    attempt: 1,
    run: 1,
    projectName: 'p',
    projectType: 'images',
    conflict: 'rename',
  } as const;
  const begun = await stores.publications.begin('t', request);
  await stores.publications.putSegment(
    begun.publicationId,
    1,
    each([{ dataset: 'd', name: 'a', sha256: sha(1) }]),
  );
  // As if the process had died right after the first transaction of `drop`.
  await db.kysely.updateTable('publications').set({ state: 'dropped' }).execute();
  await stores.publications.dropOpenOf('t', 1);
  const left = await db.kysely.selectFrom('items').select('id').execute();
  expect(left).toEqual([]);
  expect(await db.kysely.selectFrom('projects').select('id').execute()).toEqual([]);
});
