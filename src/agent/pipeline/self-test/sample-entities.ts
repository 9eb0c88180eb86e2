/** Small projects of videos, point clouds, episodes and volumes: what an exporter of those is tested with. */
import type { EntityType } from '../../../format/project-paths.ts';
import { sha256Of } from '../../../lib/hash.ts';
import type { ExportItem } from '../../../protocol/publish.ts';
import { classOf, projectOf, type SampleProject } from './sample-project.ts';

const DATASET = 'sample';
const KEYS = { object: '1'.repeat(32), figure: '2'.repeat(32) };
const OBJECT = { key: KEYS.object, classTitle: 'car', tags: [] };
const RECTANGLE = {
  points: {
    exterior: [
      [1, 1],
      [3, 3],
    ],
    interior: [],
  },
};
const CUBOID = {
  position: { x: 1, y: 0, z: 0 },
  rotation: { x: 0, y: 0, z: 0 },
  dimensions: { x: 1, y: 2, z: 1 },
};
const PLANES = ['sagittal', 'coronal', 'axial'];

interface Sample {
  names: string[];
  mime: string;
  bytes(at: number): Uint8Array;
  annotation: object;
}

const SAMPLES: Readonly<Record<EntityType, Sample>> = {
  videos: {
    names: ['sample.mp4'],
    mime: 'video/mp4',
    bytes: () => Buffer.from('\0\0\0\x14ftypisom\0\0\x02\0isom', 'latin1'),
    annotation: {
      ...head({ size: { width: 64, height: 48 } }),
      frames: [{ index: 0, figures: [figure('rectangle', RECTANGLE)] }],
      framesCount: 2,
    },
  },
  point_clouds: {
    names: ['sample.pcd'],
    mime: 'application/octet-stream',
    bytes: cloud,
    annotation: { ...head(), figures: [figure('cuboid_3d', CUBOID)] },
  },
  point_cloud_episodes: {
    names: ['0.pcd', '1.pcd'],
    mime: 'application/octet-stream',
    bytes: cloud,
    annotation: {
      ...head(),
      framesCount: 2,
      frames: [{ index: 1, figures: [figure('cuboid_3d', CUBOID)] }],
    },
  },
  volumes: {
    names: ['sample.nrrd'],
    mime: 'application/octet-stream',
    bytes: volume,
    annotation: {
      ...head(),
      planes: PLANES.map((name, axis) => ({
        name,
        normal: { x: Number(axis === 0), y: Number(axis === 1), z: Number(axis === 2) },
        slices: name === 'axial' ? [{ index: 1, figures: [figure('rectangle', RECTANGLE)] }] : [],
      })),
      spatialFigures: [],
    },
  },
};

export function sampleEntities(type: EntityType): SampleProject {
  const { names, mime, bytes: bytesOf, annotation } = SAMPLES[type];
  const bytes = new Map<string, Uint8Array>();
  const items = names.map((name, at): ExportItem => {
    const content = bytesOf(at);
    const sha256 = sha256Of(content);
    bytes.set(sha256, content);
    const meta = type === 'point_cloud_episodes' ? { frame: at } : null;
    const known = { size: content.length, link: null, mime, width: null, height: null, ann: null, meta };
    return { id: at + 1, dataset: DATASET, name, sha256, ...known };
  });
  const classes = [classOf('car', 'any', '#E03131')];
  return { project: projectOf(type, classes, DATASET, items), items, bytes, annotation };
}

function head(more: object = {}): object {
  return { description: '', tags: [], objects: [OBJECT], ...more };
}

function figure(geometryType: string, geometry: object): object {
  return { key: KEYS.figure, objectKey: KEYS.object, geometryType, geometry };
}

function cloud(at: number): Uint8Array {
  const points = `${at} 0 0\n1 ${at} 0\n`;
  return Buffer.from(
    `VERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\nWIDTH 2\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 2\nDATA ascii\n${points}`,
  );
}

function volume(): Uint8Array {
  const header =
    'NRRD0005\ntype: uint8\ndimension: 3\nspace: right-anterior-superior\nsizes: 4 4 4\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nkinds: domain domain domain\nencoding: raw\nspace origin: (0,0,0)\n\n';
  return Buffer.concat([Buffer.from(header), Buffer.alloc(64, 1)]);
}
