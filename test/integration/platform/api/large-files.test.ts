/** Files larger than what may be held: the process, client and server in one, stays far below their size. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

const MB = 1 << 20;
const SIZE_MB = 200;
const PIECE = Buffer.alloc(MB);
/** A server that holds the file would need at least all of its size. */
const MOST_GROWTH = (SIZE_MB * MB * 3) / 4;

let server: ApiServer;
let teamId: number;
let hash: string;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  ({ teamId } = await server.stores.accounts.seed());
  const sha = createHash('sha256');
  for (let at = 0; at < SIZE_MB; at++) sha.update(PIECE);
  hash = sha.digest('base64');
});
afterAll(() => server.stop());

async function growthWhile<T>(work: () => Promise<T>): Promise<{ growth: number; result: T }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  try {
    const result = await work();
    return { growth: peak - before, result };
  } finally {
    clearInterval(timer);
  }
}

async function* pieces(head = '', tail = ''): AsyncGenerator<Buffer> {
  yield Buffer.from(head);
  for (let at = 0; at < SIZE_MB; at++) yield PIECE;
  yield Buffer.from(tail);
}

async function send(method: string, type: string, body: AsyncIterable<Buffer>): Promise<unknown> {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-api-key': server.token },
    body: Readable.toWeb(Readable.from(body)) as ReadableStream,
    duplex: 'half',
  } as RequestInit);
  expect(response.status).toBe(200);
  return response.json();
}

async function download(path: string): Promise<{ size: number; hash: string }> {
  const response = await fetch(`${server.url}/public/api/v3/file-storage.download`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify({ teamId, path }),
  });
  const sha = createHash('sha256');
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    sha.update(chunk);
    size += chunk.length;
  }
  return { size, hash: sha.digest('base64') };
}

test('up as a raw body, up as multipart, down as a file and in a tar', { timeout: 300_000 }, async () => {
  const raw = await growthWhile(() =>
    send(`file-storage.upload?teamId=${teamId}&path=/large/raw`, 'application/octet-stream', pieces()),
  );
  expect(raw.result).toMatchObject({ hash, meta: { size: SIZE_MB * MB } });

  const part = (name: string, more = ''): string =>
    `--BOUNDARY\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const head = `${part('name')}multi\r\n${part('path')}/large/\r\n${part('file', '; filename="multi"')}`;
  const multi = await growthWhile(() =>
    send(
      `file-storage.bulk.upload?teamId=${teamId}`,
      'multipart/form-data; boundary=BOUNDARY',
      pieces(head, '\r\n--BOUNDARY--\r\n'),
    ),
  );
  expect(multi.result).toMatchObject([{ path: '/large/multi', hash }]);

  const file = await growthWhile(() => download('/large/raw'));
  expect(file.result).toEqual({ size: SIZE_MB * MB, hash });
  const tar = await growthWhile(() => download('/large/'));
  expect(tar.result.size).toBe(2 * SIZE_MB * MB + 2 * 512 + 1024);

  for (const [name, { growth }] of Object.entries({ raw, multi, file, tar })) {
    expect(growth, `${name} grew by ${Math.round(growth / MB)} MB`).toBeLessThan(MOST_GROWTH);
  }
});
