import { expect, test } from 'vitest';
import {
  isSetAt,
  type PlacedMask,
  paintMask,
  paintSlice,
} from '../../../../web/src/projects/volume/paint.ts';
import { placeMask } from '../../../../web/src/projects/volume/place-mask.ts';
import {
  endsOf,
  indexOf,
  isUpward,
  PLANES,
  type Plane,
  spacingOf,
  worldOf,
} from '../../../../web/src/projects/volume/planes.ts';
import type { Volume } from '../../../../web/src/projects/volume/read/volume.ts';
import {
  bySlice,
  middleOf,
  sliceKey,
  volumeObjects,
} from '../../../../web/src/projects/volume/volume-objects.ts';

const [axial, coronal, sagittal] = PLANES as [Plane, Plane, Plane];
const RAS = [1, 0, 0, -10, 0, 2, 0, 0, 0, 0, 3, 5, 0, 0, 0, 1];
/** x to the left, y to the back, the third axis first in the file. */
const ODD = [0, 0, -1, 0, 0, -1, 0, 0, 2.5, 0, 0, 0, 0, 0, 0, 1];

const volume: Volume = {
  size: [3, 2, 2],
  voxels: Int16Array.from({ length: 12 }, (_, at) => at),
  stride: [1, 3, 6],
  slope: 1,
  intercept: 0,
  toWorld: RAS,
  layers: 1,
  inner: [0, 11],
};
const reds = (pixels: Uint8ClampedArray): number[] => [...pixels].filter((_, at) => at % 4 === 0);

test('the ends of an axis, spacing, and what is up follow the matrix', () => {
  expect(spacingOf(RAS)).toEqual([1, 2, 3]);
  expect([0, 1, 2].map((axis) => endsOf(RAS, axis as 0).join(''))).toEqual(['LR', 'PA', 'IS']);
  expect([0, 1, 2].map((axis) => endsOf(ODD, axis as 0).join(''))).toEqual(['IS', 'AP', 'RL']);
  expect([isUpward(RAS, 1), isUpward(RAS, 2), isUpward(ODD, 1)]).toEqual([true, true, false]);
  expect(spacingOf(Array(16).fill(0))).toEqual([1, 1, 1]);
  expect(worldOf(RAS, [1, 2, 3])).toEqual([-9, 4, 14]);
  expect(indexOf(RAS, [-9, 4, 14])).toEqual([1, 2, 3]);
  expect(indexOf(ODD, worldOf(ODD, [4, 5, 6]))!.map(Math.round)).toEqual([4, 5, 6]);
  expect(indexOf(Array(16).fill(0), [1, 1, 1])).toBeUndefined();
});

test('each plane paints its voxels, cut off at the ends of the window', () => {
  const paint = (plane: Plane, index: number, low: number, high: number): number[] => {
    const pixels = new Uint8ClampedArray(4 * volume.size[plane.column] * volume.size[plane.row]);
    paintSlice(volume, plane, index, { low, high }, pixels);
    return reds(pixels);
  };
  expect(paint(axial, 1, 0, 255)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(paint(coronal, 1, 0, 255)).toEqual([3, 4, 5, 9, 10, 11]);
  expect(paint(sagittal, 2, 0, 255)).toEqual([2, 5, 8, 11]);
  expect(paint(axial, 0, 1, 3)).toEqual([0, 0, 128, 255, 255, 255]);
  expect(paint(axial, 0, 2, 2)).toEqual([0, 0, 0, 0, 0, 0]);
  const scaled = { ...volume, voxels: new Float32Array([Number.NaN, 1, 2]), slope: 2, intercept: 1 };
  const pixels = new Uint8ClampedArray(12);
  paintSlice({ ...scaled, size: [3, 1, 1] }, axial, 0, { low: 0, high: 255 }, pixels);
  expect(reds(pixels)).toEqual([0, 3, 5]);
});

test('a mask is painted where it is set, and reaches over no edge', () => {
  const mask: PlacedMask = { at: [1, -1, 1], size: [3, 2, 2], set: new Uint8Array(12).fill(1) };
  const pixels = new Uint8ClampedArray(24);
  paintMask(mask, axial, 0, { width: 3, height: 2 }, [9, 8, 7], 128, pixels);
  expect(reds(pixels)).toEqual([0, 0, 0, 0, 0, 0]);
  paintMask(mask, axial, 1, { width: 3, height: 2 }, [9, 8, 7], 128, pixels);
  expect(reds(pixels)).toEqual([0, 9, 9, 0, 0, 0]);
  expect([...pixels.slice(4, 8)]).toEqual([9, 8, 7, 128]);
  expect(isSetAt(mask, [1, 0, 1])).toBe(true);
  expect(isSetAt(mask, [0, 0, 1])).toBe(false);
  expect(isSetAt(mask, [1, 0, 3])).toBe(false);
});

test('a mask of the whole grid, a crop of it, another grid', () => {
  const set = new Uint8Array([1]);
  const mask = { origin: [1, 0, 1], size: [1, 1, 1], set } as const;
  const place = (gridSize: [number, number, number], toWorld?: number[]) =>
    placeMask({ ...mask, origin: [...mask.origin], size: [...mask.size], gridSize, toWorld }, volume)?.at;
  expect(place([3, 2, 2])).toEqual([1, 0, 1]);
  const shifted = [1, 0, 0, -9, 0, 2, 0, 2, 0, 0, 3, 5, 0, 0, 0, 1];
  expect(place([2, 1, 2], shifted)).toEqual([2, 1, 1]);
  expect(place([2, 1, 2])).toBeUndefined();
  expect(place([2, 1, 2], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1])).toBeUndefined();
  expect(place([2, 1, 2], [-1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1])).toBeUndefined();
});

test('figures are listed with their slices, and found by them', () => {
  const box = {
    points: {
      exterior: [
        [1, 0],
        [2, 1],
      ],
      interior: [],
    },
  };
  const objects = volumeObjects({
    tags: [],
    objects: [{ id: 5, classTitle: 'lung', tags: [] }],
    planes: [
      {
        name: 'sagittal',
        slices: [{ index: 2, figures: [{ id: 1, objectId: 5, geometryType: 'rectangle', geometry: box }] }],
      },
      {
        name: 'axial',
        slices: [{ index: 1, figures: [{ id: 2, objectId: 9, geometryType: 'bitmap', geometry: {} }] }],
      },
    ],
    spatialFigures: [{ id: 3, objectId: 5, geometryType: 'mask_3d', geometry: {} }],
  });
  expect(objects.map((one) => [one.classTitle, one.geometryType])).toEqual([
    ['unknown', 'bitmap, axial 1'],
    ['lung', 'rectangle, sagittal 2'],
    ['lung', 'mask_3d'],
  ]);
  expect(bySlice(objects).get(sliceKey(sagittal, 2))).toEqual([1]);
  expect(middleOf(objects[1]!, [9, 9, 9])).toEqual([2, 2, 1]);
  expect(middleOf(objects[0]!, [9, 9, 9])).toEqual([9, 9, 1]);
  expect(middleOf(objects[2]!, [9, 9, 9])).toEqual([9, 9, 9]);
});
