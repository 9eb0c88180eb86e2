/** Many files up and down on a real disk: equal ones, large beside tiny ones, and clients that go away in between. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { base64ToHex } from '../../../../src/lib/hash.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { multipartBody } from '../../../support/multipart.ts';
import { hashOf, type SdkClient, sdkClient } from '../../../support/sdk-client.ts';

let server: ApiServer;
let sdk: SdkClient;
let datasetId: number;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  sdk = sdkClient(server);
  ({ datasetId } = await sdk.project('images', { classes: [], tags: [] }));
});
afterAll(() => server.stop());

const temp = (): string[] => readdirSync(path.join(server.folder, 'blobs', 'temp'));
const blobFile = (hash: string): string => {
  const hex = base64ToHex(hash);
  return path.join(server.folder, 'blobs', 'objects', hex.slice(0, 2), hex);
};

function request(method: string, type: string, length?: number): http.ClientRequest {
  return http.request(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: {
      'x-api-key': server.token,
      'content-type': type,
      ...(length !== undefined && { 'content-length': length }),
    },
  });
}

const upload = (files: readonly Buffer[]): Promise<string[]> =>
  sdk.upload('images.bulk.upload', files, 'image/*');

let named = 0;
async function images(files: readonly Buffer[]): Promise<number[]> {
  const hashes = await upload(files);
  const added = await server.api<{ id: number }[]>('images.bulk.add', {
    datasetId,
    images: hashes.map((hash) => ({ title: `${named++}`, hash })),
  });
  return added.map((one) => one.id);
}

test('equal files, in one request and in several at once, are one blob', async () => {
  const [same, other] = [randomBytes(50_000), randomBytes(10)];
  const files = [same, other, same, Buffer.alloc(0), same];
  const replies = await Promise.all([upload(files), upload(files), upload([...files].reverse())]);
  expect(replies[0]).toEqual(files.map(hashOf));
  expect(replies[1]).toEqual(replies[0]);
  expect(replies[2]).toEqual([...(replies[0] ?? [])].reverse());
  expect(temp()).toEqual([]);
  expect(await server.blobs.size(base64ToHex(hashOf(same)))).toBe(same.length);
});

test('large files beside tiny ones come back byte by byte, in one answer', async () => {
  const sizes = [3_000_000, 0, 1, 100, (1 << 20) + 1, 1 << 20, (512 << 10) - 1, 70_000];
  const files = [...sizes, ...Array.from({ length: 300 }, (_, at) => at)].map((size) => randomBytes(size));
  const ids = await images(files);
  const parts = await sdk.downloadImages(datasetId, ids);
  for (const [at, id] of ids.entries())
    expect(parts.get(id)?.equals(files[at] ?? Buffer.alloc(0)), `${files[at]?.length} bytes`).toBe(true);
});

test('a client that goes away while it sends leaves nothing', async () => {
  const files = Array.from({ length: 5 }, () => randomBytes(100_000));
  const { body, contentType } = multipartBody(
    files.map((bytes, at) => ({ name: `${at}`, filename: 'x', bytes })),
  );
  const sending = request('images.bulk.upload', contentType, body.length);
  sending.on('error', () => undefined);
  sending.write(body.subarray(0, 350_000));
  await vi.waitFor(() => expect(temp().length).toBeGreaterThan(0));
  sending.destroy();
  await vi.waitFor(() => expect(temp()).toEqual([]));
  expect(await server.blobs.missing(files.map((one) => base64ToHex(hashOf(one))))).toHaveLength(5);
});

test('a body that breaks off in the middle is refused, and nothing of it is there', async () => {
  const files = [randomBytes(1000), randomBytes(1000)];
  const { body, contentType } = multipartBody(
    files.map((bytes, at) => ({ name: `${at}`, filename: 'x', bytes })),
  );
  const sending = request('images.bulk.upload', contentType);
  sending.end(body.subarray(0, -60));
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(400);
  response.resume();
  expect(temp()).toEqual([]);
  expect(await server.blobs.missing(files.map((one) => base64ToHex(hashOf(one))))).toHaveLength(2);
});

test('a client that reads slowly, or stops, holds up nobody', async () => {
  const file = randomBytes(900_000);
  const ids = await images(Array.from({ length: 20 }, () => file));
  const body = JSON.stringify({ datasetId, imageIds: ids });
  const asking = request('images.bulk.download', 'application/json', body.length);
  asking.end(body);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  await once(response, 'readable');
  // What is not taken waits in the store, not in memory.
  const sent = Number(response.headers['content-length']);
  expect(sent).toBeGreaterThan(18_000_000);
  expect((await sdk.downloadImages(datasetId, ids)).size).toBe(20);
  response.destroy();
  expect((await sdk.downloadImages(datasetId, ids.slice(0, 2))).size).toBe(2);
});

test('bytes that are gone or cut from the disk are an error, never another file', async () => {
  const files = [randomBytes(5000), randomBytes(5000)];
  const [gone = 0, cut = 0] = await images(files);
  const [goneHash, cutHash] = files.map(hashOf) as [string, string];
  rmSync(blobFile(goneHash));
  truncateSync(blobFile(cutHash), 100);
  for (const [id, status] of [
    [gone, 404],
    [cut, 500],
  ] as const) {
    for (const [method, asked] of [
      ['images.bulk.download', { datasetId, imageIds: [id] }],
      ['images.download', { id }],
    ] as const) {
      const response = await sdk.post(method, asked);
      await response.arrayBuffer();
      expect(response.status, `${method} of ${id}`).toBe(status);
    }
  }
});

test('in the middle of an answer, only the broken connection says that bytes are gone', async () => {
  const files = [...Array.from({ length: 3 }, () => randomBytes(900_000)), randomBytes(5000)];
  const ids = await images(files);
  rmSync(blobFile(hashOf(files.at(-1) ?? Buffer.alloc(0))));
  const response = await sdk.post('images.bulk.download', { datasetId, imageIds: ids });
  expect(response.status).toBe(200);
  await expect(response.arrayBuffer()).rejects.toThrow();
});
