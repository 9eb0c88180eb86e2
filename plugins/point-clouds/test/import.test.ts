import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { detectHere, detectIn, importHere, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { readCloud } from '../../../web/src/projects/cloud/read/read-cloud.ts';

const plugin = 'point-clouds';
const CLOUDS = path.join(import.meta.dirname, '../fixtures/clouds');
const samples = process.env.SLY_TEST_SAMPLES ?? '';
const PCD = (fields: string, points: number, kind: string, body = ''): string =>
  `VERSION 0.7\nFIELDS ${fields}\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH ${points}\nHEIGHT 1\nPOINTS ${points}\nDATA ${kind}\n${body}`;
const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

/** What the page reads of the clouds that were imported, by name; without those that it does not. */
async function cloudsOf(folder: string, options: Record<string, unknown> = {}) {
  const run = await runPlugin({ action: 'import', plugin, folder, options });
  expect(run.failure).toBeUndefined();
  const read = run.items.map(({ name, file }) => {
    const bytes = readFileSync(path.join(run.taskFolder, file ?? ''));
    const { declared, present, positions, origin, rgb, intensity } = readCloud(bytes, 1e6);
    const places = [...positions].map((value, at) => value + (origin[at % 3] as number));
    return [
      name,
      { declared, present, places, rgb: rgb && [...rgb], intensity: intensity && [...intensity] },
    ];
  });
  return { run, clouds: Object.fromEntries(read) };
}

test('every kind becomes a cloud the page reads, with the numbers of its points', async () => {
  const { run, clouds } = await cloudsOf(CLOUDS);
  expect(run.reports).toEqual([]);
  expect(run.meta?.projectType).toBe('point_clouds');
  expect(run.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual([
    'ds0/a.pcd',
    'drive/000001.pcd',
    'drive/000002.pcd',
    'scan/b.pcd',
    'scan/c.pcd',
  ]);
  expect(clouds['a.pcd'].present).toBe(6);
  expect(clouds['000001.pcd']).toMatchObject({ declared: 9, present: 9 });
  expect(clouds['000001.pcd'].places.slice(0, 6)).toEqual([1, 0, 0.25, 2.5, -2, 0.25]);
  expect(clouds['000001.pcd'].intensity[3]).toBeCloseTo(0.3);
  expect(clouds['000002.pcd'].present).toBe(40);
  expect(clouds['000002.pcd'].intensity.slice(0, 3)).toEqual([0, 10, 20]);
  // Doubles stay doubles.
  expect(clouds['b.pcd'].places).toEqual([500000.25, 0, 0, 500001.25, 2, -1, 500002.25, 4, -2]);
  expect(clouds['b.pcd'].rgb).toEqual([255, 0, 7, 255, 1, 7, 255, 2, 7]);
  expect(clouds['b.pcd'].intensity).toEqual([0, 0.5, 1]);
  expect(clouds['c.pcd'].places).toEqual([1, 2, 3, 4, 5, 6]);
  const kept = readFileSync(path.join(run.taskFolder, run.items[4]?.file ?? '')).toString('latin1');
  expect(kept).toContain('FIELDS x y z nx\n');
});

test('pictures beside a cloud come along, with a number where the camera has no name', async () => {
  const { items, used } = await importHere({ plugin, folder: CLOUDS });
  const folder = 'data/drive/related_images/000001_bin';
  expect(items[1]?.related).toEqual([
    {
      name: 'front.png',
      file: `${folder}/front.png`,
      meta: {
        deviceId: 'CAM_00',
        sensorsData: {
          extrinsicMatrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
          intrinsicMatrix: [1, 0, 0, 0, 1, 0, 0, 0, 1],
        },
      },
    },
  ]);
  expect(used.map(({ file }) => file)).toContain(`${folder}/front.png.json`);
});

test('options: intensity as red, PLY as it is, one dataset', async () => {
  const { run, clouds } = await cloudsOf(CLOUDS, { intensity_as_red: true, ply: 'keep', datasets: 'one' });
  expect(run.items.map(({ name }) => name)).toEqual(['a.pcd', '000001.pcd', '000002.pcd', 'b.ply', 'c.ply']);
  expect(new Set(run.items.map(({ dataset }) => dataset))).toEqual(new Set(['ds0']));
  // A share of 1 is taken as it is, higher ones are divided by the highest.
  expect(clouds['000001.pcd'].rgb.slice(0, 9)).toEqual([0, 0, 0, 26, 0, 0, 51, 0, 0]);
  expect(clouds['000002.pcd'].rgb.slice(-3)).toEqual([255, 0, 0]);
  expect(clouds['000001.pcd'].intensity).toBeUndefined();
});

test('what is no cloud, or a part of one', async () => {
  const ply = readFileSync(path.join(CLOUDS, 'scan/b.ply'));
  const files = {
    'a.pcd': PCD('x y z', 3, 'binary', 'x'.repeat(30)),
    'b.pcd': PCD('x y i', 3, 'ascii'),
    'c.pcd': '',
    'd.ply': ply.subarray(0, ply.length - 40),
    'e.ply':
      'ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\nproperty float z\nend_header\n1 two 3\n',
    'f.ply': 'ply\nformat ascii 1.0\nelement face 1\nend_header\n',
    'g.bin': Buffer.from('no points at all, text it is'),
    'h.bin': Buffer.alloc(320),
    'i.laz': Buffer.concat([Buffer.from('LASF'), Buffer.alloc(300, 0xff)]),
    'notes.txt': 'hello',
  };
  const imported = await importHere({ plugin, files });
  expect(imported.failure).toBeUndefined();
  expect(namesOf(imported)).toEqual(['ds0/a.pcd']);
  expect(told(imported)).toEqual([
    'warning data/a.pcd: expected 3 points, got 2',
    'failed data/b.pcd: expected fields x, y and z, got x, y, i',
    'failed data/c.pcd: expected a point cloud, got an empty file',
    'failed data/d.ply: expected 3 points, got 2',
    'failed data/e.ply: expected 3 numbers for point 0, got "1 two 3"',
    'failed data/f.ply: expected its points first, got face 1',
    'failed data/g.bin: expected points of 4 or 5 floats, got 28 bytes of something else',
    'failed data/h.bin: expected points of 4 or 5 floats, got 320 bytes of something else',
    'failed data/i.laz: LAZ cannot be read here',
    'skipped data/notes.txt: it is no point cloud',
  ]);
});

test('detection: by bytes, also of .bin, and behind pictures and labels', async () => {
  const confidence = async (files: Record<string, string | Buffer>): Promise<number> =>
    (await detectHere(plugin, files)).confidence;
  const pcd = PCD('x y z', 1, 'ascii', '1 2 3\n');
  expect(await confidence({ 'a.pcd': pcd })).toBe(0.45);
  expect(await confidence({ 'a.bin': floats(1, 2, 3, 0.5, -4, 5, 6, 0) })).toBe(0.45);
  expect(await confidence({ 'a.bin': Buffer.from(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer) })).toBe(0);
  expect(await confidence({ 'a.bin': Buffer.from('some text of 32 bytes, no points') })).toBe(0);
  expect(await confidence({ 'a.pcd': pcd, 'a.json': '{}' })).toBe(0.15);
  expect(await confidence({ 'a.pcd': pcd, 'a.png': 'x', 'b.png': 'y' })).toBe(0.1);
  expect(await confidence({ 'a.pcd': 'text' })).toBe(0);
});

test('any damage to a cloud gives an item or an error that says where', { timeout: 120_000 }, async () => {
  const { failed, reported } = await fuzzImport({
    plugin,
    files: folderFiles(CLOUDS),
    damage: /\.(?:pcd|ply|bin)$/,
    tokens: [
      'element',
      'vertex 9',
      'property',
      'float',
      'POINTS',
      '-1',
      'nan',
      'end_header\n',
      '\n',
      '1e999',
      'DATA',
    ],
    cases: 800,
  });
  expect(failed).toBe(0);
  expect(reported).toBeGreaterThan(100);
});

const folder = path.join(samples, 'pointcloud');
test.skipIf(!existsSync(folder))('clouds written by other programs', async () => {
  expect((await detectIn(plugin, folder)).confidence).toBeGreaterThan(0);
  const { run, clouds } = await cloudsOf(folder);
  const sources = readdirSync(path.join(folder, 'ply')).map((name) => name.replace('.ply', '.pcd'));
  for (const name of sources.filter((one) => clouds[one] === undefined))
    expect(run.reports.map(({ file }) => file)).toContain(`data/ply/${name.replace('.pcd', '.ply')}`);
  expect(clouds['cube_binary.pcd'].places).toHaveLength(24);
  expect(clouds['float-color.pcd'].rgb).toEqual([0, 0, 255, 0, 0, 255, 0, 0, 255]);
  expect(clouds['points.pcd'].rgb.slice(0, 6)).toEqual([255, 255, 255, 255, 0, 255]);
  for (const name of sources.filter((one) => clouds[one] !== undefined)) {
    const ply = readCloud(readFileSync(path.join(folder, 'ply', name.replace('.pcd', '.ply'))), 1e6);
    expect(clouds[name].places, name).toEqual(
      [...ply.positions].map((v, at) => v + (ply.origin[at % 3] as number)),
    );
  }
});
