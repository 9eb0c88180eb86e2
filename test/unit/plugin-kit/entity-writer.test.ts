import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { ProjectMeta } from '../../../src/format/model.ts';
import { createChosenLabels } from '../../../src/plugin-kit/chosen-labels.ts';
import type { NewFigure } from '../../../src/plugin-kit/plugin.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import { segmentLines } from '../../support/segment-lines.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function start(type?: 'videos' | 'point_clouds' | 'point_cloud_episodes' | 'volumes') {
  const results = tempFolder();
  const written = createImportResults(results, { breathe: () => undefined });
  if (type !== undefined) written.entities.setType(type);
  written.project.defineClass({ title: 'car', shape: 'rectangle' });
  return {
    ...written,
    results,
    lines() {
      written.finish();
      return segmentLines(results);
    },
    meta: () => JSON.parse(readFileSync(path.join(results, 'meta.json'), 'utf8')) as ProjectMeta,
  };
}

const head = { tags: [], objects: [{ key: 'o1', classTitle: 'car' }] };
const video = { dataset: 'ds', name: 'a.mp4', file: 'in/a.mp4', head };
const box = (key: string, frame = 0): NewFigure => ({
  key,
  objectKey: 'o1',
  geometryType: 'rectangle',
  geometry: { points: { exterior: [], interior: [] } },
  frame,
});
const fault = (detail: string) => ({ code: 'SLY_PLUGIN_OUTPUT', detail: expect.stringContaining(detail) });

test('an item, then its figures, also behind another item', async () => {
  const { entities, lines, meta } = start('videos');
  const a = await entities.add(video);
  const b = await entities.add({ ...video, name: 'b.mp4' });
  await b.addFigures([box('f1')]);
  await a.addFigures([box('f2', 7), { ...box('f3'), trackId: 5 }]);
  await a.addFigures([]);
  const [first, second, ...figures] = lines();
  expect(first).toMatchObject({ kind: 'item', name: 'a.mp4', file: 'data/in/a.mp4', key: '1', ann: head });
  expect(second).toMatchObject({ kind: 'item', key: '2' });
  expect(figures).toMatchObject([
    { kind: 'figures', of: '2', figures: [{ key: 'f1' }] },
    {
      kind: 'figures',
      of: '1',
      figures: [
        { key: 'f2', frame: 7 },
        { key: 'f3', trackId: 5 },
      ],
    },
  ]);
  expect(meta().projectType).toBe('videos');
});

test('many figures take many lines and segments, large ones smaller lines', async () => {
  const { entities, lines, results } = start('videos');
  const added = await entities.add(video);
  await added.addFigures(Array.from({ length: 60_000 }, (_, i) => box(`f${i}`, i)));
  await added.addFigures(
    Array.from({ length: 4 }, (_, i) => ({ ...box(`l${i}`), note: 'x'.repeat(700_000) })),
  );
  const figures = lines().filter((line) => line.kind === 'figures');
  expect(figures.flatMap((line) => line.figures)).toHaveLength(60_004);
  expect(Math.max(...figures.map((line) => line.figures.length))).toBe(500);
  expect(figures.slice(-2).map((line) => line.figures.length)).toEqual([2, 2]);
  expect(readdirSync(path.join(results, 'segments')).length).toBeGreaterThan(2);
});

test('pictures beside a cloud, geometries that are files, an episode', async () => {
  const { entities, project, lines } = start('point_cloud_episodes');
  const mask = project.resultFile('m.nrrd');
  await entities.addEpisode('ds', head);
  const cloud = await entities.add({
    dataset: 'ds',
    name: '0.pcd',
    file: '0.pcd',
    meta: { frame: 0 },
    related: [{ name: 'cam.png', file: 'cam.png', meta: { deviceId: 'CAM' } }],
  });
  const { geometry: _, ...bare } = box('f1');
  await cloud.addFigures([{ ...bare, result: mask.result }]);
  await cloud.addFigures([box('f2')], { related: 'cam.png' });
  expect(lines()).toMatchObject([
    { kind: 'episode', dataset: 'ds', ann: head },
    { kind: 'item', related: [{ name: 'cam.png', file: 'data/cam.png', meta: { deviceId: 'CAM' } }] },
    { kind: 'figures', figures: [{ key: 'f1', file: `results/${mask.result}` }] },
    { kind: 'figures', related: 'cam.png', figures: [{ key: 'f2' }] },
  ]);
});

test('what is told in a wrong order, or of nobody, is a fault of the plugin', async () => {
  await expect(start().entities.add(video)).rejects.toMatchObject(fault('setType before'));
  expect(() => start().entities.setType('videos')).toThrow(expect.objectContaining(fault('before classes')));
  const { entities, project } = start('videos');
  entities.setType('videos');
  expect(() => entities.setType('volumes')).toThrow(expect.objectContaining(fault('one type')));
  await expect(project.add({ dataset: 'ds', name: 'a.png', file: 'a' })).rejects.toMatchObject(
    fault('no images'),
  );
  await expect(entities.addEpisode('ds', head)).rejects.toMatchObject(fault('point_cloud_episodes'));
  await expect(
    entities.add({ ...video, head: { tags: [], objects: [{ key: 'o', classTitle: 'dog' }] } }),
  ).rejects.toMatchObject(fault('"dog" was not defined'));
  await expect(
    entities.add({ ...video, head: { tags: [], objects: [head.objects[0], head.objects[0]] as never } }),
  ).rejects.toMatchObject(fault('twice'));
  await expect(
    entities.add({ ...video, related: [{ name: 'a', file: 'a', result: 'b' }] }),
  ).rejects.toMatchObject(fault('exactly one of file and result'));
  const added = await entities.add(video);
  await expect(added.addFigures([{ ...box('f'), objectKey: 'o2' }])).rejects.toMatchObject(
    fault('the object o2 was not told'),
  );
  await expect(added.addFigures([box('f')], { related: 'cam.png' })).rejects.toMatchObject(
    fault('one of its pictures'),
  );
  await expect(added.addFigures([{ ...box('f'), file: 'a' }])).rejects.toMatchObject(fault('got both'));
});

test('classes: other objects are left out with their figures, of items and of episodes', async () => {
  const results = tempFolder();
  const written = createImportResults(results, { breathe: () => undefined });
  const chosen = createChosenLabels(written, { classes: ['car'], masks_as: 'polygon' });
  if (chosen === undefined) throw new Error('nothing was chosen');
  chosen.entities.setType('point_cloud_episodes');
  chosen.project.defineClass({ title: 'car', shape: 'bitmap' });
  chosen.project.defineClass({ title: 'dog', shape: 'bitmap' });
  const both = {
    tags: [],
    objects: [
      { key: 'o1', classTitle: 'car' },
      { key: 'o2', classTitle: 'dog' },
    ],
  };
  await chosen.entities.addEpisode('ds', both);
  const cloud = await chosen.entities.add({ dataset: 'ds', name: '0.pcd', file: '0' });
  await cloud.addFigures([box('f1'), { ...box('f2'), objectKey: 'o2' }]);
  const other = await chosen.entities.add({ dataset: 'other', name: '0.pcd', file: '0', head: both });
  await other.addFigures([{ ...box('f3'), objectKey: 'o2' }, box('f4')]);
  written.finish();
  expect(segmentLines(results)).toMatchObject([
    { kind: 'episode', ann: { objects: [{ key: 'o1' }] } },
    { kind: 'item' },
    { kind: 'figures', of: '1', figures: [{ key: 'f1' }] },
    { kind: 'item', ann: { objects: [{ key: 'o1' }] } },
    { kind: 'figures', of: '2', figures: [{ key: 'f4' }] },
  ]);
  const meta = JSON.parse(readFileSync(path.join(results, 'meta.json'), 'utf8')) as ProjectMeta;
  // masks_as is about images.
  expect(meta.classes).toMatchObject([{ title: 'car', shape: 'bitmap' }]);
});
