import { randomBytes } from 'node:crypto';
import { utimesSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { sha256Of } from '../../../src/lib/hash.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { collectGarbage } from '../../../src/platform/collect-garbage.ts';
import { never, startDataPlane } from '../../support/data-plane-rig.ts';

const DAY_MS = 24 * 3600_000;

it('collects what is archived and what nothing names, after its time of grace and not before', async () => {
  const rig = await startDataPlane();
  const { stores, blobs } = rig;
  const workspaceId = (await stores.accounts.seed()).workspaceId;
  const put = async (): Promise<string> => {
    const bytes = randomBytes(500);
    await blobs.put(sha256Of(bytes), bytes);
    return sha256Of(bytes);
  };
  const [kept, gone, loose] = [await put(), await put(), await put()];
  for (const [name, sha256] of [
    ['keep', kept],
    ['archive', gone],
  ] as const) {
    const project = await stores.projects.add({ workspaceId, name, type: 'images' });
    const parent = await stores.datasets.add({ projectId: project.id, parentId: null, name: 'd' });
    const child = await stores.datasets.add({ projectId: project.id, parentId: parent.id, name: 'e' });
    await stores.items.add(child.id, [{ name: 'a.png', sha256 }]);
    if (name === 'archive') await stores.projects.archive(project.id);
  }
  // Into the dataset that stays, by an import that is under way.
  const begun = await stores.publications.begin('t', {
    attempt: 1,
    run: 1,
    projectName: 'new',
    projectType: 'images',
    conflict: 'rename',
  });
  const upload = await blobs.beginUpload('u');
  const part = randomBytes(10);
  await blobs.putPart(
    upload.uploadId,
    0,
    (async function* () {
      yield part;
    })(),
    crc32(part),
  );

  const collectAt = (ms: number) =>
    collectGarbage(
      {
        trash: stores.trash,
        archives: stores.archives,
        retention: { archiveMs: 30 * DAY_MS },
        records: stores.blobs,
        blobs,
        uploads: blobs,
        clock: { ...systemClock, now: () => Date.now() + ms },
        log: silentLogger(),
      },
      never,
    );
  await collectAt(DAY_MS / 2);
  expect(await rig.count('projects')).toBe(3);
  await collectAt(DAY_MS * 2);
  expect(await rig.count('projects')).toBe(2);
  expect(await rig.count('datasets')).toBe(2);
  expect(await rig.count('items')).toBe(1);
  expect(await blobs.missing([kept, gone])).toEqual([]);
  expect((await blobs.beginUpload('u')).received).toHaveLength(1);

  const old = (Date.now() - 4 * DAY_MS) / 1000;
  utimesSync(path.join(rig.folder, 'blobs/uploads', upload.uploadId, 'parts'), old, old);
  // A client asked for `loose` again (above it did not): its time starts anew.
  await rig.db.kysely.updateTable('blobs').set({ wanted_at: 0 }).execute();
  expect(await blobs.missing([loose])).toEqual([]);
  await collectAt(0);
  expect(await blobs.missing([kept, gone, loose])).toEqual([gone]);
  expect((await blobs.beginUpload('u')).received).toEqual([]);
  expect(begun.projectName).toBe('new');
});
