import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { folderFiles } from '../../../test/support/folder-files.ts';
import { fuzzImport } from '../../../test/support/fuzz-import.ts';
import { detectHere, importHere, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { madeVolume } from './made-volume.ts';

const plugin = 'volumes';
const SCANS = path.join(import.meta.dirname, '../fixtures/scans');
const samples = process.env.SLY_TEST_SAMPLES ?? '';

interface NiftiWish {
  sizes: readonly [number, number, number];
  /** 4 int16, 16 float, 2 uint8. */
  type: 4 | 16 | 2;
  values: readonly number[];
  rows?: readonly number[];
  big?: boolean;
  slope?: number;
  intercept?: number;
  layers?: number;
}

/** A NIfTI-1 file, written by the book. */
function nifti({
  sizes,
  type,
  values,
  rows,
  big = false,
  slope = 0,
  intercept = 0,
  layers = 1,
}: NiftiWish): Buffer {
  const width = type === 2 ? 1 : type === 4 ? 2 : 4;
  const bytes = Buffer.alloc(352 + width * values.length);
  const int16 = (value: number, at: number) =>
    big ? bytes.writeInt16BE(value, at) : bytes.writeInt16LE(value, at);
  const float = (value: number, at: number) =>
    big ? bytes.writeFloatBE(value, at) : bytes.writeFloatLE(value, at);
  if (big) bytes.writeInt32BE(348, 0);
  else bytes.writeInt32LE(348, 0);
  for (const [k, size] of [layers > 1 ? 4 : 3, ...sizes, layers].entries()) int16(size, 40 + 2 * k);
  int16(type, 70);
  for (const k of [0, 1, 2, 3]) float(1, 76 + 4 * k);
  float(352, 108);
  float(slope, 112);
  float(intercept, 116);
  if (rows !== undefined) {
    int16(1, 254);
    for (const [k, value] of rows.entries()) float(value, 280 + 4 * k);
  }
  bytes.write('n+1\0', 344, 'latin1');
  for (const [k, value] of values.entries()) {
    const at = 352 + width * k;
    if (type === 2) bytes[at] = value;
    else if (type === 4) int16(value, at);
    else float(value, at);
  }
  return bytes;
}

test('NIfTI becomes NRRD in RAS with its masks, NRRD stays what it is', async () => {
  const run = await runPlugin({ action: 'import', plugin, folder: SCANS });
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  expect(run.meta).toMatchObject({ projectType: 'volumes', classes: [{ title: 'lung', shape: 'mask_3d' }] });
  expect(run.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual([
    'ds0/ct.nrrd',
    'patient/mr.nrrd',
  ]);
  const [ct, mr] = run.items;
  expect(mr?.file).toBe('data/patient/mr.nrrd');
  // x goes left and y posterior in the file: both are turned round.
  const { header, voxels } = madeVolume(run, ct?.file);
  expect(header?.fields.get('sizes')).toBe('4 3 2');
  expect(header?.fields.get('encoding')).toBe('gzip');
  const expected = [0, 1].flatMap((z) =>
    [2, 1, 0].flatMap((y) => [3, 2, 1, 0].map((x) => x + 10 * y + 100 * z)),
  );
  expect(voxels).toEqual(expected);
  // Voxel (3, 2, 0) of the file, now the first: -2 * 3 + 10, -3 * 2 + 20, 30.
  const matrix = [2, 0, 0, 4, 0, 3, 0, 14, 0, 0, 4, 30, 0, 0, 0, 1];
  expect(header?.meta.IJK2WorldMatrix).toEqual(matrix);
  expect(ct?.meta).toMatchObject({
    IJK2WorldMatrix: matrix,
    dimensionsIJK: { x: 4, y: 3, z: 2 },
    intensity: { min: 0, max: 123 },
    windowWidth: 123,
    windowCenter: 61.5,
  });
  expect(ct?.ann).toMatchObject({
    objects: [{ description: 'Mask pixel value: 1' }, { description: 'Mask pixel value: 2' }],
  });
  const masks = run.figures.flatMap(({ figures }) => figures.map(({ file }) => madeVolume(run, file).voxels));
  expect(masks).toEqual([
    expected.map((value) => (value < 3 ? 1 : 0)),
    expected.map((value) => (value > 100 ? 1 : 0)),
  ]);
});

test('axes in another order, big-endian, scaled, of several times', async () => {
  const sizes = [2, 3, 4] as const;
  const values = Array.from({ length: 24 }, (_, at) => at - 5);
  // i goes superior, j right, k posterior.
  const rows = [0, 1.5, 0, 1, 0, 0, -2, 2, 3, 0, 0, 3];
  const at = (i: number, j: number, k: number): number => (values[i + 2 * j + 6 * k] as number) ?? 0;
  const files = {
    'a.nii': nifti({ sizes, type: 4, values, rows, big: true }),
    'b.nii': nifti({
      sizes,
      type: 4,
      values: [...values, ...values],
      rows,
      slope: 2,
      intercept: -1,
      layers: 2,
    }),
    'c.nii.gz': gzipSync(nifti({ sizes, type: 16, values })),
  };
  const run = await runPlugin({ action: 'import', plugin, files });
  expect(run.reports.map(({ file, message }) => [file, message])).toEqual([
    ['data/b.nii', 'expected one volume, got 2 of different times or channels; the first is imported'],
  ]);
  const [a, b, c] = run.items.map(({ file }) => madeVolume(run, file));
  const expected = [0, 1].flatMap((i) => [3, 2, 1, 0].flatMap((k) => [0, 1, 2].map((j) => at(i, j, k))));
  expect(a?.voxels).toEqual(expected);
  expect(a?.meta?.dimensionsIJK).toEqual({ x: 3, y: 4, z: 2 });
  expect(a?.meta?.IJK2WorldMatrix).toEqual([1.5, 0, 0, 1, 0, 2, 0, -4, 0, 0, 3, 3, 0, 0, 0, 1]);
  expect(b?.type).toBe('float');
  expect(b?.voxels).toEqual(expected.map((value) => 2 * value - 1));
  expect(c?.voxels).toEqual(values);
});

test('what is no volume, or a part of one', async () => {
  const whole = nifti({ sizes: [2, 2, 2], type: 4, values: [1, 2, 3, 4, 5, 6, 7, 8] });
  const other = nifti({ sizes: [2, 2, 1], type: 2, values: [1, 1, 0, 0] });
  const noise = Array.from({ length: 512 }, (_, at) => at);
  const files = {
    'a.nii': whole,
    'a/grid.nii': other,
    'b.nii': whole.subarray(0, 360),
    'b/mask.nii': other,
    'c.nii.gz': whole,
    'd.nii': 'text',
    'e.nrrd': 'NRRD0004\ntype: uint8\ndimension: 2\nsizes: 1 1\nencoding: raw\n\nx',
    'f.nrrd':
      'NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\nsizes: 1 1 1\nencoding: raw\n\nx',
    'g.dcm': Buffer.concat([Buffer.alloc(128), Buffer.from('DICM')]),
    'h.nii': nifti({ sizes: [8, 8, 8], type: 4, values: noise }),
    'h/noise.nii': nifti({ sizes: [8, 8, 8], type: 4, values: noise }),
    'notes.txt': '',
  };
  const imported = await importHere({ plugin, files });
  expect(imported.failure).toBeUndefined();
  expect(namesOf(imported)).toEqual(['ds0/a.nrrd', 'ds0/f.nrrd', 'ds0/h.nrrd']);
  expect(told(imported)).toEqual([
    'failed data/a/grid.nii: expected the grid of the volume, 2 x 2 x 2, got 2 x 2 x 1',
    'failed data/b.nii: expected 16 bytes of voxels, got 8',
    'skipped data/b/mask.nii: its volume b.nii could not be imported',
    expect.stringMatching(/^failed data\/c\.nii\.gz: /),
    'failed data/d.nii: expected the header of a NIfTI file, got other bytes',
    'failed data/e.nrrd: expected a header with three axes of space, got none',
    'warning data/f.nrrd space: expected right-anterior-superior, got left-posterior-superior; the file is imported as it is',
    expect.stringMatching(/^failed data\/g\.dcm: expected DICOM, got what cannot be read/),
    'failed data/h/noise.nii: expected at most 256 values in a mask, got more',
    'skipped data/notes.txt: it is no volume',
  ]);
  const asVolumes = await importHere({
    plugin,
    files: { 'a.nii': whole, 'a/b.nii': whole },
    options: { masks: false },
  });
  expect(namesOf(asVolumes)).toEqual(['ds0/a.nrrd', 'a/b.nrrd']);
});

test('detection: by bytes, and behind pictures and labels', async () => {
  const volume = nifti({ sizes: [1, 1, 1], type: 2, values: [1] });
  const verdict = (files: Record<string, string | Buffer>) => detectHere(plugin, files);
  expect(await verdict({ 'a.nii.gz': gzipSync(volume) })).toMatchObject({ confidence: 0.45 });
  expect(await verdict({ 'a.nii': volume, 'a.csv': '' })).toMatchObject({ confidence: 0.15 });
  expect(await verdict({ 'a.nii': volume, 'a.png': '', 'b.png': '' })).toMatchObject({ confidence: 0.1 });
  expect(await verdict({ 'a.nii.gz': 'text' })).toMatchObject({ confidence: 0 });
});

test('any damage to a volume gives an item or an error that says where', { timeout: 120_000 }, async () => {
  const { failed, reported } = await fuzzImport({
    plugin,
    files: folderFiles(SCANS),
    damage: /\.(?:nii|gz|nrrd)$/,
    tokens: ['\u0000', '\u00ff', 'n+1\u0000', '\n', 'sizes: 9 9 9', 'space:', 'nan', '-1'],
    cases: 400,
  });
  expect(failed).toBe(0);
  expect(reported).toBeGreaterThan(50);
});

const ball = path.join(samples, 'nrrd');
test.skipIf(!existsSync(ball))(
  'a volume that others wrote as NIfTI and as NRRD: the same numbers',
  async () => {
    const files = { 'ball.nii.gz': readFileSync(path.join(ball, 'BallBinary30x30x30.nii.gz')) };
    const run = await runPlugin({ action: 'import', plugin, files });
    expect(run.reports).toEqual([]);
    const { voxels, meta } = madeVolume(run, run.items[0]?.file);
    const raw = readFileSync(path.join(ball, 'BallBinary30x30x30.raw'));
    const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);
    expect(meta?.dimensionsIJK).toEqual({ x: 30, y: 30, z: 30 });
    expect(sum(voxels)).toBe(sum([...new Int16Array(new Uint8Array(raw).buffer)]));
  },
);
