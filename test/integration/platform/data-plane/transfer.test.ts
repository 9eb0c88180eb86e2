import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { sha256Of, sha256OfFile } from '../../../../src/lib/hash.ts';
import { PACK_CONTENT_TYPE, PART_CRC_HEADER } from '../../../../src/protocol/publish.ts';
import { never, startDataPlane } from '../../../support/data-plane-rig.ts';
import { startTcpProxy } from '../../../support/tcp-proxy.ts';

const png = (width: number, height: number, shade: number) =>
  Buffer.from(encode({ width, height, channels: 1, data: new Uint8Array(width * height).fill(shade) }));

function largeFile(folder: string, name: string, megabytes: number): string {
  const file = path.join(folder, 'source', name);
  const fd = openSync(file, 'w');
  const block = randomBytes(1 << 20);
  for (let at = 0; at < megabytes; at++) {
    block.writeUInt32LE(at, 0);
    writeSync(fd, block);
  }
  writeSync(fd, 'the end');
  closeSync(fd);
  return file;
}

async function raw(url: string, method: string, where: string, init: RequestInit = {}) {
  const headers = { authorization: 'Bearer agent-1', ...(init.headers as Record<string, string>) };
  const response = await fetch(`${url}/agents/v1${where}`, { method, ...init, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

function frame(sha256: string, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(40);
  head.write(sha256, 0, 'hex');
  head.writeBigUInt64BE(BigInt(bytes.length), 32);
  return Buffer.concat([head, bytes]);
}

describe('transfer over the data plane', () => {
  it('sends small files in packs and knows what the pictures are', async () => {
    const rig = await startDataPlane();
    const { transfer } = rig.agent();
    const files = Array.from({ length: 1200 }, (_, at) => {
      const file = path.join(rig.folder, 'source', `${at}.png`);
      writeFileSync(file, png(20 + (at % 50), 10, at % 256));
      return { path: file };
    });
    let bytes = 0;
    const sent = await transfer.sendFiles(files, {
      signal: never,
      onBytes: (n) => {
        bytes += n;
      },
    });
    const again = await transfer.sendFiles(files, { signal: never });
    expect(again).toEqual(sent);
    expect(bytes).toBe(sent.reduce((sum, one) => sum + (one instanceof Error ? 0 : one.size), 0));
    const hashes = sent.map((one) => (one instanceof Error ? '' : one.sha256));
    expect(await rig.blobs.missing(hashes)).toEqual([]);
    const rows = await rig.db.kysely.selectFrom('blobs').selectAll().execute();
    expect(rows).toHaveLength(new Set(hashes).size);
    expect(rows.find((row) => row.sha256 === hashes[7])).toMatchObject({
      mime: 'image/png',
      width: 27,
      height: 10,
    });
  });

  it('sends 200 MB in parts, and gets the same bytes back', async () => {
    const rig = await startDataPlane();
    const { transfer } = rig.agent();
    const file = largeFile(rig.folder, 'large.bin', 200);
    const { sha256, size } = await sha256OfFile(file);
    expect(await transfer.sendFiles([{ path: file }], { signal: never })).toEqual([{ sha256, size }]);
    expect(
      readdirSync(path.join(rig.folder, 'blobs/uploads')).filter((name) => !name.endsWith('.done')),
    ).toEqual([]);
    const target = path.join(rig.folder, 'fetched.bin');
    await transfer.fetchBlob(sha256, size, target, { signal: never });
    expect(await sha256OfFile(target)).toEqual({ sha256, size });
  });

  it('fetches the same bytes side by side into one folder', async () => {
    const rig = await startDataPlane();
    const { transfer } = rig.agent();
    const file = largeFile(rig.folder, 'twice.bin', 1);
    const { sha256, size } = await sha256OfFile(file);
    await transfer.sendFiles([{ path: file }], { signal: never });
    const folder = path.join(rig.folder, 'fetched');
    mkdirSync(folder);
    const targets = Array.from({ length: 12 }, (_, at) => path.join(folder, `${at}.bin`));
    await Promise.all(targets.map((target) => transfer.fetchBlob(sha256, size, target, { signal: never })));
    for (const target of targets) expect(await sha256OfFile(target)).toEqual({ sha256, size });
    expect(readdirSync(folder)).toHaveLength(targets.length);
  });

  it('goes on after a broken connection, and sends only what is missing', async () => {
    const rig = await startDataPlane({ partSize: 1 << 20 });
    const proxy = await startTcpProxy(Number(new URL(rig.url).port));
    const through = { url: `http://127.0.0.1:${proxy.port}` };
    const reset = (): void => {
      proxy.drop();
      proxy.pass();
    };
    const file = largeFile(rig.folder, 'large.bin', 40);
    const { sha256, size } = await sha256OfFile(file);
    const stop = new AbortController();
    const first = rig.agent(through).transfer.sendFiles([{ path: file }], {
      signal: stop.signal,
      onBytes: () => stop.abort(new Error('the agent dies')),
    });
    await expect(first).rejects.toThrow();
    const { received } = await rig.blobs.beginUpload(`1:blob-${sha256}`);
    expect(received.length).toBeGreaterThan(0);
    expect(received.length).toBeLessThan(40);
    reset();
    const { transfer } = rig.agent(through);
    let cuts = 0;
    const sent = await transfer.sendFiles([{ path: file }], {
      signal: never,
      onBytes: () => {
        if (cuts++ % 10 === 5) reset();
      },
    });
    expect(sent).toEqual([{ sha256, size }]);
    expect(await rig.blobs.size(sha256)).toBe(size);
    await proxy.close();
  });

  it('streams an archive of unknown size, again from where it stood', async () => {
    const rig = await startDataPlane({ partSize: 1 << 20 });
    const { transfer, client } = rig.agent();
    const bytes = randomBytes(5_500_000);
    async function* broken() {
      yield bytes.subarray(0, 3_000_000);
      throw new Error('the disk of the agent fails');
    }
    const options = { signal: never, resumeKey: 'archive-1' };
    await expect(transfer.sendStream(broken, options)).rejects.toThrow('disk of the agent');
    const blob = await transfer.sendStream(async function* () {
      yield bytes;
    }, options);
    expect(blob).toEqual({ sha256: sha256Of(bytes), size: bytes.length });
    rig.hold('export', 1);
    const request = { attempt: 1, name: 'my project.tar', ...blob, files: 3 };
    const reply = await client.registerArchive('export', request, never);
    expect(reply.link).toBe(`/archives/${reply.archiveId}/my%20project.tar`);
    expect(await client.registerArchive('export', request, never)).toEqual(reply);
    expect(await rig.stores.archives.get(reply.archiveId)).toMatchObject({ ...blob, name: 'my project.tar' });
  });

  it('names what is damaged in a pack and stores the rest', async () => {
    const rig = await startDataPlane();
    const good = randomBytes(5000);
    const wrong = sha256Of(Buffer.from('what was meant'));
    const body = Buffer.concat([frame(wrong, Buffer.from('what came')), frame(sha256Of(good), good)]);
    const headers = { 'content-type': PACK_CONTENT_TYPE };
    const reply = await raw(rig.url, 'POST', '/blobs/pack', { body, headers });
    expect(reply).toEqual({ status: 200, body: { stored: 1, mismatched: [wrong] } });
    expect(await rig.blobs.missing([wrong, sha256Of(good)])).toEqual([wrong]);
    const cut = await raw(rig.url, 'POST', '/blobs/pack', { body: body.subarray(0, -1), headers });
    expect(cut).toMatchObject({ status: 400, body: { code: 'SLY_BAD_MESSAGE' } });
    const huge = Buffer.alloc(40);
    huge.writeBigUInt64BE(1n << 60n, 32);
    expect(await raw(rig.url, 'POST', '/blobs/pack', { body: huge, headers })).toMatchObject({
      status: 413,
      body: { code: 'SLY_TOO_LARGE' },
    });
  });

  it('refuses a damaged part with an answer, not with a broken connection', async () => {
    const rig = await startDataPlane();
    const { uploadId, partSize } = await rig.blobs.beginUpload('1:x');
    const body = randomBytes(partSize);
    const headers = {
      'content-type': 'application/octet-stream',
      [PART_CRC_HEADER]: String(crc32(body)),
    };
    const put = (bytes: Buffer, extra: Record<string, string> = {}) =>
      raw(rig.url, 'PUT', `/uploads/${uploadId}/parts/0`, { body: bytes, headers: { ...headers, ...extra } });
    expect(await put(randomBytes(partSize))).toMatchObject({
      status: 400,
      body: { code: 'SLY_HASH_MISMATCH' },
    });
    expect(await put(randomBytes(partSize + 9_000_000))).toMatchObject({ status: 413 });
    expect(await put(body, { [PART_CRC_HEADER]: 'none' })).toMatchObject({ status: 400 });
    expect(await put(body, { authorization: 'Bearer thief' })).toMatchObject({
      status: 401,
      body: { code: 'SLY_UNAUTHORIZED' },
    });
    expect(await put(body)).toEqual({ status: 200, body: {} });
    const other = await raw(rig.url, 'PUT', `/uploads/${'0'.repeat(40)}/parts/0`, { body, headers });
    expect(other).toMatchObject({ status: 404, body: { code: 'SLY_NOT_FOUND' } });
  });

  it('answers ranges of a blob, and what is not there', async () => {
    const rig = await startDataPlane();
    const bytes = randomBytes(1000);
    await rig.blobs.put(sha256Of(bytes), bytes);
    const where = `${rig.url}/agents/v1/blobs/${sha256Of(bytes)}`;
    const headers = { authorization: 'Bearer agent-1', range: 'bytes=10-19' };
    const part = await fetch(where, { headers });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
    expect((await raw(rig.url, 'GET', `/blobs/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await raw(rig.url, 'GET', '/blobs/..%2f..%2fplatform.sqlite')).status).toBe(400);
    expect(await raw(rig.url, 'GET', '/nothing')).toMatchObject({
      status: 404,
      body: { code: 'SLY_NOT_FOUND' },
    });
    expect(await raw(rig.url, 'POST', '/blobs/missing', { body: '{' })).toMatchObject({ status: 400 });
  });

  it('makes the row of a blob that a crash left without one', async () => {
    const rig = await startDataPlane();
    const bytes = png(31, 17, 3);
    await rig.blobs.put(sha256Of(bytes), bytes);
    await rig.db.kysely.deleteFrom('blobs').execute();
    mkdirSync(path.join(rig.folder, 'source'), { recursive: true });
    writeFileSync(path.join(rig.folder, 'source/a.png'), bytes);
    await rig
      .agent()
      .transfer.sendFiles([{ path: path.join(rig.folder, 'source/a.png') }], { signal: never });
    const rows = await rig.db.kysely.selectFrom('blobs').selectAll().execute();
    expect(rows).toMatchObject([{ sha256: sha256Of(bytes), width: 31, height: 17 }]);
  });
});
