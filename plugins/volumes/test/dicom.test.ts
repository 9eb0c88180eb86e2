import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { detectHere, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { BIG, DEFLATED, dicomFile, EXPLICIT, IMPLICIT, picture, SERIES } from './dicom-writer.ts';
import { madeVolume } from './made-volume.ts';

const plugin = 'volumes';
type Files = Record<string, string | Buffer>;

const importFiles = (files: Files, options = {}) => runPlugin({ action: 'import', plugin, files, options });

/** 3 x 2 pixels of slice `k`: 100 k + 10 j + i. */
const grid = (k: number): number[] => [0, 1].flatMap((j) => [0, 1, 2].map((i) => 100 * k + 10 * j + i));
const slice = (k: number, more: Partial<Parameters<typeof picture>[0]> = {}) =>
  picture({ values: grid(k), columns: 3, rows: 2, number: k + 1, position: [5, 6, 3 * k], ...more });

test('a series in any order and any byte order, with and without preamble, becomes one volume', async () => {
  const files = {
    'z/b.dcm': dicomFile(slice(0), { syntax: IMPLICIT, start: 'bare' }),
    'z/IM2': dicomFile(slice(1), { syntax: DEFLATED }),
    'z/1.2.3': dicomFile(slice(2, { big: true }), { syntax: BIG }),
    'z/a.dcm': dicomFile(slice(3), { start: 'group' }),
    'z/e.ima': dicomFile(slice(4), { syntax: EXPLICIT, start: 'bare' }),
    'z/f.IMA': dicomFile(slice(5, { big: true }), { syntax: BIG, start: 'bare' }),
    'z/g': dicomFile(slice(6), { syntax: IMPLICIT }),
  };
  const run = await importFiles(files);
  expect(run.failure).toBeUndefined();
  expect(run.reports).toEqual([]);
  expect(run.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual([`z/${SERIES}.nrrd`]);
  expect(run.used.map(({ file, as }) => [file, as])).toEqual(
    Object.keys(files)
      .sort()
      .map((file) => [`data/${file}`, `DICOM, part of ${SERIES}.nrrd`]),
  );
  const { type, voxels, meta, header } = madeVolume(run, run.items[0]?.file);
  // Columns go left and rows posterior: both are turned round.
  expect(voxels).toEqual([0, 1, 2, 3, 4, 5, 6].flatMap((k) => grid(k).reverse()));
  expect(type).toBe('uint16');
  expect(header.fields.get('encoding')).toBe('gzip');
  expect(meta.IJK2WorldMatrix).toEqual([1, 0, 0, -7, 0, 2, 0, -8, 0, 0, 3, 0, 0, 0, 0, 1]);
  expect(run.items[0]?.meta).toMatchObject({
    Modality: 'CT',
    StudyInstanceUID: '1.2.3',
    SeriesInstanceUID: SERIES,
    IJK2WorldMatrix: meta.IJK2WorldMatrix,
    dimensionsIJK: { x: 3, y: 2, z: 7 },
    intensity: { min: 0, max: 612 },
  });
});

test('sagittal and oblique slices: every voxel stays where it was in the world', async () => {
  const [cos, sin] = [Math.cos(0.3), Math.sin(0.3)];
  const cases = {
    sagittal: { orientation: [0, 1, 0, 0, 0, -1], normal: [-1, 0, 0] },
    coronal: { orientation: [1, 0, 0, 0, 0, -1], normal: [0, 1, 0] },
    oblique: { orientation: [1, 0, 0, 0, cos, sin], normal: [0, -sin, cos] },
  };
  for (const { orientation, normal } of Object.values(cases)) {
    const at = (k: number) => [5, 6, 7].map((from, axis) => from + 3 * k * (normal[axis] ?? 0));
    const files = Object.fromEntries(
      [2, 0, 1].map((k) => [`${k}.dcm`, dicomFile(slice(k, { orientation, position: at(k) }))]),
    );
    const run = await importFiles(files);
    expect(run.reports).toEqual([]);
    const { voxels, meta } = madeVolume(run, run.items[0]?.file);
    const { x: nx, y: ny } = meta.dimensionsIJK;
    const matrix = meta.IJK2WorldMatrix;
    for (const [index, value] of voxels.entries()) {
      const [x, y, z] = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / nx / ny)];
      const world = [0, 4, 8].map(
        (row) =>
          (matrix[row] ?? 0) * x +
          (matrix[row + 1] ?? 0) * y +
          (matrix[row + 2] ?? 0) * z +
          (matrix[row + 3] ?? 0),
      );
      const [k, j, i] = [Math.floor(value / 100), Math.floor(value / 10) % 10, value % 10];
      const lps = at(k).map(
        (from, axis) => from + i * (orientation[axis] ?? 0) + 2 * j * (orientation[axis + 3] ?? 0),
      );
      const expected = lps.map((one, axis) => (axis < 2 ? -one : one));
      for (const axis of [0, 1, 2]) expect(world[axis]).toBeCloseTo(expected[axis] ?? 0, 4);
    }
    // Axes of the volume go right, anterior, superior.
    for (const diagonal of [0, 5, 10]) expect(matrix[diagonal]).toBeGreaterThan(0);
  }
});

test('numbers: widths, signs, unused bits, slope and intercept, each in the smallest type that holds it', async () => {
  const tell = async (values: number[], more: Partial<Parameters<typeof picture>[0]>) => {
    const elements = picture({ columns: 2, rows: 1, values, position: [0, 0, 0], ...more });
    const run = await importFiles({ 'a.dcm': dicomFile(elements) });
    expect(run.reports).toEqual([]);
    const { type, voxels } = madeVolume(run, run.items[0]?.file);
    return [type, ...voxels.reverse()];
  };
  const rescale = (slope: string, intercept: string) => ({
    '00281052': ['DS', intercept] as const,
    '00281053': ['DS', slope] as const,
  });
  expect(await tell([0, 255], { bits: 8 })).toEqual(['uint8', 0, 255]);
  expect(await tell([-128, 127], { bits: 8, signed: true })).toEqual(['int8', -128, 127]);
  expect(await tell([-129, 127], { signed: true })).toEqual(['int16', -129, 127]);
  expect(await tell([0, 65535], {})).toEqual(['uint16', 0, 65535]);
  expect(await tell([0, 4095], { more: rescale('1', '-1024') })).toEqual(['int16', -1024, 3071]);
  expect(await tell([0, 65535], { more: rescale('1', '-1024') })).toEqual(['int32', -1024, 64511]);
  expect(await tell([0, 4294967295], { bits: 32 })).toEqual(['uint32', 0, 4294967295]);
  expect(await tell([-2147483648, 5], { bits: 32, signed: true })).toEqual(['int32', -2147483648, 5]);
  expect(await tell([0, 3], { more: rescale('0.5', '1') })).toEqual(['float', 1, 2.5]);
  const twelve = { '00280101': ['US', 12], '00280102': ['US', 11] } as const;
  expect(await tell([0xf001, 0x0fff], { more: twelve })).toEqual(['uint16', 1, 4095]);
  expect(await tell([0xf001, 0x0fff], { signed: true, more: twelve })).toEqual(['int8', 1, -1]);
});

test('other directions and grids of one series are volumes of their own; echoes too', async () => {
  const localizer = { orientation: [0, 1, 0, 0, 0, -1], number: 90 };
  const run = await importFiles({
    'a/1': dicomFile(slice(0)),
    'b/2': dicomFile(slice(1)),
    'b/3': dicomFile(slice(1, localizer)),
    'c/1': dicomFile(slice(0, { series: '9.1', number: 1 })),
    'c/2': dicomFile(slice(0, { series: '9.1', number: 3, values: grid(7) })),
    'c/3': dicomFile(slice(1, { series: '9.1', number: 2 })),
    'c/4': dicomFile(slice(1, { series: '9.1', number: 4, values: grid(8) })),
  });
  expect(run.items.map(({ dataset, name }) => `${dataset}/${name}`)).toEqual([
    `ds0/${SERIES}.nrrd`,
    `b/${SERIES}.nrrd`,
    'c/9.1.nrrd',
    'c/9.1_01.nrrd',
  ]);
  expect(told(run)).toEqual([
    'warning data/c/1: expected one slice at each place, got 2; they become 2 volumes',
  ]);
  expect(madeVolume(run, run.items[3]?.file).voxels).toEqual([...grid(7).reverse(), ...grid(8).reverse()]);
});

test('what is missing leaves room, what is broken or there twice is told and shifts nothing', async () => {
  const files: Files = {};
  for (const k of [0, 1, 2, 3, 4, 5, 6, 7]) files[`${k}.dcm`] = dicomFile(slice(k));
  delete files['2.dcm'];
  files['5.dcm'] = (files['5.dcm'] as Buffer).subarray(0, -4);
  files['copy.dcm'] = files['0.dcm'] as Buffer;
  files['double.dcm'] = dicomFile(slice(1, { number: 77 }));
  const run = await importFiles(files);
  expect(told(run)).toEqual([
    expect.stringMatching(/^failed data\/5\.dcm: expected 12 bytes at \d+, got 8$/),
    'warning data/0.dcm: expected one slice at each place, got 1 more; the first by number is taken (double.dcm)',
    'warning data/0.dcm: expected a slice each 3 mm, got 2 missing: 1 between 1.dcm and 3.dcm, 1 between 4.dcm and 6.dcm; their voxels have the lowest value',
    `skipped data/double.dcm: another slice of ${SERIES}.nrrd is at the same place`,
    `skipped data/copy.dcm: another slice of ${SERIES}.nrrd is at the same place`,
  ]);
  const none = [0, 0, 0, 0, 0, 0];
  const { voxels } = madeVolume(run, run.items[0]?.file);
  expect(voxels).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) => (k === 2 || k === 5 ? none : grid(k).reverse())),
  );
});

test('uneven distances, no place, no spacing: told', async () => {
  const bare = { position: undefined, more: { '00280030': ['DS', ''] } } as const;
  const run = await importFiles({
    'a/0': dicomFile(slice(0)),
    'a/1': dicomFile(slice(1, { position: [5, 6, 3] })),
    'a/2': dicomFile(slice(2, { position: [5, 6, 7.5] })),
    'b/1': dicomFile(slice(1, { ...bare, series: '7' })),
    'b/2': dicomFile(slice(0, { ...bare, series: '7' })),
  });
  expect(told(run)).toEqual([
    'warning data/a/0: expected slices at one distance on a line, got some up to 0.75 mm beside it; each 3.75 mm is taken',
    'warning data/b/1: expected a distance between pixels, got none; 1 mm is taken',
    'warning data/b/1: expected where slices are in space, got nothing; their order is by their numbers',
  ]);
  const { voxels } = madeVolume(run, run.items[1]?.file);
  expect(voxels).toEqual([...grid(0).reverse(), ...grid(1).reverse()]);
});

test('files of many frames: with a place for each, and with one for the first', async () => {
  const frames = [2, 0, 1];
  const values = frames.flatMap(grid);
  const enhanced = slice(0, {
    values,
    position: undefined,
    series: '5',
    more: {
      '00280008': ['IS', '3'],
      '00280030': ['DS', ''],
      '52009229': [
        'SQ',
        [
          {
            '00209116': ['SQ', [{ '00200037': ['DS', '1\\0\\0\\0\\1\\0'] }]],
            '00289110': ['SQ', [{ '00280030': ['DS', '2\\1'] }]],
          },
        ],
      ],
      '52009230': [
        'SQ',
        frames.map((k) => ({
          '00209113': ['SQ', [{ '00200032': ['DS', `0\\0\\${4 * k}`] }]] as const,
          '00289145': ['SQ', [{ '00281052': ['DS', String(k)], '00281053': ['DS', '2'] }]] as const,
        })),
      ],
    },
  });
  const plain = slice(0, { values, series: '6', more: { '00280008': ['IS', '3'] } });
  for (const syntax of [EXPLICIT, IMPLICIT]) {
    const run = await importFiles({
      'a.dcm': dicomFile(enhanced, { syntax }),
      'b.dcm': dicomFile(plain, { syntax }),
    });
    expect(run.reports).toEqual([]);
    const [a, b] = run.items.map(({ file }) => madeVolume(run, file));
    expect(a?.voxels).toEqual(
      [0, 1, 2].flatMap((k) =>
        grid(k)
          .map((value) => 2 * value + k)
          .reverse(),
      ),
    );
    expect(a?.meta.IJK2WorldMatrix.slice(8, 12)).toEqual([0, 0, 4, 0]);
    expect(b?.voxels).toEqual(frames.flatMap((k) => grid(k).reverse()));
    expect(b?.meta.IJK2WorldMatrix.slice(8, 12)).toEqual([0, 0, 3, 0]);
  }
});

test('what is no grey picture is skipped or failed with a reason, and the rest goes on', async () => {
  const { '7fe00010': _pixels, ...report } = slice(0);
  const jpeg = '1.2.840.10008.1.2.4.90';
  const run = await importFiles({
    DICOMDIR: dicomFile({ '00041220': ['SQ', []] }),
    'colour.dcm': dicomFile(slice(0, { more: { '00280002': ['US', 3], '00280004': ['CS', 'RGB'] } })),
    'jpeg.dcm': dicomFile(slice(0), { syntax: jpeg }),
    'bits.dcm': dicomFile(slice(0, { more: { '00280100': ['US', 12] } })),
    'few.dcm': dicomFile(slice(0, { more: { '00280008': ['IS', '9'] } })),
    'report.dcm': dicomFile(report),
    'text.dcm': 'this is no DICOM at all',
    'empty.dcm': '',
    'notes.txt': 'notes',
    'ok.dcm': dicomFile(slice(0, { more: { '00280004': ['CS', 'MONOCHROME1'] } })),
  });
  expect(told(run)).toEqual([
    'skipped data/DICOMDIR: it is a list of DICOM files',
    'failed data/bits.dcm: expected 8, 16 or 32 bits a pixel, got 12',
    'failed data/colour.dcm: expected one grey value a pixel, got 3 of RGB',
    'failed data/empty.dcm: expected DICM at byte 128 or a first element of DICOM, got other bytes',
    'failed data/few.dcm: expected 108 bytes of pixels, got 12',
    `failed data/jpeg.dcm: expected pixels uncompressed or in RLE, got JPEG 2000 lossless (${jpeg})`,
    'skipped data/notes.txt: it is no volume',
    'skipped data/report.dcm: it is DICOM without pixels',
    'failed data/text.dcm: expected DICM at byte 128 or a first element of DICOM, got other bytes',
    'warning data/ok.dcm: expected high values shown bright, got MONOCHROME1; the numbers are kept as they are',
  ]);
  expect(run.items).toHaveLength(1);
});

test('nothing of the patient comes out', async () => {
  const secret = 'PLANTED';
  const elements = slice(0, {
    more: {
      '00080090': ['PN', `${secret}^DOCTOR`],
      '0008103e': ['LO', `${secret} HEAD`],
      '00100010': ['PN', `${secret}^NAME`],
      '00100020': ['LO', `${secret}-ID`],
      '00100030': ['DA', '19610203'],
      '00104000': ['LT', `${secret} COMMENT`],
      '00280004': ['CS', `${secret} RGB`],
      '00091010': ['LO', `${secret} PRIVATE`],
    },
  });
  const kept = { ...elements, '00280004': ['CS', 'MONOCHROME2'] } as const;
  const names = { ...kept, '0020000e': ['UI', `${secret}.1`], '00080060': ['CS', `${secret}`] } as const;
  const run = await importFiles({
    'a.dcm': dicomFile(kept),
    'b.dcm': dicomFile(names),
    'c.dcm': dicomFile(elements),
    'd.dcm': dicomFile(kept).subarray(0, -3),
  });
  expect(run.items.map(({ name }) => name).sort()).toEqual([`${SERIES}.nrrd`, 'dicom.nrrd']);
  const results = path.join(run.taskFolder, 'results');
  const written = readdirSync(results, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  expect(written.length).toBeGreaterThan(2);
  for (const { parentPath, name } of written) {
    const text = readFileSync(path.join(parentPath, name), 'latin1');
    expect(text).not.toMatch(/PLANTED|19610203/);
  }
  expect(JSON.stringify(run.log) + run.stderr).not.toMatch(/PLANTED|19610203/);
});

test('detection: by bytes, or the name and a first element; behind pictures and labels', async () => {
  const verdict = (files: Files) => detectHere(plugin, files);
  const one = dicomFile(slice(0));
  const bare = dicomFile(slice(0), { start: 'bare' });
  expect(await verdict({ IM1: one, README: '' })).toMatchObject({ confidence: 0.9 });
  expect(await verdict({ 'a/1.2.840.5': one })).toMatchObject({ confidence: 0.9 });
  expect(await verdict({ 'a.dcm': bare })).toMatchObject({ confidence: 0.9 });
  expect(await verdict({ 'a.dcm': one, 'a.tfrecord': '' })).toMatchObject({ confidence: 0.45 });
  expect(await verdict({ 'a.dcm': one, 'a.csv': '' })).toMatchObject({ confidence: 0.15 });
  expect(await verdict({ 'a.dcm': one, 'a.png': '', 'b.png': '' })).toMatchObject({ confidence: 0.1 });
  expect(await verdict({ 'a.dcm': 'text', LICENSE: '' })).toMatchObject({ confidence: 0 });
});
