import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { sha256Of } from '../../../../src/lib/hash.ts';
import { createBlobRecords } from '../../../../src/platform/store/blob-records.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

// Not the synchronous one: the server that answers is in this process.
const run = promisify(execFile);
const NAME = "it's a street.tar";
const bytes = randomBytes(50_000);
let server: ApiServer;
let id: number;

beforeAll(async () => {
  server = await startApiServer({ retention: { archiveMs: 3600_000 } });
  id = await archive(NAME, bytes);
});
afterAll(() => server.stop());

async function archive(name: string, content: Buffer): Promise<number> {
  const sha256 = sha256Of(content);
  await server.blobs.put(sha256, content);
  const request = { attempt: 1, name, sha256, size: content.length, files: 1 };
  return (await server.stores.archives.register(`key-${name}`, request)).id;
}

test('listed with its hash, size and end; the newest first, in pages', async () => {
  const second = await archive('b.tar', Buffer.from('b'));
  const { entities } = await server.api<{ entities: { id: number; expiresAt: string; createdAt: string }[] }>(
    'archives.list',
  );
  expect(entities).toMatchObject([
    { id: second, name: 'b.tar' },
    { id, name: NAME, sha256: sha256Of(bytes), size: bytes.length },
  ]);
  const [, first] = entities;
  expect(Date.parse(first!.expiresAt) - Date.parse(first!.createdAt)).toBe(3600_000);
  expect(await server.api('archives.list', { limit: 1 })).toMatchObject({
    entities: [{ id: second }],
    next: second,
  });
  expect(await server.api('archives.list', { before: second })).toMatchObject({
    entities: [{ id }],
    next: null,
  });
});

test('a link reads this archive and nothing else', async () => {
  const link = await server.api<{ url: string; expiresAt: string }>('archives.link', { id });
  const got = await fetch(link.url);
  expect([got.status, Buffer.from(await got.arrayBuffer()).equals(bytes)]).toEqual([200, true]);
  // Never past the end of the archive itself.
  expect(Date.parse(link.expiresAt)).toBeLessThanOrEqual(Date.now() + 3600_000);

  const other = await archive('other.tar', Buffer.from('secret'));
  const query = new URL(link.url).search;
  const changed = (from: string | RegExp, to: string): string => link.url.replace(from, to);
  for (const url of [
    `${server.url}/archives/${other}/other.tar${query}`,
    `${server.url}/archives/999/x${query}`,
    changed(/expires=\d+/, 'expires=99999999999'),
    changed(/signature=./, 'signature=!'),
    changed(/signature=.*/, 'signature='),
    changed(/signature=.*/, ''),
    `${server.url}/archives/${id}/${encodeURIComponent(NAME)}?expires=1&signature=a`,
  ]) {
    const refused = await fetch(url);
    expect([url, [401, 403].includes(refused.status)]).toEqual([url, true]);
  }
  expect((await fetch(`${server.url}/files/team/1/x${query}`)).status).toBe(401);
  expect((await fetch(`${server.url}/archives/${id}/other-name${query}`)).status).toBe(404);
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;
test.skipIf(!hasCurl)('the command in the answer goes on with a download that was cut', async () => {
  const link = await server.api<{ curl: string }>('archives.link', { id });
  const folder = mkdtempSync(path.join(tmpdir(), 'sly-curl-'));
  writeFileSync(path.join(folder, NAME), bytes.subarray(0, 12_345));
  await run('sh', ['-c', `${link.curl} -s`], { cwd: folder });
  expect(readFileSync(path.join(folder, NAME)).equals(bytes)).toBe(true);
  rmSync(folder, { recursive: true });
});

test('after its time it is gone for everybody, and its bytes are collected', async () => {
  const old = await archive('old.tar', Buffer.from('old'));
  const short = await startApiServer({ retention: { archiveMs: 1 } });
  const content = Buffer.from('short');
  await short.blobs.put(sha256Of(content), content);
  const row = await short.stores.archives.register('k', {
    attempt: 1,
    name: 's.tar',
    sha256: sha256Of(content),
    size: content.length,
    files: 1,
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const get = await fetch(`${short.url}/archives/${row.id}/s.tar`, { headers: { 'x-api-key': short.token } });
  expect([get.status, await get.text()]).toEqual([404, expect.stringContaining('expired')]);
  expect(await short.api('archives.list')).toEqual({ entities: [], next: null });
  await expect(short.api('archives.link', { id: row.id })).rejects.toThrow('expired');
  expect(await short.stores.archives.removeExpired(Date.now(), 10)).toBe(1);
  const records = createBlobRecords(short.db, { clock: systemClock });
  expect(await records.unused(Date.now() + 1000, 10)).toEqual([sha256Of(content)]);
  await short.stop();

  await server.api('archives.remove', { id: old });
  await server.api('archives.remove', { id: old });
  await expect(server.api('archives.info', { id: old })).rejects.toThrow('404');
  expect(await server.stores.archives.removeExpired(Date.now() - 3600_000, 10)).toBe(0);
});
