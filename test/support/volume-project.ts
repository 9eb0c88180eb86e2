/** A volume with known voxels and figures, put in as the SDK does. */
import { gzipSync } from 'node:zlib';
import { encodeBitmap } from '../../src/format/bitmap.ts';
import { type Added, hexKey, type Made, type SdkClient } from './sdk-client.ts';

export const VOLUME_COLORS = { nodule: '#FF9F0A', lung: '#0A84FF' } as const;
export const VOLUME_SIZE = [40, 30, 20] as const;
/** Of the grey values below. */
export const VOLUME_WINDOW = { low: -100, high: 155 };

/** Another value at every voxel of a slice's neighbourhood. */
export const voxelAt = (x: number, y: number, z: number): number => 2 * x + 3 * y + 4 * z - 100;

/** Big-endian int16, gzip, RAS, slices 2.5 mm apart. */
function volumeNrrd(): Buffer {
  const [nx, ny, nz] = VOLUME_SIZE;
  const data = Buffer.alloc(2 * nx * ny * nz);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) at = data.writeInt16BE(voxelAt(x, y, z), at);
  return nrrdFile('int16', VOLUME_SIZE, data, '(0,0,0)');
}

function nrrdFile(type: string, sizes: readonly number[], data: Buffer, origin: string): Buffer {
  const header = `NRRD0005\ntype: ${type}\ndimension: 3\nspace: right-anterior-superior\nsizes: ${sizes.join(' ')}\nspace directions: (1,0,0) (0,1,0) (0,0,2.5)\nkinds: domain domain domain\nendian: big\nencoding: gzip\nspace origin: ${origin}\n\n`;
  return Buffer.concat([Buffer.from(header), gzipSync(data)]);
}

/** A rectangle in axial slice 7, a mask in coronal slice 12, and a mask in space that is a crop of the grid. */
export async function makeVolumes(sdk: SdkClient): Promise<Made & { volumes: number[] }> {
  const made = await sdk.project('volumes', {
    classes: [
      { title: 'nodule', shape: 'any', color: VOLUME_COLORS.nodule },
      { title: 'lung', shape: 'mask_3d', color: VOLUME_COLORS.lung },
    ],
    tags: [],
  });
  const [hash, broken] = await sdk.upload(
    'images.bulk.upload',
    [volumeNrrd(), Buffer.from('no volume at all')],
    'image/*',
  );
  const meta = {
    windowCenter: (VOLUME_WINDOW.low + VOLUME_WINDOW.high) / 2,
    windowWidth: VOLUME_WINDOW.high - VOLUME_WINDOW.low,
    dimensionsIJK: { x: VOLUME_SIZE[0], y: VOLUME_SIZE[1], z: VOLUME_SIZE[2] },
  };
  const added = await sdk.api<Added[]>('volumes.bulk.add', {
    datasetId: made.datasetId,
    volumes: [
      { name: 'ct.nrrd', hash, meta },
      { name: 'broken.nrrd', hash: broken, meta },
    ],
  });
  const entityId = added[0]?.id;
  const objects = await sdk.api<Added[]>('annotation-objects.bulk.add', {
    datasetId: made.datasetId,
    annotationObjects: ['nodule', 'lung'].map((title) => ({ classId: made.classId(title), entityId })),
  });
  const flat = (geometryType: string, geometry: object, planeName: string, sliceIndex: number) => ({
    key: hexKey(),
    objectId: objects[0]?.id,
    geometryType,
    geometry,
    meta: { planeName, sliceIndex },
  });
  const box = {
    points: {
      exterior: [
        [10, 5],
        [19, 14],
      ],
      interior: [],
    },
  };
  const bitmap = encodeBitmap({ x: 5, y: 3, width: 4, height: 2, data: new Uint8Array(8).fill(1) });
  await sdk.api('figures.bulk.add', {
    entityId,
    figures: [flat('rectangle', box, 'axial', 7), flat('bitmap', { bitmap }, 'coronal', 12)],
  });
  const [spatial] = await sdk.api<Added[]>('figures.bulk.add', {
    entityId,
    figures: [
      { objectId: objects[1]?.id, geometryType: 'mask_3d', tool: 'mask_3d', entityId, customData: {} },
    ],
  });
  const crop = nrrdFile('uint8', [4, 4, 4], Buffer.alloc(64, 1), '(30,20,25)');
  await sdk.uploadGeometries([{ id: spatial?.id ?? 0, bytes: crop }]);
  return { ...made, volumes: added.map((one) => one.id) };
}
