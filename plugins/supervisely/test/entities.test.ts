import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readNrrdHeader } from '../../../src/format/nrrd-header.ts';
import { detectIn, type HereResult, importHere, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { annotationsOf, figuresOf, flatAnnotation } from './annotations.ts';

const plugin = 'supervisely';
const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);
const jsonOf = (file: string): Record<string, never> => JSON.parse(readFileSync(file, 'utf8'));
const flat = (file: string) => flatAnnotation(jsonOf(file));

/** A copy of a fixture to spoil. */
function copyOf(name: string) {
  const root = tempFolder('source');
  cpSync(fixture(name), root, { recursive: true });
  return {
    root,
    // biome-ignore lint/suspicious/noExplicitAny: tests reach into the middle of it
    edit(file: string, change: (json: any) => unknown): void {
      const json = jsonOf(path.join(root, file));
      writeFileSync(path.join(root, file), JSON.stringify(change(json) ?? json));
    },
    write: (file: string, bytes: string) => writeFileSync(path.join(root, file), bytes),
  };
}

function expectQuiet({ failure, reports }: HereResult): void {
  expect(failure).toBeUndefined();
  expect(reports).toEqual([]);
}

test('videos: nested datasets, tags of frames, metadata, custom data, links', async () => {
  const folder = fixture('videos');
  const imported = await importHere({ plugin, folder });
  expectQuiet(imported);
  expect(namesOf(imported)).toEqual(['ds1/a.mp4', 'ds1/far.mp4', 'ds1/night/b.mp4']);
  expect(imported.meta).toEqual(jsonOf(path.join(folder, 'meta.json')));
  const [a, far] = imported.items;
  expect(a).toMatchObject({ file: 'data/ds1/video/a.mp4', width: 1280, height: 720 });
  expect(a?.meta).toEqual({ videoFrameOffset: 4, customData: { camera: 'north' } });
  expect(far).toMatchObject({ link: 'https://videos.example.com/far.mp4' });
  expect(annotationsOf(imported)['ds1/a.mp4']).toEqual(flat(path.join(folder, 'ds1/ann/a.mp4.json')));
});

test('point clouds: every geometry in space, pictures beside them and what is drawn on those', async () => {
  const folder = fixture('point_clouds');
  const imported = await importHere({ plugin, folder });
  expectQuiet(imported);
  expect(imported.meta.projectType).toBe('point_clouds');
  const annotations = annotationsOf(imported);
  for (const name of ['frame1.pcd', 'frame2.pcd'])
    expect(annotations[`ds0/${name}`]).toEqual(flat(path.join(folder, `ds0/ann/${name}.json`)));
  const beside = path.join(folder, 'ds0/related_images/frame1_pcd/front.png');
  expect(annotations['ds0/frame1.pcd/front.png']?.figures).toEqual(jsonOf(`${beside}.figures.json`));
  expect(imported.items[0]?.related).toEqual([
    {
      name: 'front.png',
      file: 'data/ds0/related_images/frame1_pcd/front.png',
      meta: jsonOf(`${beside}.json`).meta,
    },
  ]);
});

test('episodes: clouds are frames by the map, objects and figures are of the whole', async () => {
  const folder = fixture('episodes');
  const imported = await importHere({ plugin, folder });
  expectQuiet(imported);
  expect(imported.items.map(({ name, meta }) => [name, meta])).toEqual([
    ['z.pcd', { frame: 0 }],
    ['a.pcd', { frame: 1 }],
  ]);
  const annotations = annotationsOf(imported);
  const { figures, ...head } = flat(path.join(folder, 'drive/annotation.json'));
  expect(annotations.drive).toEqual({ ...head, figures: [] });
  const drawn = ['z.pcd', 'a.pcd'].flatMap((name, frame) =>
    figuresOf(annotations[`drive/${name}`]).map((figure) => ({ ...figure, frame })),
  );
  expect(drawn).toEqual(figures);
});

test('volumes: planes, and geometries that are files', async () => {
  const folder = fixture('volumes');
  const imported = await importHere({ plugin, folder });
  expectQuiet(imported);
  const { volumeMeta, ...original } = jsonOf(path.join(folder, 'ds0/ann/ct.nrrd.json'));
  expect(imported.items[0]?.meta).toEqual(volumeMeta);
  const figures = figuresOf(annotationsOf(imported)['ds0/ct.nrrd']);
  expect(figures.flatMap(({ file }) => file ?? [])).toEqual([
    `data/ds0/mask/ct.nrrd/${figures[1]?.key}.nrrd`,
    `data/ds0/interpolation/ct.nrrd/${figures[2]?.key}.stl`,
  ]);
  const read = figures.map(({ file, ...one }) => (file === undefined ? one : { ...one, geometry: {} }));
  expect({ ...flatAnnotation(original), figures: read }).toEqual(flatAnnotation(original));
});

test('a mask that stands in the annotation becomes the file that others are', async () => {
  const { root, edit } = copyOf('volumes');
  rmSync(path.join(root, 'ds0/mask'), { recursive: true });
  const voxels = Buffer.alloc(6 * 5 * 4);
  // x 1, y 2, z 3; z varies fastest.
  voxels[(1 * 5 + 2) * 4 + 3] = 1;
  const data = gzipSync(Buffer.concat([Buffer.from('6,5,4|'), voxels])).toString('base64');
  edit('ds0/ann/ct.nrrd.json', (json) => {
    json.spatialFigures[0].geometry = { mask_3d: { data, space_origin: [1, 2, 3] }, shape: 'mask_3d' };
  });
  const run = await runPlugin({ action: 'import', plugin, folder: root });
  expect(run.failure).toBeUndefined();
  const figure = run.figures.flatMap(({ figures }) => figures).find((one) => one.geometryType === 'mask_3d');
  expect(figure?.file).toMatch(/^results\//);
  const bytes = readFileSync(path.join(run.taskFolder, figure?.file ?? ''));
  const header = readNrrdHeader(bytes.toString('latin1', 0, 1000));
  expect(header?.fields.get('sizes')).toBe('6 5 4');
  expect(header?.fields.get('space origin')).toBe('(1,2,3)');
  const grid = gunzipSync(bytes.subarray(header?.length));
  expect([...grid.entries()].filter(([, voxel]) => voxel !== 0)).toEqual([[(3 * 5 + 2) * 6 + 1, 1]]);
});

test('what is wrong is told with its place, and the rest goes through', async () => {
  const { root, edit } = copyOf('videos');
  edit('ds1/ann/a.mp4.json', (json) => {
    const [first, second] = json.frames;
    json.objects.push({ key: 'ff', classTitle: 'plane', tags: [] }, { key: 'ff', classTitle: 'car' }, 7);
    json.tags.push({ name: 'weather', value: 'rain', frameRange: [1, 3] });
    first.figures.push(
      { objectKey: 'nobody', geometryType: 'rectangle', geometry: {} },
      { objectKey: 'ff', geometryType: 'rectangle', geometry: { points: 5 } },
      { objectKey: 'ff', geometryType: 'cube', geometry: {} },
      { ...first.figures[1], geometryType: 'polygon' },
      'text',
    );
    json.frames.push({ index: 3, figures: second.figures }, { figures: [second.figures[0]] });
  });
  const imported = await importHere({ plugin, folder: root });
  const file = 'data/ds1/ann/a.mp4.json';
  expect(told(imported)).toEqual([
    `warning ${file} objects[3].classTitle: expected a class of meta.json, got "plane"`,
    `warning ${file} objects[4].key: expected a key of its own, got "ff"`,
    `warning ${file} objects[5]: expected an object, got 7`,
    `warning ${file} tags[1].frameRange: expected a first and a last frame below 3, got [1,3]`,
    `warning ${file} frames[0].figures[2].objectKey: expected the key of an object, got "nobody"`,
    `warning ${file} frames[0].figures[3].geometry.points: expected an object with "exterior", got 5`,
    `warning ${file}: 6 more places of this file could not be read either`,
  ]);
  expect(annotationsOf(imported)['ds1/a.mp4']?.figures).toEqual(
    flat(path.join(fixture('videos'), 'ds1/ann/a.mp4.json')).figures,
  );
  expect(imported.meta.classes.find(({ title }) => title === 'plane')?.shape).toBe('any');
});

test('bad_annotation: the item is left out, or the import ends', async () => {
  const { root, edit } = copyOf('videos');
  edit(
    'ds1/ann/a.mp4.json',
    (json) => json.frames.push({ index: 9, figures: [json.frames[0].figures[0]] }) && json,
  );
  const without = await importHere({ plugin, folder: root, options: { bad_annotation: 'skip-item' } });
  expect(namesOf(without)).toEqual(['ds1/far.mp4', 'ds1/night/b.mp4']);
  expect(told(without)).toEqual([
    'failed data/ds1/ann/a.mp4.json frames[2].index: expected a frame below 3, got 9',
    'skipped data/ds1/video/a.mp4: its annotation ds1/ann/a.mp4.json has errors',
  ]);
  const stopped = await importHere({ plugin, folder: root, options: { bad_annotation: 'stop' } });
  expect(stopped.failure).toMatchObject({
    code: 'SLY_FORMAT_INVALID',
    file: 'ds1/ann/a.mp4.json',
    detail: 'frames[2].index: expected a frame below 3, got 9',
  });
});

test('keys: made where there are none, with and without dashes, by the number of the server', async () => {
  const { root, edit } = copyOf('videos');
  const dashed = '00000000-0000-0000-0000-000000000021';
  edit('ds1/ann/a.mp4.json', (json) => {
    const [{ figures }] = json.frames;
    figures[0].objectKey = dashed;
    delete figures[0].key;
    delete figures[1].objectKey;
    figures[1].objectId = 77;
  });
  const imported = await importHere({ plugin, folder: root });
  expect(imported.reports).toEqual([]);
  const [first, second] = figuresOf(annotationsOf(imported)['ds1/a.mp4']);
  expect(first).toMatchObject({
    key: expect.stringMatching(/^[0-9a-f]{32}$/),
    objectKey: dashed.replaceAll('-', ''),
  });
  expect(second?.objectKey).toBe('00000000000000000000000000000022');
  expect(second).not.toHaveProperty('objectId');
  // A second run gives the same.
  expect(annotationsOf(await importHere({ plugin, folder: root }))).toEqual(annotationsOf(imported));
});

test('annotations that are no JSON, of the old name, or none', async () => {
  const { root, write, edit } = copyOf('videos');
  write('ds1/ann/a.mp4.json', '{"frames": [');
  edit('ds1/datasets/night/ann/b.mp4.json', (json) => json);
  cpSync(
    path.join(root, 'ds1/datasets/night/ann/b.mp4.json'),
    path.join(root, 'ds1/datasets/night/ann/b.json'),
  );
  rmSync(path.join(root, 'ds1/datasets/night/ann/b.mp4.json'));
  rmSync(path.join(root, 'ds1/ann/far.mp4.json'));
  const imported = await importHere({ plugin, folder: root });
  expect(namesOf(imported)).toEqual(['ds1/a.mp4', 'ds1/far.mp4', 'ds1/night/b.mp4']);
  expect(told(imported)).toEqual([
    expect.stringMatching(/^failed data\/ds1\/ann\/a\.mp4\.json: line 1/),
    'warning: there is no annotation for this item; it has no labels',
  ]);
  expect(imported.items[2]).toHaveProperty('ann');
});

test('empty files in the place of the items are a download without content', async () => {
  const { root, write } = copyOf('point_clouds');
  for (const name of ['frame1', 'frame2']) write(`ds0/pointcloud/${name}.pcd`, '');
  const verdict = await detectIn(plugin, root);
  expect(verdict).toMatchObject({ confidence: 0.98, options: { missing_pictures: 'blank' } });
  const skipped = await importHere({ plugin, folder: root });
  expect(skipped.items).toEqual([]);
  expect(told(skipped)[0]).toBe(
    'skipped data/ds0/pointcloud/frame1.pcd: there is no content of the point cloud frame1.pcd: its file is empty: a download without content, and no link to one',
  );
  const kept = await importHere({ plugin, folder: root, options: { missing_pictures: 'blank' } });
  expect(namesOf(kept)).toEqual(['ds0/frame1.pcd', 'ds0/frame2.pcd']);
  expect(kept.figures.length).toBeGreaterThan(0);
});

test('without meta.json classes and tags come from the annotations; loose files too', async () => {
  const { root } = copyOf('episodes');
  rmSync(path.join(root, 'meta.json'));
  const imported = await importHere({ plugin, folder: root });
  expect(imported.meta).toMatchObject({ projectType: 'point_cloud_episodes' });
  expect(imported.meta.classes.map(({ title, shape }) => [title, shape])).toEqual([
    ['car', 'cuboid_3d'],
    ['ground', 'point_cloud'],
    ['plate', 'any'],
  ]);
  const files = {
    'a/x.mp4': readFileSync(path.join(fixture('videos'), 'ds1/video/a.mp4')),
    'b/x.mp4.json': readFileSync(path.join(fixture('videos'), 'ds1/ann/a.mp4.json')),
  };
  const loose = await importHere({ plugin, files });
  expect(namesOf(loose)).toEqual(['ds0/x.mp4']);
  expect(loose.meta.projectType).toBe('videos');
  expect(loose.figures).toHaveLength(1);
});

test('a map that names other clouds, and figures of frames without one', async () => {
  const { root, edit } = copyOf('episodes');
  edit('drive/frame_pointcloud_map.json', () => ({ 0: 'z.pcd', 5: 'gone.pcd', x: 'a.pcd' }));
  edit('drive/annotation.json', (json) => {
    json.framesCount = 6;
    json.frames[1].index = 5;
  });
  const imported = await importHere({ plugin, folder: root });
  expect(imported.items.map(({ name, meta }) => [name, meta?.frame])).toEqual([
    ['z.pcd', 0],
    ['a.pcd', 1],
  ]);
  expect(told(imported)).toEqual([
    'warning data/drive/frame_pointcloud_map.json 5: expected a point cloud of this dataset, got "gone.pcd"',
    'warning data/drive/frame_pointcloud_map.json x: expected a frame from 0, got "x"',
    'warning data/drive/frame_pointcloud_map.json: expected all clouds of the dataset, got none of a.pcd; they follow behind the others',
    'warning data/drive/annotation.json: expected a point cloud of frame 5, got none; its 2 figures were left out',
  ]);
});

const samples = process.env.SLY_TEST_SAMPLES ?? '';
const sample = path.join(samples, 'sly_pointcloud');

test.skipIf(!existsSync(sample))('a project written by another program', async () => {
  const imported = await importHere({ plugin, folder: sample });
  expect(told(imported)).toEqual([]);
  const annotations = annotationsOf(imported);
  for (const name of ['frame1.pcd', 'frame2.pcd'])
    expect(annotations[`ds0/${name}`]).toEqual(flat(path.join(sample, `ds0/ann/${name}.json`)));
});
