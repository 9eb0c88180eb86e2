import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/lib/clock.ts';
import { base64ToHex, hexToBase64, sha256Of } from '../../../../src/lib/hash.ts';
import { createBlobRecords } from '../../../../src/platform/store/blob-records.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { multipartBody, teamFileParts } from '../../../support/multipart.ts';

let server: ApiServer;
let teamId: number;
let workspaceId: number;
let projectId: number;
let taskId: number;

beforeAll(async () => {
  server = await startApiServer();
  ({ teamId, workspaceId } = await server.stores.accounts.seed());
  const project = await server.stores.projects.add({ workspaceId, name: 'p', type: 'images' });
  projectId = project.id;
  const task = await server.api<{ id: number }>('exports.start', { projectId, plugin: 'coco' });
  taskId = task.id;
  // The scripted tasks are not in the database, what scripts say about them is.
  await sql`insert into tasks (id, key, title, priority, spec, state, attempt, created_at, updated_at)
    values (${taskId}, 'k', 't', 0, '{}', 'queued', 1, 0, 0)`.execute(server.db.kysely);
});
afterAll(() => server.stop());

const post = async (
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: never }> => {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as never };
};

async function sendForm(
  method: string,
  form: ReturnType<typeof multipartBody>,
  headers = {},
): Promise<Response> {
  return fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': form.contentType, 'x-api-key': server.token, ...headers },
    body: form.body,
  });
}

describe('what a script says about its task', () => {
  test('fields: set, append, recursive, one by one and many at once', async () => {
    const set = (...fields: object[]): Promise<unknown> => server.api('tasks.data.set', { taskId, fields });
    const get = async (...fields: string[]): Promise<Record<string, unknown>> =>
      (await server.api<{ result: Record<string, unknown> }>('tasks.data.get', { taskId, fields })).result;
    await set(
      { field: 'data', payload: { my: 1, obj: { val: 1, res: 2 } } },
      { field: 'state.a.b', payload: [1] },
    );
    expect(await get('data.obj.val', 'state', 'nothing.here')).toEqual({
      'data.obj.val': 1,
      state: { a: { b: [1] } },
      'nothing.here': null,
    });
    await set({ field: 'data', payload: { obj: { fresh: 1 } }, append: true, recursive: true });
    await set({ field: 'state.a.b', payload: [2, 3], append: true });
    expect(await get('data', 'state.a.b')).toEqual({
      data: { my: 1, obj: { val: 1, res: 2, fresh: 1 } },
      'state.a.b': [1, 2, 3],
    });
    const bad = await post('tasks.data.set', {
      taskId,
      fields: [
        { field: 'kept', payload: 1 },
        { field: 'a..b', payload: 1 },
      ],
    });
    expect([bad.status, await get('kept')]).toEqual([400, { kept: null }]);
    await Promise.all(Array.from({ length: 20 }, (_, at) => set({ field: `many.k${at}`, payload: at })));
    expect(Object.keys((await get('many')).many as object)).toHaveLength(20);
  });

  test('output and meta are in tasks.info; its own result stays', async () => {
    await server.api('tasks.output.set', { taskId, output: { project: { id: projectId, title: 'p' } } });
    await server.api('tasks.output.set', { taskId, output: { general: { title: 'x' } } });
    await server.api('tasks.meta.update', {
      id: taskId,
      appVersion: '1',
      agentStorageFolder: { hostDir: '/a' },
    });
    expect(await server.api('tasks.info', { id: taskId })).toMatchObject({
      status: 'queued',
      output: { project: { id: projectId }, general: { title: 'x' } },
      meta: { appVersion: '1', agentStorageFolder: { hostDir: '/a' } },
    });
  });

  test('log lines: by id or by header, a replay is no news, the whole log is one array', async () => {
    server.tasks.log(taskId, { message: 'from the agent' });
    const logs = [{ message: 'one', level: 'info' }, 'two', { message: 'x'.repeat(100_000) }];
    expect(await server.api('tasks.logs.add', { taskId, logs })).toEqual({ added: 3, dropped: 0 });
    const again = await post('tasks.logs.add', { logs }, { 'x-task-id': String(taskId) });
    expect(again.body).toEqual({ added: 0, dropped: 0 });
    expect((await post('tasks.logs.add', { logs })).status).toBe(400);
    const response = await fetch(`${server.url}/public/api/v3/tasks.log.download?id=${taskId}`, {
      headers: { 'x-api-key': server.token },
    });
    const lines = (await response.json()) as { message: string }[];
    expect(lines.map((line) => line.message.slice(0, 20))).toEqual([
      'from the agent',
      'one',
      'two',
      'x'.repeat(20),
    ]);
  });

  test('files: pairs as the SDK sends them, by hash, listed and read back', async () => {
    const bytes = Buffer.from('a model');
    const hash = hexToBase64(sha256Of(bytes));
    const pair = (name: string, claimed: string): ReturnType<typeof multipartBody> =>
      multipartBody([
        { name: '0', value: JSON.stringify({ fullpath: name, hash: claimed }) },
        { name: '0-file', filename: name, bytes, type: '' },
      ]);
    const sent = await sendForm('tasks.files.bulk.upload', pair('out/model.pt', hash), {
      'x-task-id': `${taskId}`,
    });
    expect(await sent.json()).toMatchObject([{ path: '/out/model.pt', hash, size: 7 }]);
    const wrong = await sendForm(
      `tasks.files.bulk.upload?taskId=${taskId}`,
      pair('w', hexToBase64('0'.repeat(64))),
    );
    expect(wrong.status).toBe(400);
    await server.api('tasks.files.bulk.add-by-hash', { taskId, files: [{ name: 'again.pt', hash }] });
    expect(await server.api('tasks.files.list', { taskId })).toMatchObject({
      entities: [{ path: '/again.pt' }, { path: '/out/model.pt' }],
      next: null,
    });
    const got = await fetch(
      `${server.url}/public/api/v3/tasks.files.download?taskId=${taskId}&path=again.pt`,
      {
        headers: { 'x-api-key': server.token },
      },
    );
    expect(await got.text()).toBe('a model');
    const records = createBlobRecords(server.db, { clock: systemClock });
    expect(await records.remove([base64ToHex(hash)])).toEqual([]);
  });

  test('what is not possible is refused at once, and not worth a retry', async () => {
    expect((await post('tasks.request.direct', { taskId, command: 'run', state: {} })).status).toBe(400);
    expect((await post('tasks.status.update', { id: taskId, status: 'finished' })).status).toBe(409);
    expect((await post('tasks.status.update', { id: taskId, status: 'queued' })).status).toBe(200);
    for (const method of ['tasks.data.set', 'tasks.data.get'])
      expect((await post(method, { taskId: 999, fields: [] })).status).toBe(404);
  });

  test('a report is kept; the same one again is the same report', async () => {
    const report = { teamId, name: 'r', widgets: [{ type: 'table' }], layout: 'grid' };
    const { id } = await server.api<{ id: number }>('reports.create', report);
    expect(await server.api('reports.create', report)).toEqual({ id });
    expect(await server.api('reports.info', { id })).toMatchObject(report);
  });
});

describe('plugins as apps', () => {
  type Module = { id: number; slug: string };
  const moduleId = async (plugin: string): Promise<number> => {
    const { entities } = await server.api<{ entities: Module[] }>('ecosystem.list', {
      filter: [{ field: 'slug', operator: '=', value: `sly-agent/${plugin}` }],
    });
    expect(entities).toHaveLength(1);
    return entities[0]!.id;
  };

  test('a module has the same number by id and slug, and all the SDK wants', async () => {
    const id = await moduleId('coco');
    const info = await server.api('ecosystem.info', { id });
    expect(info).toEqual(await server.api('ecosystem.info', { slug: 'sly-agent/coco' }));
    expect(info).toMatchObject({
      name: 'COCO',
      meta: { releases: [{ version: '1.0.0' }] },
      config: { modalTemplateState: { masks: 'rle', copy_images: true } },
    });
    expect((await post('ecosystem.info', { id: 99 })).status).toBe(404);
    const apps = await server.api<{ entities: unknown[] }>('apps.list', {
      teamId,
      filter: [{ field: 'moduleId', operator: '=', value: id }],
    });
    expect(apps.entities).toMatchObject([{ id, moduleId: id, teamId }]);
  });

  test('an export, started twice by an impatient client, is one task', async () => {
    const request = {
      agentId: null,
      workspaceId,
      moduleId: await moduleId('coco'),
      params: { state: { slyProjectId: projectId, masks: 'polygons' } },
      taskName: 'pythonSpawned',
    };
    const first = await server.api<{ taskId: number }[]>('tasks.run.app', request);
    expect(await server.api('tasks.run.app', request)).toEqual(first);
    const id = first[0]!.taskId;
    expect(await server.api('tasks.details', { id })).toMatchObject({
      spec: { action: 'export', projectId, plugin: 'coco', options: { masks: 'polygons' } },
    });
    const sessions = await server.api<{ entities: { id: number }[] }>('apps.tasks.list', {
      teamId,
      appId: request.moduleId,
      filter: [{ field: 'status', operator: 'in', value: ['queued'] }],
      sort: 'startedAt',
      sort_order: 'desc',
    });
    expect(sessions.entities[0]).toMatchObject({ id, meta: { app: { id: request.moduleId } } });
    await server.api('tasks.stop', { id });
    const later = await server.api<{ taskId: number }[]>('tasks.run.app', { ...request, taskName: 'again' });
    expect(later[0]?.taskId).not.toBe(id);
  });

  test('an import of a folder of team files, and of an agent', async () => {
    const form = multipartBody(
      teamFileParts({ '/in/street/a.jpg': Buffer.from('a'), '/in/street/d/b.jpg': Buffer.from('b') }),
    );
    await sendForm(`file-storage.bulk.upload?teamId=${teamId}`, form);
    const run = async (state: object): Promise<unknown> => {
      const started = await server.api<{ taskId: number }[]>('tasks.run.app', {
        workspaceId,
        moduleId: await moduleId('coco'),
        params: { state },
      });
      return server.api('tasks.details', { id: started[0]!.taskId });
    };
    expect(await run({ slyFolder: '/in/street/' })).toMatchObject({
      spec: {
        action: 'import',
        projectName: 'street',
        source: { kind: 'blobs', files: [{ path: 'a.jpg' }, { path: 'd/b.jpg' }] },
      },
    });
    expect(await run({ slyFile: 'agent://1/drop/street.zip', opt: 1 })).toMatchObject({
      agentId: 1,
      spec: {
        source: { kind: 'upload', path: 'drop/street.zip' },
        options: { opt: 1 },
        projectName: 'street',
      },
    });
    for (const [state, status] of [
      [{}, 400],
      [{ slyFolder: '/none/' }, 404],
      [{ slyFolder: 'agent://9/x' }, 404],
      [{ slyFolder: 'agent://1/../etc' }, 400],
      [{ slyProjectId: 999 }, 404],
      [{ slyProjectId: 'x' }, 400],
    ] as const) {
      const answer = await post('tasks.run.app', {
        workspaceId,
        moduleId: await moduleId('coco'),
        params: { state },
      });
      expect([state, answer.status]).toEqual([state, status]);
    }
  });

  test('plugins with digest, permissions and agents; limits and storage', async () => {
    const { entities } = await server.api<{ entities: object[] }>('plugins.list');
    expect(entities[0]).toMatchObject({
      name: 'coco',
      digest: 'sha256:1234',
      permissions: { network: 'none', gpu: false },
      agents: [{ id: 1, connected: true }],
    });
    expect(await server.api('instance.limits')).toMatchObject({ retention: { archiveDays: 30 } });
    expect(await server.api('instance.storage')).toMatchObject({
      disk: { freeBytes: 3e9 },
      classes: { teamFiles: { files: 2, bytes: 2 } },
    });
  });
});
