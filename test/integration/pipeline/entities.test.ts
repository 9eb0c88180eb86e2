/**
 * Videos, point clouds, episodes and volumes through the agent's own steps and a real platform: a folder a plugin left
 * behind is published segment by segment, and laid out again for an export.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { classicSegments } from '../../../src/agent/pipeline/classic-results.ts';
import { createKnownItems } from '../../../src/agent/pipeline/known-items.ts';
import { createOutcomes } from '../../../src/agent/pipeline/outcomes.ts';
import { createPluginFiles } from '../../../src/agent/pipeline/plugin-files.ts';
import { layOutProject } from '../../../src/agent/pipeline/project-layout.ts';
import { publishSegment } from '../../../src/agent/pipeline/publish-segment.ts';
import type { Segment } from '../../../src/agent/pipeline/segments.ts';
import type { StepContext } from '../../../src/agent/pipeline/step-context.ts';
import { makeTaskFolder, taskFolder } from '../../../src/agent/pipeline/task-folder.ts';
import type { PlatformClient } from '../../../src/agent/ports/platform.ts';
import { type DataPlaneRig, never, startDataPlane } from '../../support/data-plane-rig.ts';
import {
  ENTITY_TYPES,
  type EntityType,
  entityProject,
  expectEntityProject,
  smallNrrd,
  writeEntityProject,
} from '../../support/entity-projects.ts';
import { tempFolder } from '../../support/temp-folder.ts';

function attempt(rig: DataPlaneRig, key: string, client: Partial<PlatformClient> = {}) {
  const folder = taskFolder(tempFolder('attempt'), key, 1);
  makeTaskFolder(folder);
  mkdirSync(folder.results, { recursive: true });
  rig.hold(key, 1);
  const agent = rig.agent();
  const deps = { ...agent, client: { ...agent.client, ...client }, onHashed: () => undefined };
  const ctx = {
    deps,
    folder,
    record: { key, attempt: 1 },
    outcomes: createOutcomes(folder.outcomes),
    signal: never,
    progress: () => undefined,
  } as unknown as StepContext;
  return ctx;
}

/** As the convert step does it; `published`: what an earlier process has done. */
async function publishFolder(ctx: StepContext, type: EntityType, stopAfter = Number.POSITIVE_INFINITY) {
  const { client } = ctx.deps;
  const { publicationId, projectId, segments } = await client.beginPublication(
    ctx.record.key,
    { attempt: 1, run: 1, projectName: type, projectType: type, conflict: 'rename' },
    never,
  );
  const { results } = ctx.folder;
  const target = {
    publicationId,
    projectType: type,
    files: createPluginFiles({ dataRoot: results, known: undefined, results }),
    sourceFiles: new Map(),
    known: createKnownItems(await ctx.outcomes.lostKeys()),
    onBytes: () => undefined,
  };
  const published = Math.max(0, ...segments);
  let last = published;
  for await (const segment of classicSegments(results, { published, type, signal: never })) {
    if (segment.number > stopAfter) return { projectId, publicationId, last };
    await publishSegment(ctx, segment, target);
    last = segment.number;
  }
  const meta = JSON.parse(readFileSync(path.join(results, 'p', 'meta.json'), 'utf8')) as unknown;
  await client.commit(publicationId, { meta, segments: last }, never);
  return { projectId, publicationId, last };
}

const tree = { root: '/', files: [], refused: [] };
const reportOf = async (ctx: StepContext) => {
  const { counts } = await ctx.outcomes.summarize(tree, { reportFile: ctx.folder.report, unusedMessage: '' });
  const text = readFileSync(ctx.folder.report, 'utf8');
  const lines = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { counts, lines: lines as { status: string; place?: string; message: string }[] };
};

const exportSpec = (projectId: number) => ({
  action: 'export' as const,
  plugin: 'supervisely',
  projectId,
  options: {},
});

test.each(ENTITY_TYPES)('%s: in and out again, the same files', async (type) => {
  const rig = await startDataPlane();
  const files = entityProject(type);
  const ctx = attempt(rig, 'in');
  writeEntityProject(path.join(ctx.folder.results, 'p'), files);
  const { projectId } = await publishFolder(ctx, type);
  const { counts, lines } = await reportOf(ctx);
  expect(lines).toEqual([]);
  expect(counts.items).toBe(
    Object.keys(files).filter((file) => /\/(video|pointcloud|volume)\//.test(file)).length,
  );

  const out = attempt(rig, 'out');
  const laidOut = await layOutProject(out, exportSpec(projectId), ENTITY_TYPES);
  const root = path.join(out.folder.data, laidOut.folder);
  expectEntityProject(root, files);
  const keyIds = JSON.parse(readFileSync(path.join(root, 'key_id_map.json'), 'utf8')) as unknown;
  expect(keyIds).toEqual({ tags: {}, objects: {}, figures: {}, videos: {} });
  await expect(layOutProject(attempt(rig, 'other'), exportSpec(projectId), ['images'])).rejects.toMatchObject(
    {
      code: 'SLY_USAGE',
      detail: expect.stringContaining(type),
    },
  );
  // Laid out again: nothing is fetched twice, what is a stranger's goes.
  rmSync(out.folder.project);
  writeFileSync(path.join(root, 'ds', 'stranger.json'), '{}');
  await layOutProject(out, exportSpec(projectId), ENTITY_TYPES);
  expect(existsSync(path.join(root, 'ds', 'stranger.json'))).toBe(false);
});

test('many figures: killed between segments, gone on with, none lost and none twice', async () => {
  const rig = await startDataPlane();
  const files = entityProject('videos');
  const car = { key: 'c'.repeat(32), classTitle: 'car', tags: [] };
  const count = 21_000;
  const figures = Array.from({ length: count }, (_, n) => ({
    key: n.toString(16).padStart(32, '0'),
    objectKey: car.key,
    geometryType: 'point',
    geometry: { points: { exterior: [[n % 50, 3]], interior: [] } },
  }));
  files['ds/ann/v.mp4.json'] = {
    tags: [],
    objects: [car],
    frames: Array.from({ length: 10 }, (_, index) => ({
      index,
      figures: figures.slice((index * count) / 10, ((index + 1) * count) / 10),
    })),
    framesCount: 10,
  };
  const ctx = attempt(rig, 'in');
  writeEntityProject(path.join(ctx.folder.results, 'p'), files);
  expect((await publishFolder(ctx, 'videos', 1)).last).toBe(1);
  const { projectId, last } = await publishFolder(ctx, 'videos');
  expect(last).toBeGreaterThan(2);
  expect((await reportOf(ctx)).lines).toEqual([]);
  const out = attempt(rig, 'out');
  const { folder } = await layOutProject(out, exportSpec(projectId), ENTITY_TYPES);
  const written = JSON.parse(
    readFileSync(path.join(out.folder.data, folder, 'ds/ann/v.mp4.json'), 'utf8'),
  ) as { frames: { figures: { key: string }[] }[] };
  const keys = written.frames.flatMap((frame) => frame.figures.map((one) => one.key));
  expect(keys).toHaveLength(count);
  expect(new Set(keys)).toEqual(new Set(figures.map((one) => one.key)));
});

test('what is bad costs itself: an item without its file with its figures, a figure without its own', async () => {
  const rig = await startDataPlane();
  const type = 'volumes';
  const ctx = attempt(rig, 'in');
  const { results } = ctx.folder;
  writeEntityProject(results, { 'a.nrrd': smallNrrd(9), 'm.nrrd': smallNrrd(1) });
  const { publicationId, projectId } = await ctx.deps.client.beginPublication(
    'in',
    { attempt: 1, run: 1, projectName: type, projectType: type, conflict: 'rename' },
    never,
  );
  const target = {
    publicationId,
    projectType: type,
    files: createPluginFiles({ dataRoot: results, known: undefined, results }),
    sourceFiles: new Map(),
    known: createKnownItems(),
    onBytes: () => undefined,
  } as const;
  const ann = { tags: [], objects: [{ key: 'o', classTitle: 'car' }] };
  const mask = (key: string, file: string) => ({ key, objectKey: 'o', geometryType: 'mask_3d', file });
  const item = (key: string, file: string) => ({
    kind: 'item' as const,
    dataset: 'ds',
    name: `${key}.nrrd`,
    key,
    file,
    ann,
  });
  const figures = (of: string, ...some: ReturnType<typeof mask>[]) => ({
    kind: 'figures' as const,
    of,
    figures: some,
  });
  const segments: Segment[] = [
    {
      number: 1,
      broken: [],
      lines: [
        item('gone', 'results/none.nrrd'),
        item('a', 'results/a.nrrd'),
        figures('a', mask('f1', 'results/m.nrrd'), mask('f2', 'results/none'), mask('f3', 'results/../x')),
        {
          kind: 'figures',
          of: 'a',
          figures: [{ objectKey: 'nobody', geometryType: 'point', geometry: { a: 1 } }],
        },
      ],
    },
    { number: 2, broken: [], lines: [figures('gone', mask('f4', 'results/m.nrrd'))] },
  ];
  for (const segment of segments) await publishSegment(ctx, segment, target);
  const { counts, lines } = await reportOf(ctx);
  expect(counts).toMatchObject({ items: 1, warnings: 1 });
  expect(lines.map(({ status, place }) => [status, place])).toEqual([
    ['failed', undefined],
    ['failed', 'ds/a.nrrd: figure f2'],
    ['failed', 'ds/a.nrrd: figure f3'],
    ['warning', 'ds/a.nrrd'],
  ]);
  expect(lines.at(-1)?.message).toContain('nobody');
  expect(await ctx.outcomes.lostKeys()).toEqual(['gone']);
  const meta = { classes: [{ title: 'car', shape: 'any', color: '#FF0000' }], tags: [], projectType: type };
  await ctx.deps.client.commit(publicationId, { meta, segments: 2 }, never);
  const out = attempt(rig, 'out');
  const { folder } = await layOutProject(out, exportSpec(projectId), ENTITY_TYPES);
  expect(readFileSync(path.join(out.folder.data, folder, 'ds/mask/a.nrrd/f1.nrrd'))).toEqual(smallNrrd(1));
});
