/** What single methods of projects, datasets and images do beyond their shapes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer();
});
afterAll(() => server.stop());

interface Row {
  id: number;
  name: string;
}
interface Paged<T = Row> {
  total: number;
  entities: T[];
}

const newProject = (more: object = {}) =>
  server.api<Row>('projects.add', { name: randomUUID(), workspaceId: 1, ...more });
const newDataset = (projectId: number, name: string, parentId: number | null = null) =>
  server.api<Row>('datasets.add', { projectId, name, parentId });
const links = (names: readonly string[]) =>
  names.map((name) => ({ name, link: `https://example.com/${name}` }));
const addImages = (datasetId: number, names: readonly string[]) =>
  server.api<Row[]>('images.bulk.add', { datasetId, images: links(names) });
const names = ({ entities }: Paged) => entities.map((one) => one.name);

async function refused(
  method: string,
  body: unknown,
): Promise<{ status: number; details: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/public/api/v3/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': server.token },
    body: JSON.stringify(body),
  });
  const { details } = (await response.json()) as { details: Record<string, unknown> };
  return { status: response.status, details };
}

describe('a name that is taken is NONUNIQUE with the one that has it', () => {
  test.each(['projects.add', 'projects.editInfo', 'projects.workspace.set'])('%s', async (method) => {
    const { id: other } = await server.api<Row>('workspaces.add', { teamId: 1, name: randomUUID() });
    const taken = await newProject();
    const mine = await newProject({ workspaceId: other, name: taken.name });
    const beside = await newProject();
    const body = {
      'projects.add': { name: taken.name, workspaceId: 1 },
      'projects.editInfo': { id: beside.id, name: taken.name },
      'projects.workspace.set': { id: mine.id, workspaceId: 1 },
    }[method];
    expect(await refused(method, body)).toMatchObject({
      status: 400,
      details: { type: 'NONUNIQUE', errors: [{ id: taken.id, name: taken.name }] },
    });
  });

  test.each(['datasets.add', 'datasets.editInfo', 'datasets.move'])('%s', async (method) => {
    const { id: projectId } = await newProject();
    const parent = await newDataset(projectId, 'parent');
    const taken = await newDataset(projectId, 'a', parent.id);
    const top = await newDataset(projectId, 'a');
    const beside = await newDataset(projectId, 'b', parent.id);
    const body = {
      'datasets.add': { projectId, name: 'a', parentId: parent.id },
      'datasets.editInfo': { id: beside.id, name: 'a' },
      'datasets.move': { srcId: top.id, destId: parent.id },
    }[method];
    expect(await refused(method, body)).toMatchObject({
      status: 400,
      details: { type: 'NONUNIQUE', errors: [{ id: taken.id, name: 'a' }] },
    });
  });

  test('images.bulk.add and images.editInfo, all or none', async () => {
    const { id: projectId } = await newProject();
    const { id: datasetId } = await newDataset(projectId, 'ds');
    const [a, b] = await addImages(datasetId, ['a.png', 'b.png']);
    const clash = { type: 'NONUNIQUE', errors: [{ id: a?.id, name: 'a.png' }] };
    expect(await refused('images.bulk.add', { datasetId, images: links(['c.png', 'a.png']) })).toMatchObject({
      status: 400,
      details: clash,
    });
    expect(await refused('images.editInfo', { id: b?.id, name: 'a.png' })).toMatchObject({
      status: 400,
      details: clash,
    });
    expect(names(await server.api<Paged>('images.list', { datasetId }))).toEqual(['a.png', 'b.png']);
  });
});

describe('projects', () => {
  test('one moves to another workspace with all it has', async () => {
    const { id: workspaceId } = await server.api<Row>('workspaces.add', { teamId: 1, name: randomUUID() });
    const project = await newProject();
    await newDataset(project.id, 'ds');
    await server.api('projects.workspace.set', { id: project.id, workspaceId });
    expect(names(await server.api<Paged>('projects.list', { workspaceId }))).toEqual([project.name]);
    expect(await server.api('projects.info', { id: project.id })).toMatchObject({
      datasetsCount: 1,
      workspaceId,
    });
    expect((await refused('projects.workspace.set', { id: project.id, workspaceId: 999_999 })).status).toBe(
      404,
    );
  });

  test('removed for good: archived or not, twice, and one that never was', async () => {
    const [a, b] = [await newProject(), await newProject()];
    await newDataset(a.id, 'ds');
    await server.api('projects.archive', { id: b.id });
    const projects = [{ id: a.id }, { id: b.id, archiveUrl: 'https://example.com/x' }, { id: 987_654 }];
    await server.api('projects.remove.permanently', { projects });
    await server.api('projects.remove.permanently', { projects, preserveProjectCard: false });
    expect((await refused('projects.info', { id: a.id })).status).toBe(404);
    expect((await refused('datasets.list', { projectId: a.id })).status).toBe(404);
    // The name is free again.
    await newProject({ name: a.name });
  });

  test('projects.stats counts classes and tags', async () => {
    const { id } = await newProject();
    const meta = await server.api<{ classes: Row[]; tags: Row[] }>('projects.meta.update', {
      id,
      meta: {
        classes: [{ title: 'car', shape: 'point', color: '#FF0000' }],
        tags: [{ name: 'wet', value_type: 'none', color: '#00FF00' }],
      },
    });
    const { id: datasetId } = await newDataset(id, 'ds');
    const [a] = await addImages(datasetId, ['a.png', 'b.png']);
    const car = { classTitle: 'car', geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } };
    await server.api('annotations.bulk.add', {
      annotations: [{ imageId: a?.id, annotation: { tags: [{ name: 'wet' }], objects: [car, car] } }],
    });
    const objectClass = { id: meta.classes[0]?.id, name: 'car' };
    expect(await server.api('projects.stats', { id })).toMatchObject({
      images: { total: 2, marked: 1, objectClasses: [{ objectClass, total: 1 }] },
      objects: { total: 2, items: [{ objectClass, total: 2 }] },
      imageTags: { items: [{ tag: { id: meta.tags[0]?.id, name: 'wet' }, total: 1 }] },
    });
  });
});

describe('datasets', () => {
  test('one moves with all below it, to the top as well, but not into itself', async () => {
    const { id: projectId } = await newProject();
    const a = await newDataset(projectId, 'a');
    const b = await newDataset(projectId, 'b', a.id);
    const c = await newDataset(projectId, 'c', b.id);
    const elsewhere = await newDataset((await newProject()).id, 'x');
    expect((await refused('datasets.move', { srcId: a.id, destId: a.id })).status).toBe(400);
    expect((await refused('datasets.move', { srcId: a.id, destId: c.id })).status).toBe(400);
    expect((await refused('datasets.move', { srcId: a.id, destId: elsewhere.id })).status).toBe(404);
    expect(await server.api('datasets.move', { srcId: b.id, destId: null })).toMatchObject({
      parentId: null,
    });
    expect(await server.api('datasets.info', { id: c.id })).toMatchObject({ parentId: b.id, path: 'b/c' });
    expect(await server.api('datasets.move', { srcId: a.id, destId: c.id })).toMatchObject({ path: 'b/c/a' });
  });

  test('datasets.list.all goes over projects and depths', async () => {
    const { id: projectId } = await newProject();
    const a = await newDataset(projectId, 'a');
    await newDataset(projectId, 'b', a.id);
    await newDataset((await newProject()).id, 'elsewhere');
    const own = await server.api<Paged>('datasets.list.all', { projectId });
    expect(names(own)).toEqual(['a', 'b']);
    const all = await server.api<Paged>('datasets.list.all', { per_page: 20_000 });
    expect(names(all)).toEqual(expect.arrayContaining(['a', 'b', 'elsewhere']));
    await server.api('projects.archive', { id: projectId });
    const rest = await server.api<Paged>('datasets.list.all', { per_page: 20_000 });
    expect(rest.entities.map((one) => one.id)).not.toContain(a.id);
  });

  test('one removed for good takes those below it and its items off the counts', async () => {
    const { id: projectId } = await newProject();
    const a = await newDataset(projectId, 'a');
    const b = await newDataset(projectId, 'b', a.id);
    await addImages(b.id, ['a.png']);
    await server.api('datasets.remove.permanently', { datasets: [{ id: a.id }] });
    await server.api('datasets.remove.permanently', { datasets: [{ id: a.id }, { id: b.id }] });
    expect((await refused('datasets.info', { id: b.id })).status).toBe(404);
    expect(await server.api('projects.info', { id: projectId })).toMatchObject({
      itemsCount: 0,
      datasetsCount: 0,
    });
  });
});

describe('images', () => {
  test('links replace bytes, and sizes follow', async () => {
    const { id: projectId } = await newProject();
    const { id: datasetId } = await newDataset(projectId, 'ds');
    const form = new FormData();
    form.append('0-file', new Blob(['12345']), '0');
    const upload = await fetch(`${server.url}/public/api/v3/images.bulk.upload`, {
      method: 'POST',
      headers: { 'x-api-key': server.token },
      body: form,
    });
    const [{ hash }] = (await upload.json()) as [{ hash: string }];
    const [a] = await server.api<Row[]>('images.bulk.add', { datasetId, images: [{ name: 'a.png', hash }] });
    const link = 'https://example.com/new.png';
    const kept = await server.api('images.update.links', { images: [{ id: a?.id, link }] });
    expect(kept).toMatchObject([{ id: a?.id, link, hash }]);
    const dropped = await server.api('images.update.links', {
      images: [{ id: a?.id, link }],
      clearLocalDataSource: true,
    });
    expect(dropped).toMatchObject([{ link, hash: null, size: 0 }]);
    expect(await server.api('datasets.info', { id: datasetId })).toMatchObject({ size: 0, itemsCount: 1 });
    const missing = {
      images: [
        { id: a?.id, link: 'x' },
        { id: 987_654, link: 'x' },
      ],
    };
    expect((await refused('images.update.links', missing)).status).toBe(404);
    expect(await server.api('images.info', { id: a?.id })).toMatchObject({ link });
  });

  test('customSort orders a list', async () => {
    const { id: projectId } = await newProject();
    const { id: datasetId } = await newDataset(projectId, 'ds');
    const [a, b, c] = await addImages(datasetId, ['a', 'b', 'c']);
    await server.api('images.bulk.set-custom-sort', {
      images: [
        { id: a?.id, customSort: 3 },
        { id: b?.id, customSort: 1 },
        { id: c?.id, customSort: 2.5 },
      ],
    });
    const sorted = await server.api<Paged>('images.list', { datasetId, sort: 'customSort' });
    expect(names(sorted)).toEqual(['b', 'c', 'a']);
    expect((await refused('datasets.list', { projectId, sort: 'customSort' })).status).toBe(400);
  });

  test('the dataset that is missing is 404, one of another id in the filter is none', async () => {
    expect((await refused('images.list', { datasetId: 987_654 })).status).toBe(404);
    expect((await refused('images.list', {})).status).toBe(400);
  });
});

test('a workspace is hidden and shown again; its projects are as they were', async () => {
  const { id } = await server.api<Row>('workspaces.add', { teamId: 1, name: randomUUID() });
  const project = await newProject({ workspaceId: id });
  const hidden = async () => (await server.api<{ hidden: boolean }>('workspaces.info', { id })).hidden;
  expect(await hidden()).toBe(false);
  await server.api('workspaces.visibility.set', { id, hidden: true });
  expect(await hidden()).toBe(true);
  expect(names(await server.api<Paged>('projects.list', { workspaceId: id }))).toEqual([project.name]);
  await server.api('workspaces.editInfo', { id, description: 'still' });
  expect(await hidden()).toBe(true);
  await server.api('workspaces.visibility.set', { id, hidden: false });
  expect(await hidden()).toBe(false);
});

test('links of videos, and of nothing else; all or none', async () => {
  const { id: projectId } = await newProject({ type: 'videos' });
  const { id: datasetId } = await newDataset(projectId, 'ds');
  const added = await server.api<Row[]>('videos.bulk.add', { datasetId, videos: links(['a.mp4', 'b.mp4']) });
  const link = 's3://bucket/new.mp4';
  const [a, b] = added.map((one) => one.id);
  const videos = [b, a].map((id) => ({ id, link }));
  const changed = await server.api('videos.update.links', { videos, clearLocalDataSource: true });
  expect(changed).toMatchObject([
    { id: b, link },
    { id: a, link },
  ]);
  const [image] = await addImages((await newDataset((await newProject()).id, 'ds')).id, ['a.png']);
  const mixed = [
    { id: a, link: 'x' },
    { id: image?.id, link: 'x' },
  ];
  expect((await refused('videos.update.links', { videos: mixed })).status).toBe(404);
  expect(await server.api('videos.info', { id: a })).toMatchObject({ link });
});

test('the clouds of an episode in another order: all of them, once', async () => {
  const { id: projectId } = await newProject({ type: 'point_cloud_episodes' });
  const { id: datasetId } = await newDataset(projectId, 'ds');
  const pointClouds = links(['0.pcd', '1.pcd', '2.pcd']).map((one, frame) => ({
    ...one,
    meta: { frame, device: 'x' },
  }));
  const added = await server.api<Row[]>('point-clouds.bulk.add', { datasetId, pointClouds });
  const [a = 0, b = 0, c = 0] = added.map((one) => one.id);
  const order = async () =>
    (await server.api<Paged<{ id: number; meta: object }>>('point-clouds.list', { datasetId })).entities.map(
      (one) => [one.id, one.meta],
    );
  const method = 'point-clouds.episodes.frames.update-order';
  await server.api(method, { datasetId, pointCloudIds: [c, a, b] });
  const now = [
    [a, { frame: 1, device: 'x' }],
    [b, { frame: 2, device: 'x' }],
    [c, { frame: 0, device: 'x' }],
  ];
  expect(await order()).toEqual(now);
  for (const pointCloudIds of [[], [a, b], [a, b, b], [a, b, c, c]])
    expect((await refused(method, { datasetId, pointCloudIds })).status).toBe(400);
  const { id: other } = await newDataset(projectId, 'other');
  const [alien] = await server.api<Row[]>('point-clouds.bulk.add', {
    datasetId: other,
    pointClouds: pointClouds.slice(0, 1),
  });
  const wrong = { datasetId, pointCloudIds: [alien?.id, a, b] };
  expect((await refused(method, wrong)).status).toBe(404);
  expect(await order()).toEqual(now);
  const plain = await newDataset((await newProject({ type: 'point_clouds' })).id, 'ds');
  expect((await refused(method, { datasetId: plain.id, pointCloudIds: [] })).status).toBe(400);
});

test('a copy of a project, whole or in parts, in the words of the SDK', async () => {
  const project = await newProject();
  const specOf = async (include: object | null) => {
    const body = { id: project.id, workspaceId: 1, name: 'copy', include };
    const { taskId } = await server.api<{ taskId: number }>('projects.clone', body);
    const task = await server.tasks.service.get({ id: taskId });
    expect(task).toMatchObject({
      plugin: '@platform',
      spec: { source: { kind: 'project', projectId: project.id }, projectName: 'copy', workspaceId: 1 },
    });
    expect((await refused('tasks.repeat', { id: taskId })).status).toBe(400);
    return task?.spec.options;
  };
  const words = (meta: boolean, datasets: boolean, items: boolean, annotations: boolean) => ({
    ...{ classes: meta, projectTags: meta, datasets, images: items, imagesTags: items },
    ...{ annotationObjects: annotations, annotationObjectsTags: annotations },
    ...{ figures: annotations, figuresTags: annotations },
  });
  expect(await specOf(words(true, true, true, true))).toEqual({});
  expect(await specOf(null)).toEqual({});
  expect(await specOf(words(true, true, true, false))).toEqual({ leftOut: ['annotations'] });
  // What needs a part goes with it, and nobody has to say so.
  expect(await specOf({ datasets: false })).toEqual({ leftOut: ['datasets', 'items', 'annotations'] });
  expect(await specOf({ classes: false, images: true, other: true })).toEqual({
    leftOut: ['meta', 'annotations'],
  });

  const bare = await server.api<{ taskId: number }>('projects.clone', { id: project.id });
  expect(await server.tasks.service.get({ id: bare.taskId })).toMatchObject({
    spec: { projectName: project.name, workspaceId: 1, options: {} },
  });
  for (const include of [{ figures: false, figuresTags: true }, { annotations: false }, { images: 'no' }])
    expect((await refused('projects.clone', { id: project.id, include })).status).toBe(400);
  expect((await refused('projects.clone', { id: 987_654 })).status).toBe(404);
});
