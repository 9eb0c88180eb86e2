import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { multipartBody, type Part } from '../../../support/multipart.ts';
import { createScriptedAgents } from '../../../support/scripted-agents.ts';

let server: ApiServer;
let teamId: number;
beforeAll(async () => {
  const file = (name: string) => ({
    name,
    kind: 'file' as const,
    size: 5,
    modifiedAt: '2026-01-01T00:00:00.000Z',
  });
  const folder = (name: string) => ({ ...file(name), kind: 'folder' as const, size: 0 });
  const agents = createScriptedAgents({ '': [folder('ds'), file('a.zip')], ds: [file('x.jpg')] });
  server = await startApiServer({ agents });
  ({ teamId } = await server.stores.accounts.seed());
});
afterAll(() => server.stop());

async function post(
  method: string,
  body: unknown,
  type = 'application/json',
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-api-key': server.token },
    body: Buffer.isBuffer(body) ? (body as Buffer<ArrayBuffer>) : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}
const sendForm = (method: string, parts: readonly Part[]): ReturnType<typeof post> => {
  const { body, contentType } = multipartBody(parts);
  return post(method, body, contentType);
};
const bytes = Buffer.from('x');

const HOSTILE = [
  '/../etc/passwd',
  '/a/../../b',
  '/a/./b',
  '..',
  '/a\0b',
  `/${'n'.repeat(256)}`,
  '/a/',
  '/',
  `/${'d/'.repeat(2100)}f`,
  's3://bucket/a',
  'agent://1/a',
  'file:///etc/passwd',
];

describe('paths that are no place for a file', () => {
  test.each(HOSTILE.map((path) => [JSON.stringify(path).slice(0, 60), path]))('%s', async (_name, path) => {
    const raw = await post(
      `file-storage.upload?teamId=${teamId}&path=${encodeURIComponent(path)}`,
      bytes,
      'application/octet-stream',
    );
    expect(raw.status, raw.text).toBe(400);
    const slash = path.lastIndexOf('/');
    const form = await sendForm(`file-storage.bulk.upload?teamId=${teamId}`, [
      { name: 'name', value: path.slice(slash + 1) },
      { name: 'path', value: path.slice(0, slash + 1) },
      { name: 'file', filename: 'f', bytes },
    ]);
    expect(form.status, form.text).toBe(400);
    const [code] = JSON.parse(form.text).details.code.match(/^SLY_\w+/) as string[];
    expect(['SLY_USAGE', 'SLY_BAD_MESSAGE']).toContain(code);
  });

  test('nothing of it is stored, and names with strange letters are kept as they came', async () => {
    expect(await server.api('file-storage.list', { teamId, path: '/' })).toEqual([]);
    const strange = [
      '/e\u0301',
      '/\u00e9',
      '/A',
      '/a',
      '/%2e%2e',
      '/a b\t\n',
      '/-rf',
      '/CON',
      '/__proto__',
      '/"\';--',
    ];
    for (const path of strange) {
      const sent = await post(
        `file-storage.upload?teamId=${teamId}&path=${encodeURIComponent(path)}`,
        bytes,
        'application/octet-stream',
      );
      expect([path, sent.status]).toEqual([path, 200]);
    }
    const listed = await server.api<{ path: string }[]>('file-storage.list', { teamId, path: '/' });
    expect(listed.map((one) => one.path).sort()).toEqual([...strange].sort());
    await server.api('file-storage.bulk.remove', { teamId, paths: strange });
  });

  test('a name with a slash cannot climb out of its folder', async () => {
    const answer = await sendForm(`file-storage.bulk.upload?teamId=${teamId}`, [
      { name: 'name', value: '../../x' },
      { name: 'path', value: '/a/' },
      { name: 'file', filename: '../../x', bytes },
    ]);
    expect([answer.status, answer.text.includes('slash')]).toEqual([400, true]);
  });
});

describe('bodies', () => {
  test('triples out of order or not whole are refused, and nothing is stored', async () => {
    const name: Part = { name: 'name', value: 'n' };
    const path: Part = { name: 'path', value: '/t/' };
    const file: Part = { name: 'file', filename: 'n', bytes };
    for (const parts of [[file], [name, file], [path, file], [name, path, file, file], [file, name, path]]) {
      const answer = await sendForm(`file-storage.bulk.upload?teamId=${teamId}`, parts);
      expect([parts.length, answer.status]).toEqual([parts.length, 400]);
    }
    for (const parts of [[], [name], [name, path]])
      expect((await sendForm(`file-storage.bulk.upload?teamId=${teamId}`, parts)).text).toBe('[]');
    expect((await sendForm('file-storage.bulk.upload', [name, path, file])).status).toBe(400);
    expect((await post(`file-storage.bulk.upload?teamId=${teamId}`, {})).status).toBe(400);
    expect((await post(`file-storage.upload?teamId=${teamId}&path=/x`, { a: 1 })).status).toBe(400);
    expect(await server.api('file-storage.list', { teamId, path: '/' })).toEqual([]);
  });

  test('damaged multipart is never a 5xx', { timeout: 60_000 }, async () => {
    const good = multipartBody([
      { name: 'name', value: 'n' },
      { name: 'path', value: '/fuzz/' },
      { name: 'file', filename: 'n', bytes: randomBytes(300) },
    ]);
    for (let round = 0; round < 60; round++) {
      const body = Buffer.from(good.body);
      const at = (round * 37) % body.length;
      if (round % 3 === 0) body[at] = (body[at] ?? 0) ^ 0xff;
      const damaged =
        round % 3 === 1
          ? body.subarray(0, at)
          : round % 3 === 2
            ? Buffer.concat([body.subarray(at), body])
            : body;
      const answer = await post(`file-storage.bulk.upload?teamId=${teamId}`, damaged, good.contentType);
      expect(answer.status, `round ${round}: ${answer.text}`).toBeLessThan(500);
      const files = await post(`tasks.files.bulk.upload?taskId=1`, damaged, good.contentType);
      expect(files.status, `round ${round}: ${files.text}`).toBeLessThan(500);
    }
    await server.api('file-storage.remove', { teamId, path: '/fuzz/' });
  });

  test('a raw body that breaks off leaves no file', async () => {
    const { hostname, port } = new URL(server.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          `POST /public/api/v3/file-storage.upload?teamId=${teamId}&path=/cut HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
            `x-api-key: ${server.token}\r\ncontent-type: application/octet-stream\r\ncontent-length: 1000\r\n\r\nhalf`,
          () => setTimeout(() => socket.destroy(), 50),
        );
      });
      socket.on('close', () => resolve());
    });
    expect(await server.api('file-storage.list', { teamId, path: '/cut' })).toEqual([]);
  });

  test('tokens of pages that are none', async () => {
    for (const continuationToken of ['x', Buffer.from('no slash').toString('base64url'), '\0']) {
      const answer = await post('file-storage.v2.list', { teamId, path: '/', continuationToken });
      expect(answer.status).toBe(400);
    }
  });
});

describe('storage elsewhere', () => {
  test("an agent's folder is listed as the SDK asks, its bytes are refused", async () => {
    expect(await server.api('agents.storage.list', { id: 1, teamId, path: '/' })).toMatchObject([
      { type: 'directory', name: 'ds', path: 'agent://1/ds' },
      { type: 'file', name: 'a.zip', path: 'agent://1/a.zip', meta: { size: 5 } },
    ]);
    const deep = await server.api<{ entities: { path: string }[] }>('file-storage.v2.list', {
      teamId,
      path: 'agent://1/',
      recursive: true,
    });
    expect(deep.entities.map((one) => one.path)).toEqual([
      'agent://1/ds',
      'agent://1/a.zip',
      'agent://1/ds/x.jpg',
    ]);
    expect(await server.api('remote-storage.exists', { path: 'agent://1/ds/x.jpg' })).toEqual({
      exists: true,
    });
    expect(await server.api('remote-storage.exists', { path: 'agent://1/ds/none' })).toEqual({
      exists: false,
    });
    expect(await server.api('remote-storage.stat', { path: 'agent://1/a.zip' })).toMatchObject({ size: 5 });
    for (const [method, body, status] of [
      ['agents.storage.download', { id: 1, path: '/a.zip' }, 400],
      ['agents.storage.list', { id: 9, path: '/' }, 404],
      ['agents.storage.list', { id: 1, path: '/none' }, 404],
      ['agents.storage.list', { id: 1, path: '/../etc' }, 400],
      ['remote-storage.list', { path: 's3://bucket/a' }, 400],
      ['remote-storage.exists', { path: 'google://bucket/a' }, 400],
      ['remote-storage.stat', { path: 'agent://x/a' }, 400],
      ['remote-storage.download', { link: 's3://bucket/a' }, 400],
    ] as const) {
      const answer = await post(method, body);
      expect([method, answer.status]).toEqual([method, status]);
    }
    const form = await sendForm('remote-storage.upload', [{ name: 'path', value: 's3://b/a' }]);
    expect(form.status).toBe(400);
  });
});
