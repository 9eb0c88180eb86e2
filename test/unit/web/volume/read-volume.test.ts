import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readInlineMask, readMaskFile } from '../../../../web/src/projects/volume/read/mask3d.ts';
import { readVolume } from '../../../../web/src/projects/volume/read/read-volume.ts';
import type { Mask3d, Volume } from '../../../../web/src/projects/volume/read/volume.ts';
import { hasPython } from '../../../support/python.ts';
import { pythonSource } from '../../../support/python-source.ts';

/** A folder with samples by other programs; they are not part of this project. */
const SAMPLES = process.env.SLY_TEST_SAMPLES ?? '';
const read = (bytes: Buffer | string): Promise<Volume> => readVolume(new Uint8Array(Buffer.from(bytes)));

/** By x, then y, then z. */
function valuesOf({ size, voxels, stride, slope, intercept }: Volume): number[] {
  const values: number[] = [];
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        values.push(voxels[x * stride[0] + y * stride[1] + z * stride[2]]! * slope + intercept);
  return values;
}

function setOf({ origin, size, set }: Mask3d): number[][] {
  const found: number[][] = [];
  for (let x = 0; x < size[0]; x++)
    for (let y = 0; y < size[1]; y++)
      for (let z = 0; z < size[2]; z++)
        if (set[x + size[0] * (y + size[1] * z)] === 1)
          found.push([origin[0] + x, origin[1] + y, origin[2] + z]);
  return found;
}

const nrrd = (more: string, data: Buffer, sizes = '2 2 2'): Buffer =>
  Buffer.concat([Buffer.from(`NRRD0004\ntype: uint8\ndimension: 3\nsizes: ${sizes}\n${more}\n\n`), data]);

describe.skipIf(!hasPython('numpy'))('files written with numpy', () => {
  test('every kind of number, both orders of bytes, raw and gzip, channels, skips, NIfTI, masks', async () => {
    const { folder, expected } = pythonSource<{
      volumes: Record<string, number[]>;
      inline: string;
      wide: string;
      set: number[][];
    }>(path.join(import.meta.dirname, 'volumes.py'));
    const names = Object.keys(expected.volumes);
    expect(names.length).toBeGreaterThan(45);
    for (const name of names) {
      const volume = await read(readFileSync(path.join(folder, name)));
      expect(volume.size, name).toEqual([5, 4, 3]);
      expect(valuesOf(volume), name).toEqual(expected.volumes[name]);
    }
    const world = async (name: string) => (await read(readFileSync(path.join(folder, name)))).toWorld;
    expect(await world('int8-big-gzip.nrrd')).toEqual([
      -0.5, 0, 0, 10, 0, -0.75, 0, -20, 0, 0, 2.5, 30, 0, 0, 0, 1,
    ]);
    expect(await world('plain.nii')).toEqual([0, -3, 0, 5, 2, 0, 0, 6, 0, 0, 4, 7, 0, 0, 0, 1]);
    const turned = [0, -3, 0, 7, 2, 0, 0, 8, 0, 0, -4, 9, 0, 0, 0, 1];
    for (const [at, value] of (await world('scaled.nii.gz')).entries())
      expect(value).toBeCloseTo(turned[at]!, 5);
    expect((await read(readFileSync(path.join(folder, 'first.nrrd')))).layers).toBe(2);
    for (const data of [expected.inline, expected.wide])
      expect(setOf(await readInlineMask({ data })).sort()).toEqual(expected.set.sort());
  });
});

test('the first window leaves a few outliers and what is no number out', async () => {
  const values = new Float32Array(1000).map((_, at) => at);
  values[3] = 1e9;
  values[4] = Number.NaN;
  values[5] = -Infinity;
  const header = 'NRRD0004\ntype: float\ndimension: 3\nsizes: 10 10 10\nencoding: raw\nendian: little\n\n';
  const { inner } = await read(Buffer.concat([Buffer.from(header), Buffer.from(values.buffer)]));
  expect(inner[0]).toBeLessThan(10);
  expect(inner[1]).toBeGreaterThan(990);
  expect(inner[1]).toBeLessThan(1000);
});

test('a mask of a file is cropped to what is set, an empty one to nothing', async () => {
  const data = Buffer.alloc(27);
  data[13] = 1;
  data[14] = 255;
  const bytes = nrrd('encoding: gzip', gzipSync(data), '3 3 3');
  const mask = await readMaskFile(new Uint8Array(bytes));
  expect(mask).toMatchObject({ gridSize: [3, 3, 3], origin: [1, 1, 1], size: [2, 1, 1] });
  expect([...mask.set]).toEqual([1, 1]);
  const empty = await readMaskFile(new Uint8Array(nrrd('encoding: raw', Buffer.alloc(8))));
  expect(empty).toMatchObject({ size: [0, 0, 0] });
});

const raw = Buffer.alloc(8);
test.each<[string, string | Buffer, string]>([
  ['nothing', '', 'neither'],
  ['a picture', '\x89PNG\r\n', 'neither'],
  ['zip bombs of another kind', gzipSync(Buffer.alloc(1000)), 'neither'],
  ['a detached header', nrrd('encoding: raw\ndata file: other.raw', raw), 'in another file'],
  ['two axes', nrrd('encoding: raw', raw, '2 4'), 'fewer than three axes'],
  ['bzip2', nrrd('encoding: bzip2', raw), 'stored as bzip2'],
  [
    'an unknown number',
    nrrd('encoding: raw', raw).toString('latin1').replace('uint8', 'block'),
    'unknown type "block"',
  ],
  ['half of its voxels', nrrd('encoding: raw', raw.subarray(4)), '4 bytes of voxels are missing'],
  ['half a gzip', nrrd('encoding: gzip', gzipSync(Buffer.alloc(8)).subarray(0, 12)), 'do not unpack'],
  ['what is no gzip', nrrd('encoding: gzip', raw), 'do not unpack'],
  ['a size beyond all bounds', nrrd('encoding: raw', raw, '100000 100000 100000'), 'holds up to'],
  ['a skip it does not have', nrrd('encoding: raw\nbyte skip: 99', raw), 'skips 99 bytes'],
  ['a skip from the end', nrrd('encoding: raw\nbyte skip: -5', raw), 'skips -5 bytes'],
])('%s is refused with a sentence', async (_what, bytes, said) => {
  await expect(read(bytes)).rejects.toThrow(said);
});

test('a gzip with something behind it is read; one that would fill the memory is not unpacked', async () => {
  const behind = Buffer.concat([gzipSync(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])), Buffer.from('behind')]);
  expect(valuesOf(await read(nrrd('encoding: gzip', behind)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  await expect(read(nrrd('encoding: gzip\nbyte skip: -1', bomb))).rejects.toThrow(
    'more than the page can hold',
  );
});

test.each([
  ['no sizes', gzipSync(Buffer.from('abc|')), 'its size is "abc"'],
  ['too few voxels', gzipSync(Buffer.from('2,2,2|1111')), 'fewer voxels'],
  ['sizes without end', gzipSync(Buffer.alloc(100, '1')), 'its size is'],
  ['no gzip', Buffer.from('2,2,2|11111111'), 'do not unpack'],
])('a mask of %s is refused', async (_what, bytes, said) => {
  await expect(readInlineMask({ data: bytes.toString('base64') })).rejects.toThrow(said);
});

describe.skipIf(!existsSync(SAMPLES))('samples by others', () => {
  const sample = (name: string): Promise<Volume> => read(readFileSync(path.join(SAMPLES, name)));
  /** Voxels of the ball. */
  const inside = (volume: Volume): number => valuesOf(volume).filter((one) => one > 0).length;

  test('pynrrd and nibabel', async () => {
    const ball = await sample('nrrd/BallBinary30x30x30.nrrd');
    expect(ball).toMatchObject({
      size: [30, 30, 30],
      layers: 1,
      toWorld: [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    });
    expect(inside(ball)).toBe(14328);
    for (const name of ['nrrd/BallBinary30x30x30_gz.nrrd', 'nrrd/BallBinary30x30x30.nii.gz'])
      expect(inside(await sample(name)), name).toBe(14328);
    await expect(sample('nrrd/BallBinary30x30x30_bz2.nrrd')).rejects.toThrow('bzip2');
    await expect(sample('nrrd/BallBinary30x30x30.nhdr')).rejects.toThrow('in another file');
    await expect(sample('nrrd/test2d_ascii.nrrd')).rejects.toThrow('fewer than three axes');
    expect((await sample('nrrd/test_simple4d_raw.nrrd')).size).toEqual([1, 1, 1]);
    expect((await sample('nifti/reoriented_anat_moved.nii')).size).toEqual([21, 26, 22]);
    await expect(sample('nifti/nifti2.hdr')).rejects.toThrow('NIfTI-2');
  });
});
