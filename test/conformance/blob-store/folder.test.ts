import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { sha256Of, sha256OfFile } from '../../../src/lib/hash.ts';
import { silentLogger } from '../../../src/lib/log.ts';
import { createFolderBlobStore } from '../../../src/platform/blobs/folder-blob-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { blobStoreSuite, readBlob, streamOf } from './suite.ts';

const PART = 1 << 20;

function openStore(root: string) {
  const store = createFolderBlobStore(root, { clock: systemClock, log: silentLogger(), partSize: PART });
  onTestFinished(() => store.close());
  return store;
}

blobStoreSuite('folder', async () => {
  const root = path.join(tempFolder('blobs'), 'store');
  return { blobs: openStore(root), reopen: async () => openStore(root) };
});

/** Every blob, with the check that its bytes have the hash of its name. */
async function wholeBlobs(root: string): Promise<string[]> {
  const names: string[] = [];
  for (const folder of readdirSync(path.join(root, 'objects'))) {
    for (const name of readdirSync(path.join(root, 'objects', folder))) {
      const { sha256 } = await sha256OfFile(path.join(root, 'objects', folder, name));
      expect(sha256).toBe(name);
      names.push(name);
    }
  }
  return names;
}

it('holds whole blobs only, whenever the process is killed', async () => {
  const root = path.join(tempFolder('kill'), 'store');
  const program = path.resolve(import.meta.dirname, '../../support/put-blobs.ts');
  let acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [program, root, String(round)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    while (text.split('\n').length < 20 + round * 7 && child.exitCode === null) await wait(2);
    child.kill('SIGKILL');
    await ended;
    acknowledged = [...acknowledged, ...text.split('\n').slice(0, -1)];
  }
  expect(acknowledged.length).toBeGreaterThan(80);
  const store = openStore(root);
  const whole = new Set(await wholeBlobs(root));
  expect(acknowledged.filter((sha256) => !whole.has(sha256))).toEqual([]);
  await store.put(sha256Of(Buffer.from('next')), Buffer.from('next'));
  expect(readdirSync(path.join(root, 'temp'))).toEqual([]);
});

it('commits nothing of a batch when the disk lost what was written', async () => {
  const root = path.join(tempFolder('lost'), 'store');
  const store = openStore(root);
  const batch = store.batch();
  const sha256 = await batch.add(randomBytes(1000));
  const other = await batch.add(randomBytes(1000));
  for (const name of readdirSync(path.join(root, 'temp'))) rmSync(path.join(root, 'temp', name));
  await expect(batch.commit()).rejects.toThrow('ENOENT');
  await batch.abort();
  expect(await store.missing([sha256, other])).toEqual([sha256, other]);
});

it('removes what an earlier process left of a batch', async () => {
  const root = path.join(tempFolder('left'), 'store');
  await openStore(root).batch().add(randomBytes(1000));
  expect(readdirSync(path.join(root, 'temp'))).toHaveLength(1);
  const sha256 = await openStore(root).batch().add(randomBytes(1000));
  expect(readdirSync(path.join(root, 'temp'))).toHaveLength(1);
  expect(await openStore(root).missing([sha256])).toEqual([sha256]);
});

it('stores on after somebody took the empty folders away', async () => {
  const root = path.join(tempFolder('emptied'), 'store');
  const store = openStore(root);
  const bytes = randomBytes(1000);
  const sha256 = sha256Of(bytes);
  await store.put(sha256, bytes);
  await store.delete([sha256]);
  rmdirSync(path.join(root, 'objects', sha256.slice(0, 2)));
  await store.put(sha256, bytes);
  expect(await wholeBlobs(root)).toEqual([sha256]);
});

it('assembles a large upload without a second copy of it', async () => {
  const root = path.join(tempFolder('large'), 'store');
  const store = openStore(root);
  const bytes = randomBytes(20 * PART + 5);
  const upload = await store.beginUpload('large');
  const { crc32 } = await import('node:zlib');
  for (let part = 0; part <= 20; part++) {
    const piece = bytes.subarray(part * PART, (part + 1) * PART);
    await store.putPart(upload.uploadId, part, streamOf(piece), crc32(piece));
  }
  const before = statSync(path.join(root, 'uploads', upload.uploadId, 'data')).ino;
  const sha256 = sha256Of(bytes);
  await store.completeUpload(upload.uploadId, { sha256, size: bytes.length });
  expect(statSync(path.join(root, 'objects', sha256.slice(0, 2), sha256)).ino).toBe(before);
});

it('prunes uploads nobody came back to, and only those', async () => {
  const root = path.join(tempFolder('prune'), 'store');
  const store = openStore(root);
  const { crc32 } = await import('node:zlib');
  const piece = randomBytes(PART);
  const old = await store.beginUpload('old');
  const fresh = await store.beginUpload('fresh');
  for (const { uploadId } of [old, fresh]) await store.putPart(uploadId, 0, streamOf(piece), crc32(piece));
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(path.join(root, 'uploads', old.uploadId, 'parts'), hourAgo, hourAgo);
  expect(await store.pruneUploads(Date.now() - 60_000)).toBe(1);
  expect((await store.beginUpload('old')).received).toEqual([]);
  expect((await store.beginUpload('fresh')).received).toHaveLength(1);
});

const mountPoint = path.join(tmpdir(), `sly-small-disk-${process.pid}`);
const small =
  process.getuid?.() === 0 &&
  (() => {
    mkdirSync(mountPoint, { recursive: true });
    const options = ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mountPoint];
    const works = spawnSync('mount', options).status === 0 && spawnSync('umount', [mountPoint]).status === 0;
    rmdirSync(mountPoint);
    return works;
  })();

it.runIf(small)(
  'says that the disk is full, keeps nothing half-written, and goes on when there is room',
  async () => {
    mkdirSync(mountPoint);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mountPoint]);
    onTestFinished(() => {
      spawnSync('umount', [mountPoint]);
      rmdirSync(mountPoint);
    });
    const root = path.join(mountPoint, 'store');
    const store = openStore(root);
    const full = expect.objectContaining({ code: 'SLY_DISK_FULL', retryable: true });
    const kept = randomBytes(1_500_000);
    await store.put(sha256Of(kept), kept);
    const more = randomBytes(2_500_000);
    await expect(store.put(sha256Of(more), more)).rejects.toEqual(full);
    await expect(store.putStream(streamOf(more))).rejects.toEqual(full);
    const batch = store.batch();
    await batch.add(more.subarray(0, 900_000));
    await expect(batch.add(more.subarray(900_000))).rejects.toEqual(full);
    await batch.abort();
    expect(readdirSync(path.join(root, 'temp'))).toEqual([]);
    const { crc32 } = await import('node:zlib');
    const { uploadId } = await store.beginUpload('u');
    const piece = more.subarray(0, PART);
    await store.putPart(uploadId, 0, streamOf(piece), crc32(piece));
    const next = more.subarray(PART, 2 * PART);
    await expect(store.putPart(uploadId, 1, streamOf(next), crc32(next))).rejects.toEqual(full);
    await store.delete([sha256Of(kept)]);
    await store.putPart(uploadId, 1, streamOf(next), crc32(next));
    const whole = more.subarray(0, 2 * PART);
    await store.completeUpload(uploadId, { sha256: sha256Of(whole), size: whole.length });
    expect((await readBlob(store, sha256Of(whole))).equals(whole)).toBe(true);
  },
);
