import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createArchiveResults } from '../../../src/plugin-kit/archive-writer.ts';
import { withChosenClasses } from '../../../src/plugin-kit/chosen-classes.ts';
import { openExportedProject } from '../../../src/plugin-kit/exported-project.ts';
import type {
  ExportedAnnotation,
  ExportedEntity,
  Problem,
  Reporter,
} from '../../../src/plugin-kit/plugin.ts';
import { segmentLines } from '../../support/segment-lines.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const { signal } = new AbortController();
const breathe = () => undefined;
const classes = ['car', 'dog'].map((title) => ({ title, shape: 'any', color: '#FF0000' }));
const objects = [
  { key: 'o1', classTitle: 'car', tags: [] },
  { key: 'o2', classTitle: 'dog', tags: [] },
];
const figure = (key: string, objectKey: string) => ({
  key,
  objectKey,
  geometryType: 'rectangle',
  geometry: {},
});
const normal = { x: 1, y: 0, z: 0 };
const plane = (name: string, slices: unknown[] = []) => ({ name, normal, slices });

async function open(projectType: string, files: Record<string, unknown>, chosen: string[] = []) {
  const data = tempFolder();
  const all = { 'meta.json': { classes, tags: [], projectType }, ...files };
  for (const [file, content] of Object.entries(all)) {
    const absolute = path.join(data, 'project', file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, typeof content === 'string' ? content : JSON.stringify(content));
  }
  const said: Problem[] = [];
  const report = { warning: async (one: Problem) => void said.push(one) } as unknown as Reporter;
  const whole = await openExportedProject(data, 'project', { report, breathe, signal });
  return withChosenClasses(whole, { classes: chosen }, report);
}

async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

/** The entry an annotation becomes. */
async function written(annotation: ExportedAnnotation | undefined) {
  const results = tempFolder();
  const archive = createArchiveResults(results, { breathe });
  await annotation?.addTo(archive.archive, 'a.json');
  archive.finish();
  return { results, line: segmentLines(results)[0] };
}

async function rewritten(annotation: ExportedAnnotation | undefined): Promise<unknown> {
  const { results, line } = await written(annotation);
  if (line?.kind !== 'entry') throw new Error('no entry');
  return JSON.parse(readFileSync(path.join(results, line.file.slice('results/'.length)), 'utf8'));
}

const only = async (project: { entities(): AsyncIterable<ExportedEntity> }): Promise<ExportedEntity> => {
  const [entity] = await collect(project.entities());
  if (entity === undefined) throw new Error('no entity');
  return entity;
};

const VIDEO = {
  size: { height: 2, width: 3 },
  framesCount: 9,
  tags: [],
  objects,
  frames: [
    { index: 0, figures: [figure('f1', 'o1'), figure('f2', 'o2'), figure('f3', 'o1')] },
    { index: 4, figures: [figure('f4', 'o2')] },
    { index: 5, figures: [figure('f5', 'o1')] },
  ],
};

test('a video: its annotation goes into the archive as the file it is', async () => {
  const project = await open('videos', {
    'items.ndjson': `${JSON.stringify({ dataset: 'a/b', name: 'v.mp4', image: 'a/datasets/b/video/v.mp4', ann: 'a/datasets/b/ann/v.mp4.json', meta: { m: 1 } })}\n`,
    'a/datasets/b/video/v.mp4': 'bytes',
    'a/datasets/b/ann/v.mp4.json': VIDEO,
  });
  expect(project).toMatchObject({ type: 'videos', total: 1 });
  const video = await only(project);
  expect(video).toMatchObject({
    dataset: 'a/b',
    name: 'v.mp4',
    file: 'project/a/datasets/b/video/v.mp4',
    source: 'project/a/datasets/b/video/v.mp4',
    meta: { m: 1 },
    related: [],
    geometries: [],
  });
  expect((await written(video.annotation)).line).toMatchObject({
    kind: 'entry',
    path: 'a.json',
    file: 'data/project/a/datasets/b/ann/v.mp4.json',
  });
  const pages = await collect((video.annotation as ExportedAnnotation).figures());
  expect(pages.flat().map(({ frame }) => frame)).toEqual([0, 0, 0, 4, 5]);
});

test('chosen classes: a video without the others', async () => {
  const files = { 'ds/video/v.mp4': 'bytes', 'ds/ann/v.mp4.json': VIDEO };
  const { annotation } = await only(await open('videos', files, ['car']));
  expect(await rewritten(annotation)).toEqual({
    ...VIDEO,
    objects: objects.slice(0, 1),
    frames: [
      { index: 0, figures: [figure('f1', 'o1'), figure('f3', 'o1')] },
      { index: 5, figures: [figure('f5', 'o1')] },
    ],
  });
});

test('chosen classes: a volume, its planes in their order, its files', async () => {
  const volume = {
    spatialFigures: [figure('s-1', 'o1'), figure('s-2', 'o2')],
    volumeMeta: { ACS: 'RAS' },
    tags: [],
    objects,
    planes: [
      plane('sagittal', [{ index: 3, figures: [figure('f1', 'o2')] }]),
      plane('coronal', [
        { index: 1, figures: [figure('f2', 'o1'), figure('f3', 'o1')] },
        { index: 2, figures: [figure('f4', 'o1')] },
      ]),
      plane('axial'),
    ],
  };
  const files = {
    'ds/volume/v.nrrd': 'bytes',
    'ds/ann/v.nrrd.json': volume,
    'ds/mask/v.nrrd/s1.nrrd': 'bytes',
    'ds/mask/v.nrrd/s2.nrrd': 'bytes',
    'ds/volume_info/v.nrrd.json': { meta: { m: 1 } },
  };
  const { annotation, geometries, meta } = await only(await open('volumes', files, ['car']));
  expect(await rewritten(annotation)).toEqual({
    ...volume,
    objects: objects.slice(0, 1),
    spatialFigures: [figure('s-1', 'o1')],
    planes: [plane('sagittal'), volume.planes[1], plane('axial')],
  });
  expect(geometries).toEqual([
    { key: 's1', geometryType: 'mask_3d', file: 'project/ds/mask/v.nrrd/s1.nrrd' },
  ]);
  expect(meta).toEqual({ m: 1 });
  const nobody = await only(await open('volumes', files, ['nobody']));
  expect(await rewritten(nobody.annotation)).toEqual({
    ...volume,
    objects: [],
    spatialFigures: [],
    planes: ['sagittal', 'coronal', 'axial'].map((name) => plane(name)),
  });
});

test('an episode: frames, cameras, what is drawn on their pictures', async () => {
  const cloud = 'ds/related_images/0_pcd/cam.png';
  const files = {
    'ds/pointcloud/0.pcd': 'bytes',
    'ds/annotation.json': { tags: [], objects, frames: [{ index: 0, figures: [figure('f1', 'o2')] }] },
    'ds/frame_pointcloud_map.json': { 0: '0.pcd' },
    [cloud]: 'bytes',
    [`${cloud}.json`]: { name: 'cam.png', meta: { deviceId: 'CAM' } },
    [`${cloud}.figures.json`]: [figure('f2', 'o1'), figure('f3', 'o2')],
  };
  const project = await open('point_cloud_episodes', files, ['car']);
  const entity = await only(project);
  expect(entity.annotation).toBeUndefined();
  expect(entity.related).toMatchObject([
    { name: 'cam.png', file: `project/${cloud}`, meta: { deviceId: 'CAM' } },
  ]);
  expect(await entity.related[0]?.figures()).toEqual([figure('f2', 'o1')]);
  const [episode] = await collect(project.episodes());
  expect(episode).toMatchObject({ dataset: 'ds', frames: 'project/ds/frame_pointcloud_map.json' });
  expect(await rewritten(episode?.annotation)).toEqual({
    tags: [],
    objects: objects.slice(0, 1),
    frames: [],
  });
});
