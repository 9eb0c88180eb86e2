import { encode } from 'fast-png';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
let teamId: number;
let datasetId: number;
let projectId: number;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
  const seed = await server.stores.accounts.seed();
  ({ teamId } = seed);
  const project = await server.stores.projects.add({
    workspaceId: seed.workspaceId,
    name: 'p',
    type: 'images',
  });
  projectId = project.id;
  datasetId = (await server.stores.datasets.add({ projectId, parentId: null, name: 'd' })).id;
});
afterAll(() => server.stop());

const png = (side: number, value: number): Buffer =>
  Buffer.from(
    encode({ width: side, height: side, channels: 1, data: new Uint8Array(side * side).fill(value) }),
  );

async function put(path: string, bytes: Buffer): Promise<number> {
  const sha256 = sha256Of(bytes);
  await server.blobs.putMany([{ sha256, bytes }]);
  const [row] = await server.stores.teamFiles.put(teamId, [{ path, sha256 }], null);
  return row!.id;
}

interface Image {
  id: number;
  name: string;
  hash: string;
  mime: string;
  width: number;
}

test('whole files, and pieces of one large file, become images as if they had been sent', async () => {
  const noise = Buffer.alloc(2 << 20, 7);
  const pictures = [png(10, 1), png(20, 2), png(30, 3)];
  const blob = Buffer.concat([Buffer.from('tar header'), ...pictures, noise]);
  const [whole, packed] = [await put('/one.png', png(5, 9)), await put('/blob.tar', blob)];
  let at = 10;
  const pieces = pictures.map((bytes, index) => {
    const sourceBlob = { offsetStart: at, offsetEnd: at + bytes.length };
    at += bytes.length;
    return { title: `p${index}.png`, teamFileId: packed, sourceBlob };
  });
  const large = {
    title: 'large.bin',
    teamFileId: packed,
    sourceBlob: { offsetStart: at, offsetEnd: blob.length },
  };
  const rows = await server.api<Image[]>('images.bulk.add', {
    datasetId,
    images: [{ teamFileId: whole }, ...pieces, large],
    skipValidation: true,
  });
  expect(rows.map((one) => [one.name, one.width])).toEqual([
    ['one.png', 5],
    ['p0.png', 10],
    ['p1.png', 20],
    ['p2.png', 30],
    ['large.bin', null],
  ]);
  expect(rows.slice(1).map((one) => one.hash)).toEqual(
    [...pictures, noise].map((bytes) => hexToBase64(sha256Of(bytes))),
  );
  const download = (method: string, body: object): Promise<Response> =>
    fetch(`${server.url}/public/api/v3/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': server.token },
      body: JSON.stringify(body),
    });
  const got = await download('images.download', { id: rows[2]?.id });
  expect(Buffer.from(await got.arrayBuffer()).equals(pictures[1]!)).toBe(true);
  const back = await download('images.data.download', { projectId, downloadId: String(packed) });
  expect(Buffer.from(await back.arrayBuffer()).equals(blob)).toBe(true);
});

test('a piece that is not in the file, or a file that is not there, adds nothing', async () => {
  const id = await put('/small', Buffer.from('0123456789'));
  for (const [teamFileId, offsetStart, offsetEnd] of [
    [id, 5, 11],
    [id, 5, 5],
    [id, 7, 3],
    [id + 99, 0, 1],
  ]) {
    const images = [{ title: 'x', teamFileId, sourceBlob: { offsetStart, offsetEnd } }];
    await expect(server.api('images.bulk.add', { datasetId, images })).rejects.toThrow(/: 40[04] /);
  }
  await expect(
    server.api('images.bulk.add', {
      datasetId,
      images: [{ title: 'x', teamFileId: id, sourceBlob: { offsetStart: -1, offsetEnd: 2 } }],
    }),
  ).rejects.toThrow(': 400 ');
});
