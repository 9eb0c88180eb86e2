import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { createScriptedAgents } from '../../../support/scripted-agents.ts';

let server: ApiServer;
beforeAll(async () => {
  const entries = [
    { name: 'street', kind: 'folder' as const, size: 0, modifiedAt: '2026-01-01T00:00:00.000Z' },
  ];
  server = await startApiServer({ agents: createScriptedAgents({ '': entries }) });
});
afterAll(() => server.stop());

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  body: any;
}

async function post(method: string, body: unknown = {}, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify(body),
    ...init,
  });
  return { status: response.status, body: await response.json() };
}

describe('conventions', () => {
  test('what no method is called is 404 at once', async () => {
    expect(await post('videos.bulk.nothing')).toMatchObject({
      status: 404,
      body: { error: expect.stringContaining('videos.bulk.nothing') },
    });
    expect((await post('toString')).status).toBe(404);
    expect((await post('__proto__')).status).toBe(404);
  });

  test('GET works like POST: with a query, and with a JSON body', async () => {
    const { id } = await server.api<{ id: number }>('projects.add', { name: randomUUID(), workspaceId: 1 });
    const query = await fetch(`${server.url}/public/api/v3/projects.info?id=${id}&extra=True`, {
      headers: { 'x-api-key': server.token },
    });
    expect([query.status, ((await query.json()) as { id: number }).id]).toEqual([200, id]);
    const raw = await rawRequest(
      `GET /public/api/v3/projects.info HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nx-api-key: ${server.token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${JSON.stringify({ id }).length}\r\nconnection: close\r\n\r\n${JSON.stringify({ id })}`,
    );
    expect(raw).toMatch(/^HTTP\/1.1 200/);
  });

  test('unknown keys and nulls are ignored', async () => {
    expect(
      (await post('projects.list', { workspaceId: 1, projectId: null, filter: null, nonsense: { a: 1 } }))
        .status,
    ).toBe(200);
  });

  test('a wrong body is 400 and says where', async () => {
    expect(await post('projects.info', { id: 'abc' })).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('/id') },
    });
    expect((await post('projects.info', [])).status).toBe(400);
    expect((await post('projects.info', {}, { body: '{"id":' })).status).toBe(400);
    expect((await post('projects.info', { id: 1.5 })).status).toBe(400);
    expect((await post('projects.info', { id: -1 })).status).toBe(400);
  });

  test.each([
    'projects.info',
    'datasets.info',
    'images.info',
    'tasks.info',
    'teams.info',
    'workspaces.info',
    'agents.info',
    'archives.info',
    'tasks.cancel',
    'tasks.retry',
    'tasks.logs',
    'tasks.report',
    'tasks.history',
    'tasks.details',
    'images.download',
    'projects.archive',
  ])('%s of what is not there is 404', async (method) => {
    expect((await post(method, { id: 987_654 })).status).toBe(404);
  });

  test.each([
    ['datasets.list', { projectId: 987_654 }],
    ['images.list', { datasetId: 987_654 }],
    ['images.bulk.add', { datasetId: 987_654, images: [] }],
    ['annotations.list', { datasetId: 987_654 }],
    ['annotations.bulk.info', { imageIds: [987_654] }],
    ['images.bulk.download', { imageIds: [987_654] }],
    ['advanced.object_classes.list', { projectId: 987_654 }],
    ['tags.list', { projectId: 987_654 }],
    ['exports.start', { projectId: 987_654, plugin: 'coco' }],
  ])('%s in what is not there is 404', async (method, body) => {
    expect((await post(method, body)).status).toBe(404);
  });

  test('the text of a missing dataset is the one the SDK knows', async () => {
    const { body } = await post('datasets.info', { id: 5555 });
    expect(body.error).toContain(
      "Dataset with datasetId: 5555 is either archived, doesn't exist or you don't have enough permissions to access",
    );
  });

  test('bytes that are no HTTP are answered at once and the connection is closed', async () => {
    const began = Date.now();
    const hello = Buffer.from('16030100f8010000f40303', 'hex');
    expect(await rawRequest(Buffer.concat([hello, Buffer.alloc(240, 1)]))).toMatch(/^HTTP\/1\.1 400/);
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('health needs no login', async () => {
    const answers = await Promise.all(['/healthz', '/readyz'].map((url) => fetch(`${server.url}${url}`)));
    expect(answers.map((one) => one.status)).toEqual([200, 200]);
    expect(await answers[0]?.json()).toMatchObject({ status: 'ok' });
  });
});

describe('rows', () => {
  test('classes and tags have every key the SDK asks for', async () => {
    const { id } = await server.api<{ id: number }>('projects.add', { name: randomUUID(), workspaceId: 1 });
    const meta = {
      classes: [{ title: 'car', shape: 'polygon', color: '#FF0000', hotkey: 'c' }],
      tags: [{ name: 'wet', value_type: 'none', color: '#00FF00' }],
    };
    await server.api('projects.meta.update', { id, meta });
    const classes = await post('advanced.object_classes.list', { projectId: id });
    expect(classes.body).toMatchObject({ total: 1, pagesCount: 1 });
    expect(Object.keys(classes.body.entities[0])).toEqual(
      expect.arrayContaining([
        'id',
        'name',
        'description',
        'shape',
        'color',
        'settings',
        'createdAt',
        'updatedAt',
      ]),
    );
    expect(classes.body.entities[0]).toMatchObject({
      name: 'car',
      shape: 'polygon',
      settings: { hotkey: 'c' },
    });
    const tags = await post('tags.list', { projectId: id });
    expect(tags.body.entities[0]).toMatchObject({
      name: 'wet',
      projectId: id,
      color: '#00FF00',
      settings: { type: 'none' },
    });
  });

  test('settings are merged', async () => {
    const { id } = await server.api<{ id: number }>('projects.add', {
      name: randomUUID(),
      workspaceId: 1,
      settings: { a: 1 },
    });
    await server.api('projects.settings.update', {
      id,
      settings: { groupImages: true, groupImagesSync: null },
    });
    expect((await post('projects.info', { id })).body.settings).toEqual({
      a: 1,
      groupImages: true,
      groupImagesSync: null,
    });
  });

  test('nested datasets: top level without recursive, custom data only on request', async () => {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', {
      name: randomUUID(),
      workspaceId: 1,
    });
    const top = await server.api<{ id: number }>('datasets.add', {
      projectId,
      name: 'a',
      customData: { x: 1 },
    });
    const sub = await server.api<{ id: number }>('datasets.add', { projectId, name: 'b', parentId: top.id });
    expect(
      (await post('datasets.list', { projectId })).body.entities.map((one: { id: number }) => one.id),
    ).toEqual([top.id]);
    const all = await post('datasets.list', { projectId, recursive: true, extraFields: ['customData'] });
    expect(all.body.entities).toMatchObject([
      { id: top.id, customData: { x: 1 } },
      { id: sub.id, parentId: top.id },
    ]);
    const below = await post('datasets.list', {
      projectId,
      recursive: true,
      filter: [{ field: 'parentId', operator: '=', value: top.id }],
    });
    expect(below.body.total).toBe(1);
    expect((await post('datasets.info', { id: top.id })).body.customData).toEqual({ x: 1 });
  });

  test('token paging adds up', async () => {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', {
      name: randomUUID(),
      workspaceId: 1,
    });
    const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'a' });
    const images = Array.from({ length: 23 }, (_, k) => ({
      name: `${k}.png`,
      link: `https://example.com/${k}.png`,
    }));
    await server.api('images.bulk.add', { datasetId, images });
    const seen: string[] = [];
    let after: string | null | undefined;
    do {
      const { body } = await post('images.list', {
        datasetId,
        pagination_mode: 'token',
        per_page: 10,
        ...(after && { after }),
      });
      expect(body.total).toBe(23);
      seen.push(...body.entities.map((one: { name: string }) => one.name));
      after = body.after;
    } while (after !== null);
    expect(seen).toEqual(images.map((one) => one.name));
    const annotations = await post('annotations.list', { datasetId, per_page: 10, page: 3 });
    expect(annotations.body).toMatchObject({ total: 23, pagesCount: 3 });
    expect(annotations.body.entities).toHaveLength(3);
  });

  test('an image must be made of something and have a plain name', async () => {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', {
      name: randomUUID(),
      workspaceId: 1,
    });
    const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'a' });
    for (const image of [
      { name: 'a.png' },
      { link: 'https://x/y.png' },
      { name: '../a.png', link: 'x' },
      { name: '', link: 'x' },
      { name: 'a.png', hash: 'short' },
    ]) {
      expect((await post('images.bulk.add', { datasetId, images: [image] })).status).toBe(400);
    }
    const [row] = await server.api<{ id: number }[]>('images.bulk.add', {
      datasetId,
      images: [{ name: 'a.png', link: 'https://x/y.png' }],
    });
    const [copy] = await server.api<{ link: string }[]>('images.bulk.add', {
      datasetId,
      images: [{ name: 'b.png', imageId: row?.id }],
    });
    expect(copy?.link).toBe('https://x/y.png');
    expect(await post('images.download', { id: row?.id })).toMatchObject({
      status: 400,
      body: { details: { hint: expect.stringContaining('https://x/y.png') } },
    });
  });

  test('an annotation with a class the project does not have is refused', async () => {
    const { id: projectId } = await server.api<{ id: number }>('projects.add', {
      name: randomUUID(),
      workspaceId: 1,
    });
    const { id: datasetId } = await server.api<{ id: number }>('datasets.add', { projectId, name: 'a' });
    const [image] = await server.api<{ id: number }[]>('images.bulk.add', {
      datasetId,
      images: [{ name: 'a.png', link: 'x' }],
    });
    const annotation = {
      objects: [{ classTitle: 'ghost', geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } }],
    };
    const answer = await post('annotations.bulk.add', {
      datasetId,
      annotations: [{ imageId: image?.id, annotation }],
    });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining('"ghost"') } });
  });
});

describe('tasks', () => {
  test('an import from the upload folder', async () => {
    const key = randomUUID();
    const body = { path: '2024/street.tar.gz', key, conflict: 'skip', options: { a: 1 } };
    const task = await server.api<{ id: number; state: string; spec: object }>('imports.start', body);
    expect(task).toMatchObject({
      state: 'queued',
      agentId: 1,
      spec: {
        source: { kind: 'upload', path: '2024/street.tar.gz' },
        projectName: 'street',
        conflict: 'skip',
        options: { a: 1 },
      },
    });
    expect((await post('imports.start', body)).body.id).toBe(task.id);
    expect((await post('tasks.info', { id: task.id })).body).toMatchObject({ id: task.id, status: 'queued' });
    expect((await post('tasks.stop', { id: task.id })).body).toEqual({ status: 'stopped' });
    expect((await post('tasks.cancel', { id: task.id })).status).toBe(409);
    expect((await post('tasks.retry', { id: task.id })).body).toMatchObject({ state: 'queued', attempt: 2 });
    expect((await post('tasks.history', { id: task.id })).body.entities).toHaveLength(3);
  });

  test.each(['../etc', '/etc', 'a/../../b', 'a/./b', '..', 'a\0b'])(
    '%j is no path of the upload folder',
    async (path) => {
      expect((await post('imports.start', { path })).status).toBe(400);
      expect((await post('agents.upload-folder.list', { agentId: 1, path })).status).toBe(400);
    },
  );

  test('a plugin that does not exist is named, with the nearest', async () => {
    const answer = await post('imports.start', { path: 'street', plugin: 'cocoo' });
    expect(answer).toMatchObject({ status: 400, body: { details: { hint: 'Did you mean coco?' } } });
  });

  test('an export, and a project the format cannot hold', async () => {
    const { id } = await server.api<{ id: number }>('projects.add', { name: 'Cars', workspaceId: 1 });
    expect(await server.api('exports.start', { projectId: id, plugin: 'coco' })).toMatchObject({
      title: 'Download Cars as COCO',
      spec: { action: 'export', projectId: id, plugin: 'coco', options: {} },
    });
    const video = await server.api<{ id: number }>('projects.add', {
      name: 'Clips',
      workspaceId: 1,
      type: 'videos',
    });
    expect((await post('exports.start', { projectId: video.id, plugin: 'coco' })).status).toBe(400);
  });

  test('recent ones page backwards; status words of the SDK', async () => {
    const made: number[] = [];
    for (let k = 0; k < 5; k++)
      made.push((await server.api<{ id: number }>('imports.start', { path: `set-${k}` })).id);
    const first = await post('tasks.recent', { limit: 3 });
    expect(first.body.entities.map((one: { id: number }) => one.id)).toEqual(made.slice(2).reverse());
    const second = await post('tasks.recent', { limit: 2, before: first.body.next });
    expect(second.body.entities.map((one: { id: number }) => one.id)).toEqual(made.slice(0, 2).reverse());
    server.tasks.change(made[0]!, { state: 'converting' });
    server.tasks.change(made[1]!, {
      state: 'failed',
      failure: { code: 'SLY_TIMEOUT', title: 't', detail: 'd', retryable: true },
    });
    const { body } = await post('tasks.list', { workspaceId: 1 });
    const status = new Map(body.entities.map((one: { id: number; status: string }) => [one.id, one.status]));
    expect([status.get(made[0]), status.get(made[1]), status.get(made[2])]).toEqual([
      'started',
      'error',
      'queued',
    ]);
    expect((await post('tasks.recent', { states: ['failed'] })).body.entities).toHaveLength(1);
  });

  test('logs by offset, the report by pages and state', async () => {
    const { id } = await server.api<{ id: number }>('imports.start', { path: 'logged' });
    for (let k = 0; k < 3; k++) server.tasks.log(id, { message: `line ${k}` });
    const whole = await post('tasks.logs', { id });
    expect(whole.body.text.split('\n')).toHaveLength(4);
    const rest = await post('tasks.logs', { id, offset: whole.body.size - 5 });
    expect(rest.body.nextOffset).toBe(whole.body.size);
    expect((await post('tasks.report', { id })).body).toEqual({
      total: 0,
      entities: [],
      counts: null,
      run: null,
    });
    const lines = Array.from({ length: 50 }, (_, k) => ({
      status: k % 5 === 0 ? ('failed' as const) : ('skipped' as const),
      file: `f${k}`,
      code: 'X',
      message: 'm',
    }));
    server.tasks.report(id, lines);
    expect((await post('tasks.report', { id, offset: 48, limit: 10 })).body).toMatchObject({
      total: 50,
      entities: lines.slice(48),
    });
    expect((await post('tasks.report', { id, status: 'failed' })).body.total).toBe(10);
  });

  test('agents, their folders and plugins', async () => {
    expect((await post('agents.list')).body).toMatchObject({
      total: 1,
      entities: [{ id: 1, connected: true, plugins: ['coco', 'supervisely'] }],
    });
    expect((await post('agents.available', { teamId: 1 })).body).toMatchObject([
      { id: 1, status: 'running' },
    ]);
    expect((await post('agents.upload-folder.list', { agentId: 1, path: '' })).body.entries).toHaveLength(1);
    expect((await post('agents.upload-folder.list', { agentId: 1, path: 'gone' })).status).toBe(404);
    expect((await post('plugins.list')).body.entities.map((one: { name: string }) => one.name)).toEqual([
      'coco',
      'supervisely',
    ]);
    expect((await post('agents.create', { name: 'gpu-2' })).body.token).toBe('token-of-gpu-2');
  });
});

function rawRequest(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.on('error', reject);
    socket.write(bytes);
  });
}
