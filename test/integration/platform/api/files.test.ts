import { randomBytes } from 'node:crypto';
import { encode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
let archive: string;
const bytes = randomBytes(10_000);
const sha256 = sha256Of(bytes);
const NAME = 'street "für" 50%.tar';

beforeAll(async () => {
  server = await startApiServer();
  await server.blobs.put(sha256, bytes);
  const { id } = await server.stores.archives.register('task-key', {
    attempt: 1,
    name: NAME,
    sha256,
    size: bytes.length,
    files: 3,
  });
  archive = `/archives/${id}/${encodeURIComponent(NAME)}`;
  expect(await server.api('archives.info', { id })).toMatchObject({
    link: archive,
    sha256,
    size: bytes.length,
    files: 3,
  });
});
afterAll(() => server.stop());

function get(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return fetch(`${server.url}${url}`, { method, headers: { 'x-api-key': server.token, ...headers } });
}
const bodyOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

describe('an archive', () => {
  test('whole', async () => {
    const response = await get(archive);
    expect(response.status).toBe(200);
    expect((await bodyOf(response)).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '10000',
      'content-type': 'application/x-tar',
      'accept-ranges': 'bytes',
      etag: `"${sha256}"`,
      'x-content-checksum-sha256': hexToBase64(sha256),
      'content-disposition': `attachment; filename="street _f_r_ 50_.tar"; filename*=UTF-8''street%20%22f%C3%BCr%22%2050%25.tar`,
    });
    expect(response.headers.has('content-encoding')).toBe(false);
  });

  test('HEAD says the same and sends nothing', async () => {
    const response = await get(archive, {}, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '10000']);
    expect(await bodyOf(response)).toHaveLength(0);
    const part = await get(archive, { range: 'bytes=0-9' }, 'HEAD');
    expect([part.status, part.headers.get('content-length')]).toEqual([206, '10']);
  });

  test.each([
    ['bytes=0-', 0, 10_000],
    ['bytes=10-99', 10, 100],
    ['bytes=9990-', 9990, 10_000],
    ['bytes=-7', 9993, 10_000],
  ])('a part: %s', async (range, start, end) => {
    const response = await get(archive, { range });
    expect([response.status, response.headers.get('content-range')]).toEqual([
      206,
      `bytes ${start}-${end - 1}/10000`,
    ]);
    expect(response.headers.get('x-content-checksum-sha256')).toBe(hexToBase64(sha256));
    expect((await bodyOf(response)).equals(bytes.subarray(start, end))).toBe(true);
  });

  test('a broken download goes on where it stopped', async () => {
    const first = await bodyOf(await get(archive, { range: 'bytes=0-4321' }));
    const rest = await bodyOf(
      await get(archive, { range: `bytes=${first.length}-`, 'if-range': `"${sha256}"` }),
    );
    expect(Buffer.concat([first, rest]).equals(bytes)).toBe(true);
  });

  test('a condition that does not hold gets the whole', async () => {
    const response = await get(archive, { range: 'bytes=5-', 'if-range': '"something else"' });
    expect([response.status, (await bodyOf(response)).length]).toEqual([200, 10_000]);
  });

  test('known bytes are not sent again; bytes past the end are refused', async () => {
    expect((await get(archive, { 'if-none-match': `"${sha256}"` })).status).toBe(304);
    const past = await get(archive, { range: 'bytes=10000-' });
    expect([past.status, past.headers.get('content-range')]).toEqual([416, 'bytes */10000']);
  });

  test('only under its own name', async () => {
    expect((await get(archive.replace('street', 'other'))).status).toBe(404);
    expect((await get('/archives/abc/x')).status).toBe(404);
    expect((await get('/archives/1/..%2f..%2fetc%2fpasswd')).status).toBe(404);
  });
});

describe('pictures', () => {
  async function add(name: string, content: Buffer): Promise<number> {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', {
      name: `p ${name}`,
      workspaceId: 1,
    });
    const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'ds' });
    const hash = sha256Of(content);
    await server.blobs.put(hash, content);
    const [row] = await server.api<{ id: number }[]>('images.bulk.add', {
      datasetId,
      images: [{ name, hash: hexToBase64(hash) }],
    });
    return row?.id ?? 0;
  }

  test('a picture is shown, and can do nothing', async () => {
    const response = await get(
      `/files/images/${await add('a.png', Buffer.from(encode({ width: 1, height: 1, channels: 1, depth: 8, data: new Uint8Array(1) })))}`,
    );
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': expect.stringMatching(/^inline/),
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test('what may hold script is a download', async () => {
    const response = await get(`/files/images/${await add('a.svg', Buffer.from('<svg onload="x()"/>'))}`);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  test('images.download: whole, part, checksum', async () => {
    const id = await add('b.png', bytes);
    const ask = (headers: Record<string, string>) =>
      fetch(`${server.url}/public/api/v3/images.download`, {
        method: 'POST',
        headers: { 'x-api-key': server.token, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ id }),
      });
    const whole = await ask({});
    expect([whole.status, whole.headers.get('x-content-checksum-sha256')]).toEqual([
      200,
      hexToBase64(sha256),
    ]);
    expect((await bodyOf(whole)).equals(bytes)).toBe(true);
    const part = await ask({ range: 'bytes=100-' });
    expect([part.status, (await bodyOf(part)).equals(bytes.subarray(100))]).toEqual([206, true]);
  });
});
