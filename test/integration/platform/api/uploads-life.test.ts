/** Whose uploads they are, how long they stay, and what a crash leaves of them. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../../../src/lib/clock.ts';
import { sha256Of } from '../../../../src/lib/hash.ts';
import { newToken } from '../../../../src/lib/ids.ts';
import { silentLogger } from '../../../../src/lib/log.ts';
import { createBrowserUploads, KEPT_MS } from '../../../../src/platform/api/uploads/browser-uploads.ts';
import { createFolderBlobStore } from '../../../../src/platform/blobs/folder-blob-store.ts';
import { recordBlobs } from '../../../../src/platform/blobs/recorded-blobs.ts';
import { openDatabase } from '../../../../src/platform/store/database.ts';
import type { Role } from '../../../../src/platform/store/repositories/accounts.ts';
import { createStores } from '../../../../src/platform/store/stores.ts';
import { startApiServer } from '../../../support/api-server.ts';
import { platformApi } from '../../../support/platform-api.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const manualClock = (): Clock & { at: number } => {
  const clock = { at: Date.parse('2026-01-01'), now: () => clock.at };
  return clock as Clock & { at: number };
};

/** The rooms over one folder, as a start of the platform opens them. */
async function open(folder: string, clock: Clock) {
  mkdirSync(folder, { recursive: true });
  const db = openDatabase(path.join(folder, 'platform.sqlite'));
  const stores = createStores(db, { clock });
  const { userId } = await stores.accounts.seed();
  const disk = createFolderBlobStore(path.join(folder, 'blobs'), { clock, log: silentLogger() });
  const blobs = recordBlobs(disk, stores.blobs);
  const uploads = createBrowserUploads({ store: stores.uploads, growing: disk.growing, blobs, clock });
  const close = async (): Promise<void> => {
    await disk.close();
    await db.close();
  };
  onTestFinished(close);
  return { userId, stores, blobs, uploads, disk, growing: path.join(folder, 'blobs', 'growing') };
}

async function* chunksOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
const nobody = (): void => undefined;
const file = (name: string, size: number) => ({ path: name, size, modifiedAt: 1 });

test('an upload is its user’s: for others it is not there, and a viewer has none', async () => {
  const server = await startApiServer({ onDisk: true });
  onTestFinished(() => server.stop());
  const [team] = (await server.api<{ entities: { id: number }[] }>('teams.list')).entities;
  async function member(login: string, role: Role): Promise<string> {
    const userId = await server.stores.accounts.addUser({ login, name: login });
    await server.stores.accounts.putMember({ teamId: team!.id, userId, role });
    const token = newToken();
    await server.stores.tokens.put({ secretHash: sha256Of(Buffer.from(token)), kind: 'api', userId });
    return token;
  }
  const [other, viewer] = [await member('other', 'manager'), await member('viewer', 'viewer')];
  const { id } = await server.api<{ id: number }>('uploads.begin', { name: 'mine', files: 1, bytes: 9 });
  const create = (token: string): Promise<Response> =>
    fetch(`${server.url}/uploads`, {
      method: 'POST',
      headers: {
        'x-api-key': token,
        'tus-resumable': '1.0.0',
        'upload-length': '9',
        'upload-metadata': `upload ${btoa(String(id))},path ${btoa('a')}`,
      },
    });
  const address = (await create(server.token)).headers.get('location');
  expect((await create(other)).status).toBe(404);
  expect((await create(viewer)).status).toBe(403);
  for (const [method, headers] of [
    ['HEAD', {}],
    ['DELETE', {}],
    ['PATCH', { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }],
  ] as const) {
    const reply = await fetch(`${server.url}${address}`, {
      method,
      headers: { 'x-api-key': other, 'tus-resumable': '1.0.0', ...headers },
      ...(method === 'PATCH' && { body: 'nine byte' }),
    });
    expect([method, reply.status]).toEqual([method, 404]);
  }
  const theirs = platformApi(server.url, other);
  expect(await theirs('uploads.list')).toEqual({ entities: [] });
  for (const [method, more] of [
    ['uploads.info', {}],
    ['uploads.remove', {}],
    ['uploads.files.list', {}],
    ['uploads.files.put', { files: [] }],
  ] as const)
    await expect(theirs(method, { id, ...more })).rejects.toThrow('404');
  await expect(theirs('imports.start', { uploadId: id })).rejects.toThrow('404');
  await expect(
    platformApi(server.url, viewer)('uploads.begin', { name: 'x', files: 0, bytes: 0 }),
  ).rejects.toThrow('403');
  expect(await server.api('uploads.info', { id })).toMatchObject({ name: 'mine', files: 0 });
});

test('what nobody came back to goes after three days, bytes and all; every byte puts it off', async () => {
  const clock = manualClock();
  const { userId, uploads, stores, growing, blobs } = await open(tempFolder('expiry'), clock);
  const { id } = await uploads.begin(userId, { name: 'left', files: 2, bytes: 20 });
  const bytes = Buffer.from('ten bytes.');
  await blobs.put(sha256Of(bytes), bytes);
  await uploads.putStored(userId, id, [{ ...file('whole', 10), sha256: sha256Of(bytes) }]);
  const { tusId } = await uploads.create(userId, id, file('half', 10));
  clock.at += KEPT_MS - 1;
  await uploads.append(userId, tusId!, chunksOf(Buffer.from('half.')), { from: 0, interrupt: nobody });
  clock.at += KEPT_MS - 1;
  expect(await uploads.removeExpired()).toBe(0);
  expect((await uploads.ask(userId, tusId!)).received).toBe(5);
  // A blob that only an upload names is not garbage.
  expect(await stores.blobs.unused(clock.at + 1, 10)).toEqual([]);

  clock.at += 1;
  await expect(uploads.ask(userId, tusId!)).rejects.toThrow('Upload with id');
  expect(await uploads.listOf(userId)).toEqual([]);
  expect(readdirSync(growing)).toEqual([tusId]);
  expect(await uploads.removeExpired()).toBe(1);
  expect(readdirSync(growing)).toEqual([]);
  expect(await stores.blobs.unused(clock.at + 1, 10)).toEqual([sha256Of(bytes)]);
});

test('bytes without a row go a day later, those with one stay', async () => {
  const clock = manualClock();
  clock.at = Date.now() + 2 * 24 * 3600_000;
  const { userId, uploads, disk, growing } = await open(tempFolder('orphans'), clock);
  const { id } = await uploads.begin(userId, { name: 'x', files: 1, bytes: 1 });
  const { tusId } = await uploads.create(userId, id, file('a', 1));
  await disk.growing.create(newToken());
  await uploads.removeExpired();
  expect(readdirSync(growing)).toEqual([tusId]);
});

test('after a crash a file goes on from its last synced byte, also between its last byte and its blob', async () => {
  const clock = manualClock();
  const folder = tempFolder('crash');
  const bytes = randomBytes(40_000_000);
  const first = await open(folder, clock);
  const { id } = await first.uploads.begin(first.userId, { name: 'x', files: 2, bytes: bytes.length });
  const { tusId } = await first.uploads.create(first.userId, id, file('a', bytes.length));
  const hang = (async function* () {
    yield bytes.subarray(0, 20_000_000);
    await new Promise<never>(() => undefined);
  })();
  const cut = first.uploads.append(first.userId, tusId!, hang, { from: 0, interrupt: nobody });
  cut.catch(() => undefined);
  const isOnDisk = async () => (await first.stores.uploads.fileByTus(tusId!))?.received;
  await expect.poll(isOnDisk, { timeout: 60_000 }).toBeGreaterThan(0);

  // Another process opens the same folder: nothing of the first one's memory is left.
  const second = await open(folder, clock);
  const { received } = await second.uploads.ask(second.userId, tusId!);
  expect(received).toBeGreaterThanOrEqual(16 << 20);
  expect(received).toBeLessThanOrEqual(20_000_000);
  // The last bytes come, and the process ends before the file is a blob.
  const rest = bytes.subarray(received);
  await second.disk.growing.append(tusId!, chunksOf(rest), {
    from: received,
    size: bytes.length,
    onDurable: (upTo) => second.stores.uploads.noteReceived(tusId!, upTo),
  });

  const third = await open(folder, clock);
  await third.uploads.settle(id);
  const [row] = await third.uploads.files(third.userId, id, { limit: 10 });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(row).toMatchObject({ stored: true, sha256, received: bytes.length });
  expect(await third.blobs.size(sha256)).toBe(bytes.length);
  // Once more: the bytes have moved already.
  await third.stores.uploads.noteHash(tusId!, sha256);
  await third.uploads.settle(id);
  expect((await third.uploads.get(third.userId, id)).files).toBe(1);
});
