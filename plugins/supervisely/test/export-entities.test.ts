import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { normalizeMeta } from '../../../src/format/meta.ts';
import type { ProjectMeta } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { importHere } from '../../../test/support/import-here.ts';
import { annotationsOf } from './annotations.ts';

const plugin = 'supervisely';
const fixture = (name: string): string => path.join(import.meta.dirname, '../fixtures', name);

/** A project as the agent lays it out. */
const laidOut = (files: Record<string, Buffer>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`project/${file}`, bytes]));

/** The archive without its top folder. */
const unpacked = (entries: Record<string, Buffer>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(entries).map(([file, bytes]) => [file.replace('project/', ''), bytes]));

const isAnnotation = (file: string): boolean =>
  /(?:^|\/)ann\/|annotation\.json$|frame_pointcloud_map/.test(file);

const samples = process.env.SLY_TEST_SAMPLES ?? '';
const folders = ['videos', 'point_clouds', 'episodes', 'volumes'].map(fixture);
const sample = path.join(samples, 'sly_pointcloud');
if (existsSync(sample)) folders.push(sample);

test.each(folders)('%s: an export has the same files, and imports to the same', async (folder) => {
  const source = folderFiles(folder);
  const exported = await exportHere(plugin, laidOut(source));
  expect(exported.failure).toBeUndefined();
  expect(exported.reports).toEqual([]);
  const archive = unpacked(exported.entries);
  for (const [file, bytes] of Object.entries(source)) {
    if (file.endsWith('.json') && !isAnnotation(file)) continue;
    expect(archive[file], file).toEqual(bytes);
  }
  const [first, again] = [await importHere({ plugin, folder }), await importHere({ plugin, files: archive })];
  expect(again.reports).toEqual([]);
  expect(again.items.map(({ file: _file, ...item }) => item)).toEqual(
    first.items.map(({ file: _file, ...item }) => item),
  );
  expect(annotationsOf(again)).toEqual(annotationsOf(first));
  expect(again.meta).toEqual(normalizeMeta(first.meta as ProjectMeta));
  expect(exported.written).toHaveLength(first.items.length);
});

test('json_only: items and pictures beside them are files without a byte', async () => {
  const source = folderFiles(fixture('point_clouds'));
  const exported = await exportHere(plugin, laidOut(source), { json_only: true });
  const archive = unpacked(exported.entries);
  expect(Object.keys(archive).sort()).toEqual(Object.keys(source).sort());
  for (const [file, bytes] of Object.entries(archive))
    expect(bytes.length === 0, file).toBe(/\.(?:pcd|png)$/.test(file));
  const back = await importHere({ plugin, files: archive, options: { missing_pictures: 'blank' } });
  expect(back.items).toHaveLength(2);
});
