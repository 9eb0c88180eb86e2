/**
 * All formats beside one another: each recognises its own files and leaves those of the others alone, and what one
 * project becomes in each format comes back from it.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { chooseFormat } from '../../../src/agent/pipeline/detect-format.ts';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import { packageRoot } from '../../../src/lib/version.ts';
import { createBreathe } from '../../../src/plugin-kit/breathe.ts';
import { formatsReference } from '../../../src/plugin-kit/describe-formats.ts';
import { detectFormats } from '../../../src/plugin-kit/detect.ts';
import { pluginNames, readManifest } from '../../../src/plugin-kit/load-plugin.ts';
import { scanSourceTree } from '../../../src/plugin-kit/source-tree.ts';
import type { Detection } from '../../../src/protocol/plugin.ts';
import { runPlugin } from '../../support/run-plugin.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const signal = new AbortController().signal;
const timeout = 120_000;
const NAMES = pluginNames().filter((name) => readManifest(name)?.hidden !== true);
const can = (name: string, action: 'detect' | 'import' | 'export'): boolean =>
  readManifest(name)?.actions.includes(action) === true;

async function detect(folder: string): Promise<Detection> {
  return detectFormats(await scanSourceTree(folder, createBreathe(signal)), signal);
}

/** Data sets among the fixtures of a plugin: its subfolders, or the folder itself when files lie in it. */
function fixtureSets(name: string): string[] {
  const folder = path.join(packageRoot(), 'plugins', name, 'fixtures');
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile())) return [folder];
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'mat')
    .map((entry) => path.join(folder, entry.name));
}

const sets = NAMES.filter((name) => can(name, 'detect')).flatMap((name) =>
  fixtureSets(name).map((folder) => [name, path.basename(folder), folder] as const),
);

test.each(sets)('%s/%s is recognised, and as nothing else', { timeout }, async (name, _set, folder) => {
  const detection = await detect(folder);
  expect(chooseFormat(detection).plugin, JSON.stringify(detection.candidates)).toBe(name);
});

const SIZE = { width: 64, height: 48 };

/** A project most formats can carry most of: two datasets, boxes, outlines, a mask, keypoints, tags. */
function writeProject(data: string): void {
  const mask = encodeBitmap({ x: 30, y: 20, width: 8, height: 6, data: new Uint8Array(48).fill(1) });
  const label = (classTitle: string, geometry: object) => ({
    classTitle,
    tags: [],
    description: '',
    ...geometry,
  });
  const flat = (...exterior: number[][]) => ({ points: { exterior, interior: [] } });
  const objects = [
    label('car', { geometryType: 'rectangle', shape: 'rectangle', ...flat([2, 3], [20, 15]) }),
    label('tree', {
      geometryType: 'polygon',
      shape: 'polygon',
      ...flat([40, 5], [60, 5], [60, 30], [45, 28]),
    }),
    label('road', { geometryType: 'bitmap', shape: 'bitmap', bitmap: mask }),
  ];
  const meta = {
    projectType: 'images',
    classes: [
      { title: 'car', shape: 'rectangle', color: '#FF0000', geometry_config: {} },
      { title: 'tree', shape: 'polygon', color: '#00FF00', geometry_config: {} },
      { title: 'road', shape: 'bitmap', color: '#0000FF', geometry_config: {} },
    ],
    tags: [],
  };
  const root = path.join(data, 'project');
  for (const dataset of ['train', 'val']) {
    for (const kind of ['img', 'ann']) mkdirSync(path.join(root, dataset, kind), { recursive: true });
    for (let i = 0; i < 3; i++) {
      const name = `${dataset}_${i}.png`;
      const pixels = new Uint8Array(SIZE.width * SIZE.height).map((_, at) => (at * 7 + i * 31) & 255);
      writeFileSync(path.join(root, dataset, 'img', name), encode({ ...SIZE, data: pixels, channels: 1 }));
      const annotation = { description: '', size: SIZE, tags: [], objects };
      writeFileSync(path.join(root, dataset, 'ann', `${name}.json`), JSON.stringify(annotation));
    }
  }
  writeFileSync(path.join(root, 'meta.json'), JSON.stringify(meta));
}

/** Masks come with the project they were painted from, which has more. */
const KNOWN_AS: Record<string, string> = { masks: 'supervisely' };
const exporters = NAMES.filter((name) => can(name, 'export'));
const SHAPES = new Set(['rectangle', 'polygon', 'bitmap', 'oriented_bbox', 'multipolygon', 'any']);

test.each(exporters)('%s: what it writes it recognises and reads back', { timeout }, async (name) => {
  const data = tempFolder('project');
  writeProject(data);
  const exported = await runPlugin({ action: 'export', plugin: name, folder: data });
  expect(exported.failure).toBeUndefined();
  expect(exported.written).toHaveLength(6);
  const folder = tempFolder('exported');
  for (const entry of exported.entries) {
    const target = path.join(folder, entry.path);
    mkdirSync(path.dirname(target), { recursive: true });
    if (entry.range === undefined)
      cpSync(path.join(exported.taskFolder, entry.file), target, { dereference: true });
    else writeFileSync(target, exported.entry(entry.path));
  }
  const detection = await detect(folder);
  expect(chooseFormat(detection).plugin, JSON.stringify(detection.candidates)).toBe(KNOWN_AS[name] ?? name);
  const options = detection.candidates.find((one) => one.plugin === name)?.options ?? {};
  const back = await runPlugin({ action: 'import', plugin: name, folder, options });
  expect(back.failure).toBeUndefined();
  expect(back.items).toHaveLength(6);
  expect(back.reports.filter(({ status }) => status === 'failed')).toEqual([]);
  if (readManifest(name)?.labels === false) return;
  for (const item of back.items) {
    const { size, objects } = item.ann as { size: unknown; objects: { geometryType: string }[] };
    expect(size).toEqual(SIZE);
    expect(objects.length).toBeGreaterThan(0);
    for (const { geometryType } of objects) expect(SHAPES).toContain(geometryType);
  }
});

test('the table of formats has every plugin and every option', () => {
  const text = formatsReference();
  for (const name of NAMES) {
    const { title, options = {} } = readManifest(name) ?? { title: '' };
    expect(text).toContain(`[${title}](../../plugins/${name}/README.md) | \`${name}\``);
    for (const schema of Object.values(options))
      for (const option of Object.keys(schema?.properties ?? {})) expect(text).toContain(`\`${option}\``);
  }
});
