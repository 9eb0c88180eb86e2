/** Tags put on images apart from their annotation, and lists filtered by what images are labelled with. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { sdkClient } from '../../../support/sdk-client.ts';

let server: ApiServer;
let projectId: number;
let datasetId: number;
let tagIds: Map<string, number>;
let classIds: Map<string, number>;
beforeAll(async () => {
  server = await startApiServer();
  projectId = (await server.api<Row>('projects.add', { name: randomUUID(), workspaceId: 1 })).id;
  const meta = await server.api<{ tags: Row[]; classes: (Row & { title: string })[] }>(
    'projects.meta.update',
    {
      id: projectId,
      meta: {
        classes: ['car', 'dog'].map((title) => ({ title, shape: 'any', color: '#FF0000' })),
        tags: ['wet', 'score'].map((name) => ({ name, value_type: 'any_string', color: '#00FF00' })),
      },
    },
  );
  tagIds = new Map(meta.tags.map((one) => [one.name, one.id]));
  classIds = new Map(meta.classes.map((one) => [one.title, one.id]));
  datasetId = (await server.api<Row>('datasets.add', { projectId, name: 'ds' })).id;
});
afterAll(() => server.stop());

interface Row {
  id: number;
  name: string;
}
interface Listed {
  total: number;
  pagesCount: number;
  entities: (Row & { tags: { id: number; tagId: number; name: string; value?: unknown }[] })[];
}

async function addImages(names: readonly string[]): Promise<number[]> {
  const images = names.map((name) => ({ name, link: 'https://example.com/a.png' }));
  return (await server.api<Row[]>('images.bulk.add', { datasetId, images })).map((one) => one.id);
}
const tagsOf = async (id: number) =>
  (await server.api<{ annotation: Listed['entities'][number] }>('annotations.info', { imageId: id }))
    .annotation.tags;
const object = (classTitle: string, tags: object[] = []) => ({
  classTitle,
  geometryType: 'point',
  tags,
  points: { exterior: [[1.5, 1.5]], interior: [] },
});
const annotate = (imageId: number, annotation: object) =>
  server.api('annotations.bulk.add', {
    annotations: [{ imageId, annotation: { objects: [], ...annotation } }],
  });

test('a tag on many images; said twice it is there once, with another value twice', async () => {
  const [a = 0, b = 0] = await addImages(['a1', 'b1']);
  const tagId = tagIds.get('wet') ?? 0;
  await annotate(a, { description: 'kept', objects: [object('car')] });
  for (const value of ['x', 'x', 'y'])
    await server.api('image-tags.bulk.add-to-image', { tagId, ids: [b, a], value });
  expect(await tagsOf(b)).toMatchObject([
    { tagId, name: 'wet', value: 'x' },
    { tagId, name: 'wet', value: 'y' },
  ]);
  const whole = await server.api<{ annotation: object }>('annotations.info', { imageId: a });
  expect(whole.annotation).toMatchObject({ description: 'kept', objects: [{ classTitle: 'car' }] });
  // The same ids, however they are asked for.
  const { entities } = await server.api<Listed>('images.list', { datasetId, sort: 'id' });
  expect(entities.find((one) => one.id === b)?.tags).toEqual(await tagsOf(b));
  const info = await server.api<Listed['entities'][number]>('images.info', { id: b });
  expect(info.tags).toEqual(await tagsOf(b));
});

test('adding a tag makes the image newer, adding it again does not', async () => {
  const [id = 0] = await addImages(['newer']);
  const updatedAt = async () => (await server.api<{ updatedAt: string }>('images.info', { id })).updatedAt;
  const before = await updatedAt();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const tag = { projectId, tags: [{ entityId: id, tagId: tagIds.get('score'), value: 3 }] };
  const [added] = await server.api<Row[]>('tags.entities.bulk.add', tag);
  const after = await updatedAt();
  expect(after > before).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await server.api('tags.entities.bulk.add', tag)).toEqual([added]);
  expect(await updatedAt()).toBe(after);
});

test('tags.entities.bulk.add answers ids in the order asked, and refuses what is not of the project', async () => {
  const [a = 0, b = 0] = await addImages(['o1', 'o2']);
  const [wet, score] = [tagIds.get('wet'), tagIds.get('score')];
  const tags = [
    { entityId: b, tagId: wet, value: 'q' },
    { entityId: a, tagId: score, value: null },
    { entityId: b, tagId: score, value: 1 },
  ];
  const ids = await server.api<Row[]>('tags.entities.bulk.add', { projectId, tags });
  const [ofA, ofB] = [await tagsOf(a), await tagsOf(b)];
  expect(ids.map((one) => one.id)).toEqual([ofB[0]?.id, ofA[0]?.id, ofB[1]?.id]);
  const elsewhere = await server.api<Row>('projects.add', { name: randomUUID(), workspaceId: 1 });
  await expect(server.api('tags.entities.bulk.add', { projectId: elsewhere.id, tags })).rejects.toThrow(
    /404/,
  );
  await expect(
    server.api('tags.entities.bulk.add', { projectId, tags: [{ entityId: a, tagId: 999_999 }] }),
  ).rejects.toThrow(/404/);
});

test('the filters of labels', async () => {
  const { id } = await server.api<Row>('datasets.add', { projectId, name: 'filtered' });
  const images = ['cat_1.png', 'dog%1.png', 'cat_2.png', 'bare.png'].map((name) => ({ name, link: 'x' }));
  const added = await server.api<Row[]>('images.bulk.add', { datasetId: id, images });
  const [one = 0, two = 0, three = 0] = added.map((row) => row.id);
  await annotate(one, { tags: [{ name: 'wet', value: 'very' }], objects: [object('car'), object('car')] });
  await annotate(two, { tags: [{ name: 'score', value: 5 }], objects: [object('dog', [{ name: 'wet' }])] });
  await annotate(three, { tags: [{ name: 'wet' }], objects: [object('car')] });
  const names = async (...filters: { type: string; data: object }[]) =>
    (await server.api<Listed>('images.list', { datasetId: id, filters })).entities.map((row) => row.name);
  const [wet, score] = [tagIds.get('wet'), tagIds.get('score')];
  const classId = classIds.get('car');

  expect(await names({ type: 'images_filename', data: { value: 'cat_' } })).toEqual([
    'cat_1.png',
    'cat_2.png',
  ]);
  expect(await names({ type: 'images_filename', data: { value: '%' } })).toEqual(['dog%1.png']);
  expect(await names({ type: 'images_tag', data: { tagId: wet } })).toEqual(['cat_1.png', 'cat_2.png']);
  expect(await names({ type: 'images_tag', data: { tagId: wet, value: 'very' } })).toEqual(['cat_1.png']);
  expect(await names({ type: 'images_tag', data: { tagId: score, value: 5 } })).toEqual(['dog%1.png']);
  expect(await names({ type: 'images_tag', data: { tagId: score, value: '5' } })).toEqual(['dog%1.png']);
  expect(await names({ type: 'images_tag', data: { tagId: wet, include: false } })).toEqual([
    'dog%1.png',
    'bare.png',
  ]);
  expect(await names({ type: 'objects_tag', data: { tagId: wet, value: null } })).toEqual(['dog%1.png']);
  expect(await names({ type: 'objects_class', data: { classId } })).toEqual(['cat_1.png', 'cat_2.png']);
  expect(await names({ type: 'objects_class', data: { classId, from: 2, to: 9999 } })).toEqual(['cat_1.png']);
  expect(await names({ type: 'objects_class', data: { classId, include: false } })).toEqual([
    'dog%1.png',
    'bare.png',
  ]);
  expect(
    await names(
      { type: 'images_tag', data: { tagId: wet } },
      { type: 'images_filename', data: { value: '2' } },
    ),
  ).toEqual(['cat_2.png']);
  const paged = await server.api<Listed>('images.list', {
    datasetId: id,
    per_page: 1,
    page: 2,
    filters: [{ type: 'images_tag', data: { tagId: wet } }],
  });
  expect(paged).toMatchObject({ total: 2, pagesCount: 2, entities: [{ name: 'cat_2.png' }] });

  for (const type of [
    'objects_annotator',
    'tagged_by_annotator',
    'issues_count',
    'job',
    'entities_collection',
  ])
    await expect(names({ type, data: {} })).rejects.toThrow(/400/);
  await expect(names({ type: 'images_tag', data: { tagId: 999_999 } })).rejects.toThrow(/404/);
  await expect(names({ type: 'images_tag', data: { tagId: 'x' } })).rejects.toThrow(/filters\[0\]/);
});

test('tags are not looked up when nobody asks for them', async () => {
  await addImages(['plain']);
  const { entities } = await server.api<Listed>('images.list', { datasetId, fields: ['name'] });
  for (const one of entities) expect(Object.keys(one).sort()).toEqual(['id', 'name']);
});

test('labels that are sent again beside new ones have ids of their own', async () => {
  const [imageId = 0] = await addImages(['changed']);
  const labelsOf = async () =>
    (
      await server.api<{ annotation: { objects: { id: number; classTitle: string }[] } }>(
        'annotations.info',
        {
          imageId,
        },
      )
    ).annotation.objects;
  await annotate(imageId, { objects: [object('car'), object('dog'), object('car')] });
  const [, second, third] = await labelsOf();
  // The first one goes, new ones come before and behind those that stay.
  await annotate(imageId, { objects: [second, object('car'), third, object('car')] });
  const after = await labelsOf();
  expect(after.map((one) => one.classTitle)).toEqual(['dog', 'car', 'car', 'car']);
  expect(new Set(after.map((one) => one.id)).size).toBe(4);
  expect(after.map((one) => one.id)).toEqual(after.map((one) => one.id).sort((a, b) => a - b));
  const { entities } = await server.api<{ entities: { id: number }[] }>('figures.list', {
    datasetId,
    filter: [{ field: 'entityId', operator: '=', value: imageId }],
  });
  expect(entities.map((one) => one.id)).toEqual(after.map((one) => one.id));
});

test.each([
  ['videos', 'videos', true],
  ['point-clouds', 'point_cloud_episodes', false],
  ['volumes', 'volumes', true],
] as const)('%s.list knows the same filters', async (prefix, type, ofItem) => {
  const sdk = sdkClient(server);
  const made = await sdk.project(type, {
    classes: ['car', 'dog'].map((title) => ({ title, shape: 'any', color: '#FF0000' })),
    tags: [{ name: 'wet', value_type: 'any_string', color: '#00FF00' }],
  });
  const { datasetId, projectId: ofProject } = made;
  const [key, volume] = [prefix.replace('-c', 'C'), { dimensionsIJK: { x: 1, y: 1, z: 1 } }];
  const [a = 0, b = 0] = (
    await sdk.api<Row[]>(`${prefix}.bulk.add`, {
      datasetId,
      [key]: ['a', 'b', 'c'].map((name, frame) => ({
        name,
        link: `https://x/${name}`,
        meta: { frame, ...volume },
      })),
    })
  ).map((one) => one.id);
  const [first, second, third] = await sdk.api<Row[]>('annotation-objects.bulk.add', {
    datasetId,
    annotationObjects: [
      { classId: made.classId('car'), entityId: ofItem ? a : undefined },
      { classId: made.classId('car'), entityId: ofItem ? a : undefined },
      { classId: made.classId('dog'), entityId: ofItem ? b : undefined },
    ],
  });
  const figure = (object: Row | undefined, entityId: number) => ({
    ...{
      objectId: object?.id,
      entityId,
      geometryType: 'point',
      geometry: { points: { exterior: [[1, 1]], interior: [] } },
    },
    meta: { frame: 0, planeName: 'axial', sliceIndex: 0, normal: { x: 0, y: 0, z: 1 } },
  });
  for (const [entityId, figures] of [
    [a, [figure(first, a), figure(first, a), figure(second, a)]],
    [b, [figure(third, b)]],
  ] as const)
    await sdk.api('figures.bulk.add', { datasetId, entityId, figures });
  const tagId = made.tagId('wet');
  const owner = { videos: 'videoId', 'point-clouds': 'entityId', volumes: 'entityId' }[prefix];
  await sdk.api(`${prefix}.tags.bulk.add`, { [owner]: b, tags: [{ tagId, value: 'very' }] });
  await sdk.api('annotation-objects.tags.bulk.add', {
    projectId: ofProject,
    tags: [{ objectId: first?.id, tagId }],
  });

  const names = async (...filters: { type: string; data: object }[]) =>
    (await sdk.listAll<Row>(`${prefix}.list`, { projectId: ofProject, filters }, 1)).map((one) => one.name);
  const car = made.classId('car');
  expect(await names({ type: 'objects_class', data: { classId: car } })).toEqual(['a']);
  expect(await names({ type: 'objects_class', data: { classId: car, from: 2, to: 2 } })).toEqual(['a']);
  expect(await names({ type: 'objects_class', data: { classId: car, from: 3 } })).toEqual([]);
  expect(await names({ type: 'objects_class', data: { classId: car, include: false } })).toEqual(['b', 'c']);
  expect(await names({ type: 'images_tag', data: { tagId, value: 'very' } })).toEqual(['b']);
  expect(await names({ type: 'objects_tag', data: { tagId } })).toEqual(['a']);
  expect(await names({ type: 'images_filename', data: { value: 'c' } })).toEqual(['c']);
  expect(await names()).toEqual(['a', 'b', 'c']);
  await expect(names({ type: 'job', data: {} })).rejects.toThrow(/400/);
  await expect(names({ type: 'images_tag', data: { tagId: 999_999 } })).rejects.toThrow(/404/);
});
