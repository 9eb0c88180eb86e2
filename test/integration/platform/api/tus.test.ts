/** Resumable uploads over real sockets and a real disk. */
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Of } from '../../../../src/lib/hash.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
});
afterAll(() => server?.stop());

const CHUNK = 'application/offset+octet-stream';

function ask(
  path: string,
  method: string,
  headers: Record<string, string> = {},
  body?: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: { 'x-api-key': server.token, 'tus-resumable': '1.0.0', ...headers },
    ...(body !== undefined && { body }),
  });
}

async function begin(files = 1, bytes = 0): Promise<number> {
  return (await server.api<{ id: number }>('uploads.begin', { name: 'street', files, bytes })).id;
}

const metadata = (pairs: Record<string, string>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');

async function create(upload: number, path: string, size: number): Promise<string> {
  const reply = await ask('/uploads', 'POST', {
    'upload-length': String(size),
    'upload-metadata': metadata({ upload: String(upload), path, modified: '1700000000000' }),
  });
  expect(reply.status).toBe(201);
  return reply.headers.get('location') ?? '';
}

const patch = (
  file: string,
  offset: number,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  ask(file, 'PATCH', { 'content-type': CHUNK, 'upload-offset': String(offset), ...headers }, body);

async function offsetOf(file: string): Promise<number> {
  return Number((await ask(file, 'HEAD')).headers.get('upload-offset'));
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

async function readBlob(hash: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await server.blobs.open(Buffer.from(hash, 'base64').toString('hex')))
    chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

describe('tus', () => {
  test('says what it can do without being asked who asks', async () => {
    const reply = await fetch(`${server.url}/uploads`, { method: 'OPTIONS' });
    expect(reply.status).toBe(204);
    expect(reply.headers.get('tus-version')).toBe('1.0.0');
    expect(reply.headers.get('tus-extension')).toBe('creation,termination,checksum,expiration');
    expect(reply.headers.get('tus-checksum-algorithm')).toContain('sha1');
  });

  test('a file in three chunks is a blob in the end, and its offset is told on the way', async () => {
    const bytes = randomBytes(3_000_001);
    const upload = await begin(1, bytes.length);
    const file = await create(upload, 'images/a.bin', bytes.length);
    let at = 0;
    for (const end of [1_000_000, 2_500_000, bytes.length]) {
      const reply = await patch(file, at, bytes.subarray(at, end));
      expect([reply.status, reply.headers.get('upload-offset')]).toEqual([204, String(end)]);
      expect(Date.parse(reply.headers.get('upload-expires') ?? '')).toBeGreaterThan(
        Date.now() + 2 * 86_400_000,
      );
      expect(await offsetOf(file)).toBe(end);
      at = end;
    }
    expect(await server.api('uploads.info', { id: upload })).toMatchObject({
      files: 1,
      bytes: bytes.length,
      checking: 0,
    });
    expect((await readBlob(sha256(bytes))).equals(bytes)).toBe(true);
    const task = await server.api('imports.start', { uploadId: upload });
    expect(task).toMatchObject({
      title: 'Import street',
      spec: { source: { kind: 'blobs', files: [{ path: 'images/a.bin', size: bytes.length }] } },
    });
    expect(await server.api('uploads.list')).toEqual({ entities: [] });
  });

  test('a wrong offset is 409 and changes nothing, also past the end and after the end', async () => {
    const bytes = randomBytes(100);
    const file = await create(await begin(), 'a', 100);
    expect((await patch(file, 0, bytes.subarray(0, 40))).status).toBe(204);
    for (const offset of [0, 39, 41, 100, 1000]) expect((await patch(file, offset, bytes)).status).toBe(409);
    expect(await offsetOf(file)).toBe(40);
    expect((await patch(file, 40, bytes.subarray(40))).status).toBe(204);
    expect((await patch(file, 0, bytes)).status).toBe(409);
    expect((await patch(file, 100, new Uint8Array(0))).status).toBe(204);
  });

  test('a chunk with another checksum is 460 and does not count', async () => {
    const bytes = randomBytes(5000);
    const file = await create(await begin(), 'a', bytes.length);
    const wrong = { 'upload-checksum': `sha256 ${sha256(Buffer.from('other'))}` };
    expect((await patch(file, 0, bytes, wrong)).status).toBe(460);
    expect(await offsetOf(file)).toBe(0);
    const right = { 'upload-checksum': `sha256 ${sha256(bytes)}` };
    expect((await patch(file, 0, bytes, right)).status).toBe(204);
    expect((await readBlob(sha256(bytes))).equals(bytes)).toBe(true);
    for (const odd of ['crc32 AAAA', 'sha256', 'sha256 AAAA', ''])
      expect((await patch(file, 0, bytes, { 'upload-checksum': odd })).status).toBe(400);
  });

  test('more bytes than announced are refused, and the rest still fits', async () => {
    const bytes = randomBytes(3000);
    const file = await create(await begin(), 'a', 2000);
    expect((await patch(file, 0, bytes)).status).toBe(413);
    const offset = await offsetOf(file);
    expect((await patch(file, offset, bytes.subarray(offset, 2000))).status).toBe(204);
    expect((await readBlob(sha256(bytes.subarray(0, 2000)))).length).toBe(2000);
  });

  test('of two requests at once one writes and the bytes are right', async () => {
    const bytes = randomBytes(4_000_000);
    const file = await create(await begin(), 'a', bytes.length);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await patch(file, 0, bytes)).status));
    expect(statuses.filter((one) => one === 204)).toHaveLength(1);
    expect(statuses.every((one) => [204, 409, 423].includes(one))).toBe(true);
    expect((await readBlob(sha256(bytes))).equals(bytes)).toBe(true);
  });

  test('a body that breaks off leaves what arrived; with a checksum it leaves nothing', async () => {
    const bytes = randomBytes(2_000_000);
    for (const checked of [false, true]) {
      const file = await create(await begin(), 'a', bytes.length);
      await breakOff(file, bytes, 700_000, checked ? `Upload-Checksum: sha256 ${sha256(bytes)}\r\n` : '');
      await expect
        .poll(() => offsetOf(file))
        .toSatisfy((at: number) => (checked ? at === 0 : at > 0 && at <= 700_000));
      const at = await offsetOf(file);
      expect((await patch(file, at, bytes.subarray(at))).status).toBe(204);
    }
    expect((await readBlob(sha256(bytes))).equals(bytes)).toBe(true);
  });

  /** Sends a part of a body and goes away. */
  async function breakOff(file: string, bytes: Uint8Array, sent: number, more: string): Promise<void> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `PATCH ${file} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: ${server.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: ${CHUNK}\r\nUpload-Offset: 0\r\n${more}Content-Length: ${bytes.length}\r\n\r\n`,
    );
    await new Promise<void>((resolve) => socket.write(bytes.subarray(0, sent), () => resolve()));
    // The bytes are on their way; HEAD, the next request, also interrupts whoever still writes.
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
  }

  test('who asks for the offset takes over from a request that hangs', async () => {
    const bytes = randomBytes(500_000);
    const file = await create(await begin(), 'a', bytes.length);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `PATCH ${file} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: ${server.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: ${CHUNK}\r\nUpload-Offset: 0\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    await new Promise<void>((resolve) => socket.write(bytes.subarray(0, 1000), () => resolve()));
    // An offset nobody is at: it writes nothing, whoever comes first.
    await expect.poll(async () => (await patch(file, 7, new Uint8Array(0))).status).toBe(423);
    const at = await offsetOf(file);
    expect((await patch(file, at, bytes.subarray(at))).status).toBe(204);
    socket.destroy();
  });

  test('a removed file is gone; a removed upload takes its files along', async () => {
    const upload = await begin();
    const file = await create(upload, 'a', 10);
    expect((await ask(file, 'DELETE')).status).toBe(204);
    expect((await ask(file, 'HEAD')).status).toBe(404);
    const other = await create(upload, 'b', 10);
    await server.api('uploads.remove', { id: upload });
    expect((await patch(other, 0, new Uint8Array(10))).status).toBe(404);
    await expect(server.api('uploads.info', { id: upload })).rejects.toThrow('404');
  });

  test('the same file asked for again is the one that is on its way; another of its path takes its place', async () => {
    const upload = await begin();
    const first = await create(upload, 'a', 10);
    await patch(first, 0, new Uint8Array(4));
    expect(await create(upload, 'a', 10)).toBe(first);
    expect(await offsetOf(first)).toBe(4);
    const other = await create(upload, 'a', 11);
    expect(other).not.toBe(first);
    expect((await ask(first, 'HEAD')).status).toBe(404);
  });

  test('an empty file is whole at once', async () => {
    const upload = await begin();
    await create(upload, 'empty.txt', 0);
    expect(await server.api('uploads.info', { id: upload })).toMatchObject({ files: 1, bytes: 0 });
  });

  test('what is not tus is refused in its own words', async () => {
    const upload = await begin();
    const file = await create(upload, 'a', 10);
    const plain = await fetch(`${server.url}${file}`, {
      method: 'HEAD',
      headers: { 'x-api-key': server.token },
    });
    expect(plain.status).toBe(412);
    expect(plain.headers.get('tus-version')).toBe('1.0.0');
    expect((await ask(file, 'PATCH', { 'content-type': 'text/plain' }, new Uint8Array(1))).status).toBe(415);
    expect((await ask(file, 'PATCH', { 'content-type': CHUNK }, new Uint8Array(1))).status).toBe(400);
    expect((await fetch(`${server.url}${file}`, { method: 'HEAD' })).status).toBe(401);
    const bad = [
      { 'upload-length': '10' },
      { 'upload-length': '-1', 'upload-metadata': metadata({ upload: String(upload), path: 'a' }) },
      { 'upload-length': '10', 'upload-metadata': metadata({ upload: String(upload) }) },
      { 'upload-length': '10', 'upload-metadata': metadata({ upload: String(upload), path: '../a' }) },
      { 'upload-length': '10', 'upload-metadata': metadata({ upload: String(upload), path: '/a' }) },
      { 'upload-length': '10', 'upload-metadata': metadata({ upload: 'x', path: 'a' }) },
      { 'upload-defer-length': '1', 'upload-metadata': metadata({ upload: String(upload), path: 'a' }) },
    ];
    for (const headers of bad) expect((await ask('/uploads', 'POST', headers)).status).toBe(400);
    const none = { 'upload-length': '10', 'upload-metadata': metadata({ upload: '999999', path: 'a' }) };
    expect((await ask('/uploads', 'POST', none)).status).toBe(404);
    const huge = {
      'upload-length': '9000000000000000',
      'upload-metadata': metadata({ upload: String(upload), path: 'b' }),
    };
    expect((await ask('/uploads', 'POST', huge)).status).toBe(413);
    expect((await ask('/uploads/../../etc/passwd', 'HEAD')).status).toBe(404);
  });

  test('POST may stand for PATCH and DELETE', async () => {
    const file = await create(await begin(), 'a', 3);
    const asPatch = { 'x-http-method-override': 'PATCH', 'content-type': CHUNK, 'upload-offset': '0' };
    expect((await ask(file, 'POST', asPatch, new Uint8Array(3))).status).toBe(204);
    expect((await ask(file, 'POST', { 'x-http-method-override': 'DELETE' })).status).toBe(204);
    expect((await ask(file, 'POST')).status).toBe(404);
  });
});

describe('files in groups', () => {
  test('bytes that are stored already are named, others are refused; twice is once', async () => {
    const bytes = Buffer.from('a small picture');
    await server.blobs.put(sha256Of(bytes), bytes);
    const stored = { hash: sha256(bytes), size: bytes.length };
    const upload = await begin(2, 30);
    const files = [
      { path: 'images/a.txt', modifiedAt: 1, ...stored },
      { path: 'images/b.txt', modifiedAt: 2, ...stored },
    ];
    for (let time = 0; time < 2; time++) {
      await server.api('uploads.files.put', { id: upload, files });
      expect(await server.api('uploads.info', { id: upload })).toMatchObject({ files: 2, bytes: 30 });
    }
    const unknown = [{ path: 'c', size: 1, hash: sha256(Buffer.from('nobody has this')) }];
    await expect(server.api('uploads.files.put', { id: upload, files: unknown })).rejects.toThrow('404');
    const tree = [{ path: 'images/a.txt/c', modifiedAt: 1, ...stored }];
    await server.api('uploads.files.put', { id: upload, files: tree });
    await expect(server.api('imports.start', { uploadId: upload })).rejects.toThrow(
      'is a file, and the folder',
    );
  });

  test('an import of an upload with a file that is not whole is refused', async () => {
    const upload = await begin(1, 10);
    const file = await create(upload, 'a', 10);
    await patch(file, 0, new Uint8Array(4));
    await expect(server.api('imports.start', { uploadId: upload })).rejects.toThrow('is not whole yet');
    await expect(server.api('imports.start', { uploadId: upload, path: 'street' })).rejects.toThrow(
      'either path',
    );
    expect(await server.api('uploads.files.list', { id: upload })).toMatchObject({
      entities: [{ path: 'a', size: 10, received: 4, stored: false, address: file }],
      next: null,
    });
    expect(await server.api('uploads.info', { id: upload })).toMatchObject({
      files: 0,
      bytes: 0,
      partialBytes: 4,
    });
  });

  test('the sample is an upload that is here already', async () => {
    const sample = await server.api<{ id: number; files: number }>('uploads.sample');
    expect(sample.files).toBe(13);
    const task = await server.api<{ title: string }>('imports.start', { uploadId: sample.id, dryRun: true });
    expect(task.title).toBe('Look at Drawn shapes');
    // A look does not use it up.
    const { entities } = await server.api<{ entities: { id: number }[] }>('uploads.list');
    expect(entities[0]?.id).toBe(sample.id);
  });
});
