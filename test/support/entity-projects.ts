/** A small project of each kind that is no image as its files in Supervisely Format, with everything that can be in one. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../src/lib/version.ts';
import type { ProjectType } from '../../src/protocol/project-type.ts';

type Json = Record<string, unknown>;
export type EntityType = Exclude<ProjectType, 'images' | 'meshes'>;

const key = (n: number): string => n.toString(16).padStart(32, '0');
const CAR = { key: key(1), classTitle: 'car', tags: [] };
const MAN = { key: key(2), classTitle: 'man', tags: [{ name: 'seen', key: key(90) }] };

const figure = (n: number, object: Json, geometryType: string, geometry: unknown): Json => ({
  key: key(n),
  objectKey: object.key,
  geometryType,
  geometry,
});
const box = (n: number, object: Json = CAR): Json => {
  const exterior = [
    [n, 2],
    [n + 4, 9],
  ];
  return figure(n, object, 'rectangle', { points: { exterior, interior: [] } });
};
const cuboid = (n: number, object: Json = CAR): Json =>
  figure(n, object, 'cuboid_3d', {
    position: { x: n, y: 1, z: 0.5 },
    rotation: { x: 0, y: 0, z: 1.57 },
    dimensions: { x: 2, y: 4, z: 1 },
  });

function metaOf(projectType: EntityType): Json {
  return {
    classes: [
      { title: 'car', shape: 'any', color: '#FF0000', geometry_config: {} },
      { title: 'man', shape: 'any', color: '#00FF00', geometry_config: {} },
    ],
    tags: [{ name: 'seen', value_type: 'none', color: '#0000FF' }],
    projectType,
  };
}

const CAMERA = { name: 'cam.png', meta: { deviceId: 'CAM_00', sensorsData: { intrinsicMatrix: [1, 0, 0] } } };
const beside = (cloud: string, drawn: Json[]): Json => {
  const picture = `ds/related_images/${cloud.replaceAll('.', '_')}/cam.png`;
  return {
    [picture]: Buffer.from(`picture beside ${cloud}`),
    [`${picture}.json`]: CAMERA,
    ...(drawn.length > 0 && { [`${picture}.figures.json`]: drawn }),
  };
};

const plane = (name: string, normal: Json, slices: Json[] = []): Json => ({ name, normal, slices });

/** 10 x 10 x 10 voxels of one value. */
export function smallNrrd(value: number): Buffer {
  const header =
    'NRRD0005\ntype: uint8\ndimension: 3\nspace: right-anterior-superior\nsizes: 10 10 10\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nkinds: domain domain domain\nencoding: raw\nspace origin: (0,0,0)\n\n';
  return Buffer.concat([Buffer.from(header), Buffer.alloc(1000, value)]);
}

const FILES: Readonly<Record<EntityType, () => Json>> = {
  videos: () => ({
    'ds/video/v.mp4': readFileSync(path.join(packageRoot(), 'test/fixtures/media/ten-frames.mp4')),
    'ds/ann/v.mp4.json': {
      description: 'ten frames',
      tags: [{ name: 'seen', frameRange: [1, 3], key: key(91) }],
      objects: [CAR, MAN],
      frames: [
        { index: 0, figures: [box(3), box(4, MAN)] },
        { index: 7, figures: [box(5)] },
      ],
      framesCount: 10,
    },
    'ds/metadata/v.mp4.meta.json': { videoFrameOffset: 3 },
    'ds/datasets/nested/video/w.mp4': readFileSync(
      path.join(packageRoot(), 'test/fixtures/media/ten-frames.mp4'),
    ),
    'ds/datasets/nested/ann/w.mp4.json': { tags: [], objects: [], frames: [], framesCount: 10 },
  }),
  point_clouds: () => ({
    'ds/pointcloud/a.pcd': Buffer.from('cloud a'),
    'ds/ann/a.pcd.json': {
      tags: [{ name: 'seen', key: key(92) }],
      objects: [CAR, MAN],
      figures: [cuboid(3), cuboid(4, MAN), figure(5, CAR, 'point_cloud', { indices: [0, 5, 7] })],
    },
    'ds/pointcloud/b.pcd': Buffer.from('cloud b'),
    'ds/ann/b.pcd.json': { tags: [], objects: [], figures: [] },
    ...beside('a.pcd', [box(6)]),
  }),
  point_cloud_episodes: () => ({
    'ds/pointcloud/0.pcd': Buffer.from('cloud 0'),
    'ds/pointcloud/1.pcd': Buffer.from('cloud 1'),
    'ds/pointcloud/2.pcd': Buffer.from('cloud 2'),
    'ds/annotation.json': {
      tags: [{ name: 'seen', frameRange: [0, 1], key: key(93) }],
      objects: [CAR, MAN],
      framesCount: 3,
      frames: [
        { index: 0, figures: [cuboid(3), cuboid(4, MAN)] },
        { index: 2, figures: [cuboid(5)] },
      ],
    },
    'ds/frame_pointcloud_map.json': { 0: '1.pcd', 1: '0.pcd', 2: '2.pcd' },
    ...beside('1.pcd', [box(6)]),
    ...beside('2.pcd', []),
  }),
  volumes: () => ({
    'ds/volume/v.nrrd': smallNrrd(7),
    'ds/ann/v.nrrd.json': {
      tags: [],
      objects: [CAR, MAN],
      planes: [
        plane('sagittal', { x: 1, y: 0, z: 0 }),
        plane('coronal', { x: 0, y: 1, z: 0 }, [{ index: 4, figures: [box(3)] }]),
        plane('axial', { x: 0, y: 0, z: 1 }, [
          { index: 1, figures: [box(4), box(5, MAN)] },
          { index: 6, figures: [box(6)] },
        ]),
      ],
      spatialFigures: [
        figure(7, CAR, 'mask_3d', {}),
        { key: key(8), objectKey: MAN.key, geometryType: 'closed_surface_mesh' },
      ],
    },
    [`ds/mask/v.nrrd/${key(7)}.nrrd`]: smallNrrd(1),
    [`ds/interpolation/v.nrrd/${key(8)}.stl`]: Buffer.from('a mesh'),
    'ds/volume_info/v.nrrd.json': { name: 'v.nrrd', meta: { windowWidth: 255 } },
  }),
};

export const ENTITY_TYPES = Object.keys(FILES) as EntityType[];

/** Path below the project folder -> bytes, or JSON. */
export function entityProject(type: EntityType): Record<string, Buffer | Json> {
  return { 'meta.json': metaOf(type), ...FILES[type]() } as Record<string, Buffer | Json>;
}

export function writeEntityProject(root: string, files: ReturnType<typeof entityProject>): void {
  for (const [file, content] of Object.entries(files)) {
    const absolute = path.join(root, file);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
}

/** Every file is below `root` with the same bytes, every JSON file with all that it said. */
export function expectEntityProject(root: string, files: ReturnType<typeof entityProject>): void {
  for (const [file, content] of Object.entries(files)) {
    const got = readFileSync(path.join(root, file));
    if (Buffer.isBuffer(content)) expect(got.equals(content), file).toBe(true);
    else expect(JSON.parse(got.toString()), file).toMatchObject(withoutEmptyGeometry(content));
  }
}

/** Of a figure whose geometry is a file a writer may say `{}` or nothing. */
function withoutEmptyGeometry(value: unknown): Json {
  const text = JSON.stringify(value, (key, one: unknown) =>
    key === 'geometry' && JSON.stringify(one) === '{}' ? undefined : one,
  );
  return JSON.parse(text) as Json;
}
