import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readSegment } from '../../../src/agent/pipeline/segments.ts';
import type { ImageAnnotation, ProjectMeta } from '../../../src/format/model.ts';
import { createImportResults } from '../../../src/plugin-kit/project-writer.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const breathe = () => undefined;
const segmentsOf = (results: string) => readdirSync(path.join(results, 'segments'));
const metaOf = (results: string) =>
  JSON.parse(readFileSync(path.join(results, 'meta.json'), 'utf8')) as ProjectMeta;

test('500 items close a segment, what is left closes at the end, the agent reads every line', async () => {
  const results = tempFolder();
  const { project, finish } = createImportResults(results, { breathe });
  for (let i = 0; i < 1201; i++) await project.add({ dataset: 'ds', name: `${i}.png`, file: `in/${i}.png` });
  expect(segmentsOf(results)).toEqual(['000001.ndjson', '000002.ndjson']);
  finish();
  const counts: number[] = [];
  for (let number = 1; number <= 3; number++) {
    const segment = await readSegment(path.join(results, 'segments'), number);
    expect(segment?.broken).toEqual([]);
    counts.push(segment?.lines.length ?? 0);
  }
  expect(counts).toEqual([500, 500, 201]);
  expect(segmentsOf(results)).toHaveLength(3);
});

test('large annotations close a segment by bytes', async () => {
  const results = tempFolder();
  const { project } = createImportResults(results, { breathe });
  const annotation: ImageAnnotation = {
    description: 'x'.repeat(1 << 20),
    size: { height: 1, width: 1 },
    tags: [],
    objects: [],
  };
  for (let i = 0; i < 9; i++)
    await project.add({ dataset: 'ds', name: `${i}.png`, link: 'https://e.org/x', annotation });
  expect(segmentsOf(results)).toHaveLength(2);
});

test('a slow plugin is published while it works', async () => {
  const results = tempFolder();
  const bounds = { items: 500, bytes: 1 << 20, ms: 50 };
  const { project, finish } = createImportResults(results, { breathe, bounds });
  await project.add({ dataset: 'ds', name: 'a.png', file: 'a.png' });
  expect(existsSync(path.join(results, 'segments'))).toBe(false);
  await delay(200);
  expect(segmentsOf(results)).toEqual(['000001.ndjson']);
  finish();
  expect(segmentsOf(results)).toEqual(['000001.ndjson']);
});

test('meta.json has every class before the first segment that may use it', async () => {
  const results = tempFolder();
  const bounds = { items: 2, bytes: 1 << 20, ms: 60_000 };
  const { project, finish } = createImportResults(results, { breathe, bounds });
  const add = (name: string) => project.add({ dataset: 'ds', name, file: name });
  expect(project.defineClass({ title: 'car', shape: 'polygon' })).toBe('car');
  await add('1');
  expect(existsSync(path.join(results, 'meta.json'))).toBe(false);
  await add('2');
  expect(metaOf(results).classes.map(({ title }) => title)).toEqual(['car']);
  expect(project.defineClass({ title: 'car', shape: 'bitmap' })).toBe('car_1');
  expect(project.defineTag({ name: 'night', value_type: 'none' })).toBe('night');
  await add('3');
  await add('4');
  expect(metaOf(results).classes.map(({ title }) => title)).toEqual(['car', 'car_1']);
  expect(metaOf(results).tags.map(({ name }) => name)).toEqual(['night']);
  finish();
});

test('a rename is said once', async () => {
  const results = tempFolder();
  const { project, finish } = createImportResults(results, { breathe });
  project.defineClass({ title: 'car', shape: 'polygon' });
  for (let i = 0; i < 5; i++) project.defineClass({ title: 'car', shape: 'bitmap' });
  const other: ProjectMeta = {
    classes: [{ title: 'car', shape: 'bitmap', color: '#112233', geometry_config: {} }],
    tags: [],
  };
  expect(project.mergeMeta(other).classes).toEqual(new Map([['car', 'car_1']]));
  finish();
  const segment = await readSegment(path.join(results, 'segments'), 1);
  expect(segment?.lines).toMatchObject([{ kind: 'report', status: 'warning' }]);
});

test('nothing at all still is one empty segment and a meta.json', async () => {
  const results = tempFolder();
  createImportResults(results, { breathe }).finish();
  expect(await readSegment(path.join(results, 'segments'), 1)).toEqual({ number: 1, lines: [], broken: [] });
  expect(metaOf(results)).toMatchObject({ classes: [], tags: [] });
});

test('result files have names of their own, whatever the source calls them', () => {
  const results = tempFolder();
  const { project } = createImportResults(results, { breathe });
  const names = ['a.png', 'a.png', '../../a.png', 'x/y', `${'n'.repeat(300)}.tif`].map((name) =>
    project.resultFile(name),
  );
  for (const { absolute, result } of names) {
    writeFileSync(absolute, 'bytes');
    expect(path.join(results, result)).toBe(absolute);
  }
  expect(new Set(names.map(({ result }) => result)).size).toBe(names.length);
});

test('an item without bytes, or with two kinds of them, is a fault of the plugin', async () => {
  const { project } = createImportResults(tempFolder(), { breathe });
  const item = { dataset: 'ds', name: 'a.png' };
  await expect(project.add(item)).rejects.toMatchObject({ code: 'SLY_PLUGIN_OUTPUT' });
  await expect(project.add({ ...item, file: 'a', link: 'b' })).rejects.toMatchObject({
    code: 'SLY_PLUGIN_OUTPUT',
  });
});
