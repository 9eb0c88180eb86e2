/** Lines of figures and episodes that are wrong, clash or meet others: what is stored, and what is said. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishFigures, PublishItem, PublishLine } from '../../../../src/protocol/publish.ts';
import { putBytes, startAgentSide } from '../../../support/agent-side.ts';
import { type ApiServer, startApiServer } from '../../../support/api-server.ts';
import { mediaFile } from '../../../support/sdk-videos.ts';

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ onDisk: true });
});
afterAll(() => server.stop());

const META = { classes: [{ title: 'car', shape: 'any', color: '#FF0000' }], tags: [] };
const BOX = {
  points: {
    exterior: [
      [1, 2],
      [5, 6],
    ],
    interior: [],
  },
};
const object = (key: string, classTitle = 'car') => ({ key, classTitle, tags: [] });
const video = (name: string, more: Partial<PublishItem> = {}): PublishItem => ({
  ...{ dataset: 'd', name, key: name, link: `https://example.org/${name}` },
  ...{ ann: { objects: [object('o')], tags: [] }, ...more },
});
const figures = (of: string, ...list: Partial<PublishFigures['figures'][number]>[]): PublishFigures => ({
  kind: 'figures',
  of,
  figures: list.map((one, at) => ({
    ...{ key: `f${at}`, objectKey: 'o', geometryType: 'rectangle', geometry: BOX, frame: 0, ...one },
  })),
});
const cloud = (name: string, frame: number, more: Partial<PublishItem> = {}): PublishItem => ({
  ...{ dataset: 'd', name, key: name, link: `https://example.org/${name}`, meta: { frame }, ...more },
});

async function publish(
  type: 'videos' | 'point_clouds' | 'point_cloud_episodes' | 'volumes' | 'images',
  lines: readonly PublishLine[],
  request: { appendToProjectId?: number; conflict?: 'rename' | 'skip' | 'replace' | 'fail' } = {},
  meta: unknown = META,
) {
  const agent = await startAgentSide(server);
  const { projectId, notes } = await agent.publish({ projectType: type, ...request }, meta, lines);
  const said = notes.map(({ line, outcome, message }) => `${line} ${outcome}: ${message}`);
  if (type === 'images') return { projectId, said, items: [], files: [] };
  const { items, files } = await agent.exported(projectId);
  return { projectId, said, items, files: files.map((one) => JSON.parse(one)) };
}

const keysOf = (file: { frames: { figures: { key: string }[] }[] }): string[] =>
  file.frames.flatMap((frame) => frame.figures.map(({ key }) => key));

describe('figures', () => {
  it('that are wrong are named, and the others of their line are stored', async () => {
    const [blob = ''] = await putBytes(server, [Buffer.from('STL')]);
    const { said, files } = await publish('videos', [
      video('a.mp4'),
      figures(
        'a.mp4',
        {},
        { geometry: { points: { exterior: [[1, 2]], interior: [] } }, frame: 3 },
        { objectKey: 'other' },
        { geometryType: 'mask_3d', geometry: undefined as never, sha256: 'f'.repeat(64) },
        { sha256: blob },
        { geometry: undefined as never },
        { frame: undefined as never },
      ),
      figures('b.mp4', {}),
      { ...figures('a.mp4', {}), related: 'front.png' },
      { kind: 'episode', dataset: 'd', ann: {} },
    ]);
    expect(said).toHaveLength(9);
    for (const [at, word] of [
      'figure "f1" of object "o" in frame 3.geometry.points.exterior: expected 2 points',
      'figure "f4" of object "o" in frame 0: expected the geometry itself of a rectangle, got a file',
      'figure "f5" of object "o" in frame 0: expected the geometry of a rectangle, got nothing',
      'figure "f6" of object "o": frame: expected a whole number from 0, got nothing',
      'a.mp4: figure "f2" of object "other" in frame 0: there is no such object',
      `a.mp4: figure "f3" of object "o" in frame 0: its bytes (SHA-256 ${'f'.repeat(64)}) are not stored`,
      'figures of b.mp4: no item of this import has the key',
      'figures of a.mp4: no picture beside it is called front.png',
      'episode d: expected a project of point_cloud_episodes, got one of videos',
    ].entries())
      expect(said[at]).toContain(word);
    expect(keysOf(files[0])).toEqual(['f0']);
  });

  it('lie in the frames their video has', async () => {
    const [sha256 = '', broken = ''] = await putBytes(server, [
      mediaFile('ten-frames.mp4'),
      Buffer.from('no video'),
    ]);
    const { said, items, files } = await publish('videos', [
      video('ten.mp4', { sha256 }),
      video('broken.mp4', { sha256: broken }),
      video('stream.mp4', { sha256, meta: { videoStreamIndex: 7 } }),
      figures('ten.mp4', { frame: 9 }, { frame: 10 }),
      figures('broken.mp4', {}),
      figures('stream.mp4', {}),
    ]);
    expect(said).toHaveLength(3);
    expect(said[0]).toContain('1 failed: broken.mp4: not a video that can be read');
    expect(said[1]).toContain('2 failed: stream.mp4: videoStreamIndex: expected one of');
    expect(said[2]).toContain('in frame 10: the video has the frames 0 to 9, got 10');
    expect(items.map(({ name, width }) => [name, width])).toEqual([['ten.mp4', 64]]);
    expect([keysOf(files[0]), files[0].framesCount]).toEqual([['f0'], 10]);
  });

  it('of no cloud: an object that several clouds list is told with the first of them', async () => {
    const listed = { ann: { objects: [object('drawn'), object('undrawn')], tags: [] } };
    const { files } = await publish('point_clouds', [
      ...['a.pcd', 'b.pcd', 'c.pcd'].map((name) => cloud(name, 0, listed)),
      figures('b.pcd', {
        objectKey: 'drawn',
        geometryType: 'point_3d',
        geometry: { x: 1, y: 2, z: 3 },
      }),
    ]);
    const told = files.map((file: { objects: { key: string }[] }) => file.objects.map(({ key }) => key));
    expect(told).toEqual([['undrawn'], ['drawn'], []]);
  });

  it('go with an item that is not stored, without a word; a key is taken once', async () => {
    const { projectId } = await publish('videos', [video('a.mp4'), figures('a.mp4', {})]);
    const lines = [
      video('a.mp4', { key: 'x' }),
      figures('x', {}, {}),
      video('b.mp4'),
      video('c.mp4', { key: 'b.mp4' }),
    ];
    const { said, files, items } = await publish('videos', [...lines, figures('b.mp4', { key: 'g' })], {
      ...{ appendToProjectId: projectId, conflict: 'skip' },
    });
    expect(said).toEqual([
      '0 skipped: a.mp4 in d: the dataset has one already',
      '3 failed: c.mp4: another item of this import has its key',
    ]);
    expect(items.map(({ name }) => name)).toEqual(['a.mp4', 'b.mp4']);
    expect(files.map(keysOf)).toEqual([['f0'], ['g']]);
  });

  it('of a video that is replaced give way to the new ones, with its objects and tags', async () => {
    const { projectId } = await publish('videos', [video('a.mp4'), figures('a.mp4', {}, {})]);
    const ann = { tags: [{ name: 't', frameRange: [1, 2] }], objects: [object('n')] };
    const replaced = [video('a.mp4', { ann }), figures('a.mp4', { key: 'new', objectKey: 'n', frame: 4 })];
    const { files } = await publish('videos', replaced, {
      appendToProjectId: projectId,
      conflict: 'replace',
    });
    expect(files).toHaveLength(1);
    expect([keysOf(files[0]), files[0].objects.map((one: { key: string }) => one.key)]).toEqual([
      ['new'],
      ['n'],
    ]);
    expect(files[0].tags).toEqual([expect.objectContaining({ name: 't', frameRange: [1, 2] })]);
  });

  it('follow the new names of their classes, and tags theirs', async () => {
    const lines = (tag: string) => [
      video(`${tag}.mp4`, {
        ann: { tags: [{ name: 'tag', value: tag }], objects: [{ ...object('o'), tags: [{ name: 'tag' }] }] },
      }),
      figures(`${tag}.mp4`, {}),
    ];
    const meta = (shape: string, value_type: string) => ({
      classes: [{ title: 'car', shape, color: '#FF0000' }],
      tags: [{ name: 'tag', value_type, color: '#00FF00' }],
    });
    const first = await publish('videos', lines('one'), {}, meta('rectangle', 'any_string'));
    const of = { appendToProjectId: first.projectId };
    const { files } = await publish('videos', lines('two'), of, meta('any', 'none'));
    const told = files.map((file) => [
      file.tags[0].name,
      file.objects[0].classTitle,
      file.objects[0].tags[0].name,
    ]);
    expect(told).toEqual([
      ['tag', 'car', 'tag'],
      ['tag_1', 'car_1', 'tag_1'],
    ]);
  });
});

describe('point clouds', () => {
  it('share the objects of one key and class; another class keeps its own', async () => {
    const box = {
      position: { x: 1, y: 1, z: 1 },
      rotation: { x: 0, y: 0, z: 0 },
      dimensions: { x: 1, y: 1, z: 1 },
    };
    const of = (name: string) =>
      figures(name, {
        geometryType: 'cuboid_3d',
        geometry: box,
        key: `of ${name}`,
        frame: undefined as never,
      });
    const tagged = { ...object('o'), tags: [{ name: 'seen' }] };
    const lines: PublishLine[] = [
      ...[cloud('1.pcd', 0, { ann: { objects: [tagged] } }), of('1.pcd')],
      ...[cloud('2.pcd', 0, { ann: { objects: [object('o', 'man')] } }), of('2.pcd')],
      ...[cloud('3.pcd', 0, { ann: { objects: [tagged] } }), of('3.pcd')],
    ];
    const { said, projectId, files } = await publish('point_clouds', lines);
    expect(said).toEqual([]);
    const titles = files.map((file) => file.objects.map((one: { classTitle: string }) => one.classTitle));
    expect(titles).toEqual([['car'], ['man'], ['car']]);
    expect(files[2].objects[0].tags).toHaveLength(1);
    const rows = await server.db.kysely
      .withTables<{ objects: { id: number; dataset_id: number; item_id: number | null } }>()
      .selectFrom('objects')
      .innerJoin('datasets', 'datasets.id', 'objects.dataset_id')
      .select('item_id')
      .where('datasets.project_id', '=', projectId)
      .orderBy('objects.id')
      .execute();
    expect(rows.map(({ item_id }) => item_id === null)).toEqual([true, false]);
  });

  it('of an episode have frames of their own: a second one of a number is not stored', async () => {
    const lines = [cloud('0.pcd', 0), cloud('1.pcd', 1), cloud('1b.pcd', 1), cloud('x.pcd', -1)];
    const first = await publish('point_cloud_episodes', lines);
    expect(first.said).toEqual([
      '2 failed: 1b.pcd in d: frame 1 is 1.pcd already',
      '3 failed: x.pcd: meta.frame: expected a whole number from 0, got -1',
    ]);
    const of = { appendToProjectId: first.projectId };
    const more = [cloud('0.pcd', 0), cloud('7.pcd', 1), cloud('8.pcd', 8)];
    const renamed = await publish('point_cloud_episodes', more, of);
    expect(renamed.said).toEqual([
      '0 failed: 0.pcd in d: frame 0 is 0.pcd already',
      '1 failed: 7.pcd in d: frame 1 is 1.pcd already',
    ]);
    const replaced = await publish('point_cloud_episodes', [cloud('0.pcd', 0)], {
      ...of,
      conflict: 'replace',
    });
    expect(replaced.said).toEqual([]);
    expect(replaced.items.map(({ name }) => name).sort()).toEqual(['0.pcd', '1.pcd', '8.pcd']);
    expect(replaced.files[0].framesCount).toBe(9);
  });

  it('have their pictures whole or not at all', async () => {
    const [sha256 = ''] = await putBytes(server, [Buffer.from('picture')]);
    const picture = { name: 'front.png', sha256, meta: { deviceId: 'CAM' } };
    const { said, items } = await publish('point_clouds', [
      cloud('a.pcd', 0, { related: [picture] }),
      cloud('b.pcd', 0, { related: [picture, picture] }),
      cloud('c.pcd', 0, { related: [{ ...picture, sha256: 'e'.repeat(64) }] }),
    ]);
    expect(said[0]).toContain(
      '1 failed: b.pcd: name "front.png" of a picture beside it: two pictures have it',
    );
    expect(said[1]).toContain('2 failed: c.pcd: the bytes of front.png');
    expect(items).toMatchObject([
      { name: 'a.pcd', related: [{ name: 'front.png', meta: { deviceId: 'CAM' } }] },
    ]);
  });
});

it('files of a volume have keys of their own, for an export names them so', async () => {
  const [sha256 = ''] = await putBytes(server, [Buffer.from('voxels')]);
  const voxels = { geometryType: 'mask_3d', geometry: undefined as never, frame: undefined as never, sha256 };
  const meta = { dimensionsIJK: { x: 1, y: 1, z: 1 } };
  const { said, items } = await publish('volumes', [
    video('a.nrrd', { meta }),
    figures('a.nrrd', { ...voxels, key: 'k' }, { ...voxels, key: 'k' }, { ...voxels, key: 'l' }),
  ]);
  expect(said).toEqual([
    '1 failed: a.nrrd: figure "k" of object "o": another figure with a file has its key',
  ]);
  expect(items[0]?.geometries?.map(({ key }) => key)).toEqual(['k', 'l']);
});

it('keeps what files say that has no column, and drops what another platform called things by', async () => {
  const told = { description: 'at night', key: 'ab', id: 7 };
  const objects = [
    { ...object('o'), id: 5, classId: 6, trackLength: 3, tags: [{ name: 't', value: 0, id: 1 }] },
  ];
  const own = {
    customData: { a: 1 },
    id: 9,
    objectId: 5,
    tags: [{ name: 'seen', key: 'k' }],
    meta: { frame: 0, x: 1 },
  };
  const { projectId, files, items } = await publish('videos', [
    video('a.mp4', { ann: { ...told, objects } }),
    figures('a.mp4', own as object),
  ]);
  expect(files[0]).toMatchObject({ description: 'at night', key: 'ab' });
  expect(files[0].objects).toEqual([
    { ...object('o'), trackLength: 3, tags: [{ name: 't', value: 0, key: expect.any(String) }] },
  ]);
  const [figure] = files[0].frames[0].figures;
  const { id: _id, objectId: _object, ...kept } = own;
  expect(figure).toEqual({ key: 'f0', objectKey: 'o', geometryType: 'rectangle', geometry: BOX, ...kept });
  const asked = { datasetId: (await datasetsOf(projectId))[0], videoIds: [items[0]?.id] };
  expect(await server.api('videos.annotations.bulk.info', asked)).toMatchObject([
    { description: 'at night' },
  ]);

  const episode: PublishLine = { kind: 'episode', dataset: 'd', ann: { description: 'a ride', tags: [] } };
  const ride = await publish('point_cloud_episodes', [episode, cloud('0.pcd', 0)]);
  expect(ride.files[0]).toMatchObject({ description: 'a ride', framesCount: 1 });
});

async function datasetsOf(projectId: number): Promise<number[]> {
  const { entities } = await server.stores.datasets.list({ projectId, recursive: true, perPage: 10 });
  return entities.map(({ id }) => id);
}

describe('what is no item of its project', () => {
  it.each([
    ['volumes', video('a.nrrd'), 'expected the bytes of an NRRD file or meta.dimensionsIJK, got neither'],
    [
      'videos',
      video('a.mp4', { ann: { tags: [{}] } }),
      'annotation: tags[0].name: expected the name of a tag',
    ],
    ['videos', video('a.mp4', { ann: { objects: [{}] } }), 'annotation: objects[0].classTitle: expected'],
    [
      'videos',
      video('a.mp4', { ann: { objects: [object('k'), object('k')] } }),
      'expected every key once, got "k" twice',
    ],
    [
      'videos',
      video('a.mp4', { ann: { tags: [{ name: 't', frameRange: [3, 1] }] } }),
      'frameRange: expected [first, last]',
    ],
    ['images', figures('a.jpg', {}), 'those of images stand in their annotations'],
  ] as const)('%s: is refused and named', async (type, line, message) => {
    const { said, items } = await publish(type, [line]);
    expect(said).toEqual([expect.stringContaining(message)]);
    expect(items).toEqual([]);
  });
});

it('an annotation is there for agents of its team alone', async () => {
  const { items } = await publish('videos', [video('a.mp4')]);
  const other = await startAgentSide(server, 4711);
  await expect(other.annotation({ itemId: items[0]?.id ?? 0 })).rejects.toThrow('404');
  await expect(other.annotation({ itemId: 999_999 })).rejects.toThrow('404');
  await expect(other.annotation({ datasetId: 999_999 })).rejects.toThrow('404');
});
