import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { list } from 'tar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { multipartBody, teamFileParts } from '../../../support/multipart.ts';

type File = {
  id: number;
  path: string;
  name: string;
  hash: string;
  type: string;
  updatedAt: string;
  storagePath: string;
};
type Page = { entities: { type: string; path: string }[]; continuationToken: string | null };

let server: ApiServer;
let teamId: number;
beforeAll(async () => {
  server = await startApiServer();
  ({ teamId } = await server.stores.accounts.seed());
});
afterAll(() => server.stop());

const API = '/public/api/v3';
const send = (method: string, init: RequestInit): Promise<Response> =>
  fetch(`${server.url}${API}/${method}`, {
    method: 'POST',
    ...init,
    headers: { 'x-api-key': server.token, ...init.headers },
  });
const post = (method: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  send(method, { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

async function upload(files: Record<string, Uint8Array>): Promise<File[]> {
  const { body, contentType } = multipartBody(teamFileParts(files));
  const response = await send(`file-storage.bulk.upload?teamId=${teamId}`, {
    body,
    headers: { 'content-type': contentType },
  });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as File[];
}

async function pages(folder: string, more: object = {}): Promise<{ type: string; path: string }[]> {
  const entities: { type: string; path: string }[] = [];
  for (let token: string | null | undefined; token !== null; ) {
    const page: Page = await server.api('file-storage.v2.list', {
      teamId,
      path: folder,
      recursive: false,
      withMetadata: true,
      files: true,
      folders: true,
      ...more,
      ...(token !== undefined && { continuationToken: token }),
    });
    entities.push(...page.entities);
    token = page.continuationToken;
  }
  return entities;
}

describe('up', () => {
  test('triples come back in order, with what the SDK reads', async () => {
    const [a, b] = [randomBytes(10), randomBytes(3 << 20)];
    const rows = await upload({ '/up/ds1/b.json': a, '/up/ds1/a ü.bin': b });
    expect(rows).toMatchObject([
      {
        teamId,
        type: 'file',
        path: '/up/ds1/b.json',
        name: 'b.json',
        hash: hexToBase64(sha256Of(a)),
        meta: { size: 10, mime: 'application/json', ext: 'json' },
      },
      { path: '/up/ds1/a ü.bin', hash: hexToBase64(sha256Of(b)), meta: { size: 3 << 20, ext: 'bin' } },
    ]);
    expect(await server.api('file-storage.info', { id: rows[0]?.id })).toEqual(rows[0]);
  });

  test('a replay changes nothing; other bytes replace, under the same id', async () => {
    const [first] = await upload({ '/replay/x': Buffer.from('one') });
    const [again] = await upload({ '/replay/x': Buffer.from('one') });
    expect(again).toEqual(first);
    const [other] = await upload({ '/replay/x': Buffer.from('two') });
    expect([other?.id, other?.hash === first?.hash]).toEqual([first?.id, false]);
    expect(await pages('/replay/')).toHaveLength(1);
  });

  test('a raw chunked body of any length', async () => {
    const bytes = randomBytes(5_000_000);
    const put = (): Promise<Response> =>
      send(`file-storage.upload?teamId=${teamId}&path=${encodeURIComponent('/raw/big file.bin')}`, {
        body: Readable.toWeb(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)])) as ReadableStream,
        headers: { 'content-type': 'application/octet-stream' },
        duplex: 'half',
      } as RequestInit);
    const answers = await Promise.all([put(), put()]);
    const rows = (await Promise.all(answers.map((one) => one.json()))) as File[];
    expect(rows[0]).toMatchObject({ path: '/raw/big file.bin', hash: hexToBase64(sha256Of(bytes)) });
    expect(rows[1]).toEqual(rows[0]);
    const empty = await send(`file-storage.upload?teamId=${teamId}&path=/raw/empty`, {
      body: '',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(await empty.json()).toMatchObject({ path: '/raw/empty', meta: { size: 0 } });
  });

  test('the same path by many at once is one file, whole', async () => {
    const contents = Array.from({ length: 8 }, () => randomBytes(100_000));
    await Promise.all(contents.map((bytes) => upload({ '/race/x.bin': bytes })));
    const got = Buffer.from(
      await (await post('file-storage.download', { teamId, path: '/race/x.bin' })).arrayBuffer(),
    );
    expect(contents.some((bytes) => bytes.equals(got))).toBe(true);
    expect(await pages('/race/')).toHaveLength(1);
  });

  test('a name is a file or a folder, never both, and all of a request or nothing', async () => {
    await upload({ '/both/a/b': Buffer.from('x') });
    for (const taken of ['/both/a', '/both/a/b/c']) {
      const { body, contentType } = multipartBody(
        teamFileParts({ '/both/other': Buffer.from('y'), [taken]: Buffer.from('y') }),
      );
      const response = await send(`file-storage.bulk.upload?teamId=${teamId}`, {
        body,
        headers: { 'content-type': contentType },
      });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { error: string }).error).toContain(taken);
    }
    expect((await pages('/both/')).map((one) => one.path)).toEqual(['/both/a/']);
  });
});

describe('lists', () => {
  const NAMES = ['B', 'a', 'a/x', 'a/y/z', 'a-b', 'aB', 'é', '𝒳', '￿'];
  beforeAll(async () => {
    await upload(
      Object.fromEntries(NAMES.filter((one) => one !== 'a').map((one) => [`/list/${one}`, Buffer.from(one)])),
    );
  });

  test('a prefix, as one bare array in the order of bytes', async () => {
    const found: File[] = await server.api('file-storage.list', { teamId, path: '/list/a', recursive: true });
    expect(found.map((one) => one.path)).toEqual(['/list/a-b', '/list/a/x', '/list/a/y/z', '/list/aB']);
    // What the SDK does to find one file.
    const one: File[] = await server.api('file-storage.list', { teamId, path: '/list/aB', recursive: true });
    expect(one.map((file) => file.path)).toEqual(['/list/aB']);
    expect(await server.api('file-storage.list', { teamId, path: '/list/ab' })).toEqual([]);
    const direct: File[] = await server.api('file-storage.list', {
      teamId,
      path: '/list/',
      recursive: false,
    });
    expect(direct.map((file) => file.path)).toEqual([
      '/list/B',
      '/list/a-b',
      '/list/aB',
      '/list/é',
      '/list/￿',
      '/list/𝒳',
    ]);
  });

  test('folders of a folder, in pages of any size', async () => {
    const whole = await pages('/list/');
    expect(whole.map((one) => `${one.type} ${one.path}`)).toEqual([
      'file /list/B',
      'file /list/a-b',
      'folder /list/a/',
      'file /list/aB',
      'file /list/é',
      'file /list/￿',
      'file /list/𝒳',
    ]);
    for (const limit of [1, 2, 3, 7, 8]) expect(await pages('/list/', { limit })).toEqual(whole);
    const deep = await pages('/list/', { recursive: true });
    expect(deep.map((one) => one.path)).toEqual([
      ...['/list/B', '/list/a-b', '/list/a/', '/list/a/x', '/list/a/y/', '/list/a/y/z', '/list/aB'],
      ...['/list/é', '/list/￿', '/list/𝒳'],
    ]);
    for (const limit of [1, 2, 3]) expect(await pages('/list/', { recursive: true, limit })).toEqual(deep);
    const folders = await pages('/list/', { files: false, limit: 2 });
    expect(folders.map((one) => one.path)).toEqual(['/list/a/']);
    expect((await pages('/')).find((one) => one.path === '/list/')).toMatchObject({
      type: 'folder',
      name: 'list',
    });
  });

  test('while files come and go, what stays is listed once', async () => {
    const stay = Array.from({ length: 120 }, (_, at) => `/busy/${String(at).padStart(3, '0')}/f`);
    await upload(Object.fromEntries(stay.map((one) => [one, Buffer.from(one)])));
    let more = true;
    const noise = (async () => {
      for (let at = 0; more; at++) {
        await upload({ [`/busy/${String(at % 120).padStart(3, '0')}/g${at}`]: Buffer.from('n') });
        await server.api('file-storage.remove', {
          teamId,
          path: `/busy/${String(at % 120).padStart(3, '0')}/g${at}`,
        });
      }
    })();
    for (let round = 0; round < 3; round++) {
      const seen = (await pages('/busy/', { recursive: true, limit: 7 })).map((one) => one.path);
      expect(new Set(seen).size).toBe(seen.length);
      expect(stay.filter((one) => !seen.includes(one))).toEqual([]);
    }
    more = false;
    await noise;
  });
});

test('removed: a file, a folder with all below, what is not there; never everything', async () => {
  const files = ['/rm/a', '/rm/a2', '/rm/d/x', '/rm/d/e/y', '/rm/d2'];
  await upload(Object.fromEntries(files.map((one) => [one, Buffer.from(one)])));
  await server.api('file-storage.remove', { teamId, path: '/rm/a' });
  await server.api('file-storage.remove', { teamId, path: '/rm/d/' });
  await server.api('file-storage.bulk.remove', { teamId, paths: ['/rm/nowhere', '/rm/none/', '/rm/a'] });
  expect((await pages('/rm/', { recursive: true })).map((one) => one.path)).toEqual(['/rm/a2', '/rm/d2']);
  for (const top of ['/', '', '//']) {
    expect((await post('file-storage.remove', { teamId, path: top })).status).toBe(400);
  }
});

describe('down', () => {
  const bytes = randomBytes(100_000);

  test('a file: whole, a range, conditions, checksum', async () => {
    await upload({ '/down/f.bin': bytes });
    const ask = (headers: Record<string, string> = {}): Promise<Response> =>
      post('file-storage.download', { teamId, path: '/down/f.bin' }, headers);
    const whole = await ask();
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const etag = whole.headers.get('etag') ?? '';
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-length': '100000',
      'x-content-checksum-sha256': hexToBase64(sha256Of(bytes)),
    });
    const part = await ask({ range: 'bytes=10-99', 'if-range': etag });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-99/100000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 100))).toBe(true);
    expect((await ask({ range: 'bytes=10-99', 'if-range': '"old"' })).status).toBe(200);
    expect((await ask({ 'if-none-match': etag })).status).toBe(304);
    expect((await ask({ range: 'bytes=100000-' })).status).toBe(416);
    expect((await post('file-storage.download', { teamId, path: '/down/none' })).status).toBe(404);
    expect((await post('file-storage.download', { teamId: 99, path: '/down/f.bin' })).status).toBe(404);
  });

  test('a folder: an uncompressed tar with one top directory, which tar unpacks', async () => {
    const long = `${'n'.repeat(200)}.txt`;
    const files = {
      '/tar/my data/a.txt': Buffer.from('A'),
      '/tar/my data/empty': Buffer.alloc(0),
      [`/tar/my data/déép/${long}`]: randomBytes(1000),
      [`/tar/my data/${'d'.repeat(120)}/${'e'.repeat(120)}/f`]: randomBytes(513),
    };
    await upload({ ...files, '/tar/my data2/no': Buffer.from('no') });
    for (const asked of ['/tar/my data/', '/tar/my data']) {
      const response = await post('file-storage.download', { teamId, path: asked });
      expect([response.status, response.headers.get('content-encoding')]).toEqual([200, null]);
      const folder = mkdtempSync(path.join(tmpdir(), 'sly-tar-'));
      const file = path.join(folder, 'temp.tar');
      writeFileSync(file, Buffer.from(await response.arrayBuffer()));
      const entries: string[] = [];
      await list({ file, onReadEntry: (entry) => void entries.push(entry.path) });
      expect(entries.every((one) => one.startsWith('my data/'))).toBe(true);
      expect(entries).toHaveLength(4);
      execFileSync('tar', ['-xf', file, '-C', folder]);
      for (const [name, content] of Object.entries(files))
        expect(readFileSync(path.join(folder, name.slice('/tar/'.length))).equals(content)).toBe(true);
      rmSync(folder, { recursive: true });
    }
  });

  test('the address in an answer is a download that cannot run', async () => {
    const [row] = await upload({ '/down/page.html': Buffer.from('<script>alert(1)</script>') });
    const response = await fetch(`${server.url}${row?.storagePath}`, {
      headers: { 'x-api-key': server.token },
    });
    expect(await response.text()).toContain('<script>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await fetch(`${server.url}${row?.storagePath}`)).status).toBe(401);
  });
});
