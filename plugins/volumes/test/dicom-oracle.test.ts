/** DICOM against dcmtk, which knows nothing of this: files it writes, values it reads. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';
import { madeVolume } from './made-volume.ts';

const plugin = 'volumes';
const hasDcmtk = spawnSync('dcmdump', ['--version']).status === 0;
const unless = hasDcmtk ? '' : ' (SKIPPED: dcmtk is not installed)';
const samples = path.join(process.env.SLY_TEST_SAMPLES ?? '', 'dicom');

const SIZE = { columns: 7, rows: 5 };
const PIXELS = SIZE.columns * SIZE.rows;
/** Runs, noise and both signs. */
const valueAt = (k: number, at: number): number => (at % 7 < 4 ? -k : ((at * 37 + k * 11) % 401) - 200);
const values = (k: number): number[] => Array.from({ length: PIXELS }, (_, at) => valueAt(k, at));

/** In dcmtk's own notation. */
function dump(ks: readonly number[], at: number): string {
  const hex = (value: number): string => (value & 0xffff).toString(16).padStart(4, '0');
  return [
    '(0008,0016) UI =CTImageStorage',
    `(0008,0018) UI [1.2.3.4.5.${at}]`,
    '(0008,0060) CS [CT]',
    '(0010,0010) PN [Doe^Jane]',
    '(0020,000d) UI [1.2.3.4]',
    '(0020,000e) UI [1.2.3.4.5]',
    `(0020,0013) IS [${at}]`,
    `(0020,0032) DS [10\\20\\${2.5 * (ks[0] ?? 0)}]`,
    '(0020,0037) DS [1\\0\\0\\0\\1\\0]',
    '(0028,0002) US 1',
    '(0028,0004) CS [MONOCHROME2]',
    `(0028,0008) IS [${ks.length}]`,
    `(0028,0010) US ${SIZE.rows}`,
    `(0028,0011) US ${SIZE.columns}`,
    '(0028,0030) DS [0.5\\0.25]',
    '(0018,0088) DS [2.5]',
    '(0028,0100) US 16',
    '(0028,0101) US 16',
    '(0028,0102) US 15',
    '(0028,0103) US 1',
    '(0028,1052) DS [-1000]',
    '(0028,1053) DS [2]',
    `(7fe0,0010) OW ${ks.flatMap(values).map(hex).join('\\')}`,
    '',
  ].join('\n');
}

const expectedOf = (ks: readonly number[]): number[] =>
  ks.flatMap((k) =>
    values(k)
      .map((value) => 2 * value - 1000)
      .reverse(),
  );
const MATRIX = [0.25, 0, 0, -11.5, 0, 0.5, 0, -22, 0, 0, 2.5, 0, 0, 0, 0, 1];

function makeFile(folder: string, name: string, ks: readonly number[], at: number): string {
  const [text, file] = [path.join(folder, `${name}.txt`), path.join(folder, name)];
  writeFileSync(text, dump(ks, at));
  execFileSync('dump2dcm', ['+te', text, file], { stdio: 'ignore' });
  return file;
}

test.skipIf(!hasDcmtk)(`a series that dcmtk writes in every syntax, in RLE too${unless}`, async () => {
  const [work, folder] = [tempFolder('dump'), tempFolder('series')];
  const ways: [string, ...string[]][] = [
    ['dcmconv', '+te'],
    ['dcmconv', '+ti'],
    ['dcmconv', '+tb'],
    ['dcmconv', '+td'],
    ['dcmconv', '-F', '+te'],
    ['dcmconv', '-F', '+ti'],
    ['dcmconv', '+te', '+e'],
    ['dcmconv', '+ti', '-e'],
    ['dcmcrle'],
  ];
  for (const [k, [tool, ...how]] of ways.entries()) {
    const plain = makeFile(work, String(k), [k], k);
    execFileSync(tool, [...how, plain, path.join(folder, `${9 - k}.dcm`)], { stdio: 'ignore' });
  }
  const run = await runPlugin({ action: 'import', plugin, folder });
  expect(run.failure).toBeUndefined();
  expect(told(run)).toEqual([]);
  const { type, voxels, meta } = madeVolume(run, run.items[0]?.file);
  expect(type).toBe('int16');
  expect(voxels).toEqual(expectedOf(ways.map((_, k) => k)));
  expect(meta.IJK2WorldMatrix).toEqual(MATRIX);
});

test.skipIf(!hasDcmtk)(`frames of one file, plain and in RLE${unless}`, async () => {
  const [work, folder] = [tempFolder('dump'), tempFolder('frames')];
  const ks = [0, 1, 2, 3];
  const plain = makeFile(work, 'plain', ks, 1);
  mkdirSync(path.join(folder, 'rle'));
  execFileSync('dcmcrle', [plain, path.join(folder, 'rle/a')], { stdio: 'ignore' });
  const run = await runPlugin({ action: 'import', plugin, folder });
  expect(told(run)).toEqual([]);
  const { voxels, meta } = madeVolume(run, run.items[0]?.file);
  expect(voxels).toEqual(expectedOf(ks));
  expect(meta.IJK2WorldMatrix).toEqual(MATRIX);
});

test.skipIf(!hasDcmtk)(`an RLE frame that is cut is told, those before it stay${unless}`, async () => {
  const work = tempFolder('dump');
  const packed = path.join(work, 'packed');
  execFileSync('dcmcrle', [makeFile(work, 'plain', [0, 1, 2], 1), packed], { stdio: 'ignore' });
  const files = { 'a.dcm': readFileSync(packed).subarray(0, -30) };
  const run = await runPlugin({ action: 'import', plugin, files });
  expect(told(run)).toEqual([expect.stringMatching(/^warning data\/a\.dcm frame 3: .*; it is left out$/)]);
  expect(madeVolume(run, run.items[0]?.file).voxels).toEqual(expectedOf([0, 1]));
});

/** Raw pixels as dcmtk writes them out, 16 bits signed. */
function rawPixels(file: string, extra: readonly string[] = []): Int16Array {
  const out = tempFolder('raw');
  const plain = path.join(out, 'plain.dcm');
  execFileSync(extra[0] ?? 'dcmconv', [...(extra[0] === undefined ? ['+te'] : []), file, plain], {
    stdio: 'ignore',
  });
  execFileSync('dcmdump', ['-q', '+W', out, plain], { stdio: 'ignore' });
  const raw = readdirSync(out).find((name) => name.endsWith('.raw')) ?? '';
  return new Int16Array(new Uint8Array(readFileSync(path.join(out, raw))).buffer);
}

test.skipIf(!hasDcmtk || !existsSync(samples))(
  `samples that others made: the pixels dcmtk reads${unless}`,
  { timeout: 120_000 },
  async () => {
    const run = await runPlugin({ action: 'import', plugin, folder: samples });
    expect(told(run)).toEqual([
      expect.stringMatching(
        /^failed data\/jpeg_ls\.dcm: .*JPEG-LS near-lossless \(1\.2\.840\.10008\.1\.2\.4\.81\)$/,
      ),
      expect.stringMatching(/^warning data\/deflated\.dcm: expected a distance between pixels/),
      expect.stringMatching(/^warning data\/deflated\.dcm: expected where slices are in space/),
    ]);
    expect(run.items).toHaveLength(4);
    const brain = run.items.find(({ dataset }) => dataset === 'volume');
    const { voxels, meta } = madeVolume(run, brain?.file);
    const { x: nx, y: ny, z: nz } = meta.dimensionsIJK;
    expect([nx, ny, nz]).toEqual([256, 256, 20]);
    for (const k of [0, 7, 19]) {
      const name = `brain_${String(k + 1).padStart(3, '0')}.dcm`;
      const raw = [...rawPixels(path.join(samples, 'volume', name))].slice(0, nx * ny);
      expect(voxels.slice(k * nx * ny, (k + 1) * nx * ny)).toEqual(raw.reverse());
    }
    const rle = run.items.find(({ name }) => name.includes('20031208063649'));
    const ct = madeVolume(run, rle?.file);
    const raw = rawPixels(path.join(samples, 'rle.dcm'), ['dcmdrle']);
    expect(ct.voxels).toEqual([...raw].map((value) => value - 1024).reverse());
  },
);
