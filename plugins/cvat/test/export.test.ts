import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelMask } from '../../../src/format/label-mask.ts';
import type { GeometryType, Label, Point } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { annotationOf, importHere, told } from '../../../test/support/import-here.ts';
import {
  comparable,
  HEIGHT,
  projectFiles,
  type RandomProject,
  randomProjects,
  tagMeta,
  WIDTH,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

const SHAPES: GeometryType[] = [
  'rectangle',
  'oriented_bbox',
  'polygon',
  'line',
  'point',
  'bitmap',
  'graph',
  'cuboid_2d',
];
const objectTags = [
  tagMeta('occluded', 'none', { applicable_type: 'objectsOnly' }),
  tagMeta('parked', 'none', { applicable_type: 'objectsOnly' }),
  tagMeta('doors', 'any_number', { applicable_type: 'objectsOnly' }),
  tagMeta('paint & "co"', 'oneof_string', { values: ['red', 'dark <blue>'], applicable_type: 'objectsOnly' }),
  tagMeta('plate', 'any_string', { applicable_type: 'objectsOnly' }),
];
const imageTags = [
  tagMeta('night', 'none', { applicable_type: 'imagesOnly' }),
  tagMeta('rain', 'oneof_string', { values: ['little', 'much'], applicable_type: 'imagesOnly' }),
  tagMeta('text', 'any_string', { applicable_type: 'imagesOnly' }),
  tagMeta('count', 'any_number', { applicable_type: 'imagesOnly' }),
];
const projects = randomProjects({ shapes: SHAPES, objectTags, imageTags, instances: true });

const sorted = (items: { dataset: string; name: string; ann: unknown }[]): unknown[] =>
  items.sort((a, b) => (`${a.dataset}/${a.name}` < `${b.dataset}/${b.name}` ? -1 : 1));

test('project -> CVAT -> project is the same', async () => {
  await fc.assert(
    fc.asyncProperty(projects, async (project) => {
      const run = await exportHere('cvat', projectFiles(project));
      expect(run.failure).toBeUndefined();
      expect(run.reports).toEqual([]);
      expect(run.written).toHaveLength(project.items.length);
      const back = await importHere({ plugin: 'cvat', files: run.entries });
      expect(told(back)).toEqual([]);
      expect(
        sorted(
          back.items.map((item) => ({
            dataset: item.dataset,
            name: item.name,
            ann: comparable(annotationOf(item)),
          })),
        ),
      ).toEqual(
        sorted(
          project.items.map(({ dataset, name, annotation }) => ({
            dataset,
            name,
            ann: comparable(annotation),
          })),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

interface Told {
  labels: Record<string, string>;
  images: {
    name: string;
    subset: string;
    size: number[];
    tags: unknown[];
    shapes: Record<string, unknown>[];
  }[];
}

const oracle = (xml: Buffer): Told => {
  const file = path.join(tempFolder('oracle'), 'annotations.xml');
  writeFileSync(file, xml);
  const script = path.join(import.meta.dirname, 'cvat_read.py');
  return JSON.parse(execFileSync('/usr/bin/python3', [script, file], { encoding: 'utf8' })) as Told;
};

/** Rows of the whole picture, from the rasteriser of the platform. */
function rows(label: Label): string[] {
  const all = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => 0));
  const mask = labelMask(label, { width: WIDTH, height: HEIGHT });
  for (let y = 0; y < (mask?.height ?? 0); y++)
    for (let x = 0; x < (mask?.width ?? 0); x++)
      if (mask !== undefined && mask.data[y * mask.width + x] !== 0) all[mask.y + y]![mask.x + x] = 1;
  return all.map((row) => row.join(''));
}

function expectedShape(label: Label): Record<string, unknown> {
  switch (label.geometryType) {
    case 'rectangle':
    case 'oriented_bbox': {
      const [a, b] = (label.geometryType === 'rectangle' ? label.points.exterior : label.points) as Point[];
      const box = [a![0], a![1], b![0] + 1, b![1] + 1];
      return { kind: 'box', box, ...(label.geometryType === 'rectangle' ? { rotation: 0 } : {}) };
    }
    case 'polygon':
      return label.points.interior.length > 0
        ? { kind: 'mask', rows: rows(label) }
        : { kind: 'polygon', points: label.points.exterior };
    case 'line':
      return { kind: 'polyline', points: label.points.exterior };
    case 'point':
      return { kind: 'points', points: label.points.exterior };
    case 'bitmap':
      return { kind: 'mask', rows: rows(label) };
    case 'cuboid_2d':
      return { kind: 'cuboid', corners: Object.values(label.vertices).map(({ loc }) => loc) };
    case 'graph': {
      const nodes = Object.entries(label.nodes).map(([id, { loc, disabled }]) => [
        id,
        [loc, disabled === true],
      ]);
      return { kind: 'skeleton', nodes: Object.fromEntries(nodes) as unknown };
    }
    default:
      throw new Error(label.geometryType);
  }
}

test('another reader, made from the description alone, sees what was exported', async () => {
  const holed = randomProjects({ shapes: SHAPES, objectTags, imageTags, instances: true, holes: true });
  for (const project of fc.sample(holed, { numRuns: 8, seed: 7 }) as RandomProject[]) {
    const run = await exportHere('cvat', projectFiles(project));
    const { images, labels } = oracle(run.entries['annotations.xml']!);
    expect(images.map(({ name, subset, size }) => [subset, name, size])).toEqual(
      project.items.map(({ dataset, name }) => [dataset, name, [WIDTH, HEIGHT]]),
    );
    for (const one of project.meta.classes)
      expect(labels[one.title]).toBe(one.shape === 'graph' ? 'skeleton' : 'any');
    for (const [i, { annotation }] of project.items.entries()) {
      expect(images[i]!.tags).toEqual(
        annotation.tags.map(({ name, value }) => [name, value === undefined ? null : String(value)]),
      );
      for (const [k, label] of (annotation.objects as Label[]).entries()) {
        const shape = images[i]!.shapes[k]!;
        expect(shape).toMatchObject({ label: label.classTitle, ...expectedShape(label) });
        expect(shape.occluded).toBe(label.tags.some(({ name }) => name === 'occluded'));
        expect(shape.attributes).toEqual(
          Object.fromEntries(
            label.tags
              .filter(({ name }) => name !== 'occluded')
              .map(({ name, value }) => [name, String(value ?? true)]),
          ),
        );
        expect(shape.group === 0).toBe(label.instance === undefined);
        if (label.geometryType === 'oriented_bbox')
          expect(((shape.rotation as number) * Math.PI) / 180).toBeCloseTo(label.angle % (2 * Math.PI), 9);
      }
    }
  }
});

test('what CVAT cannot say is counted; pictures can be left out', async () => {
  const [base] = fc.sample(projects, { numRuns: 1, seed: 3 }) as RandomProject[];
  const ring = (x: number): [number, number][] => [
    [x, 1],
    [x + 4, 1],
    [x + 4, 6],
  ];
  const label = (shape: string, geometry: object): Label =>
    ({ classTitle: 'any', geometryType: shape, shape, tags: [], ...geometry }) as unknown as Label;
  const hole = {
    exterior: [
      [1, 1],
      [9, 1],
      [9, 9],
      [1, 9],
    ],
    interior: [
      [
        [3, 3],
        [5, 3],
        [5, 5],
      ],
    ],
  };
  const project: RandomProject = {
    meta: { ...base!.meta, classes: [{ title: 'any', shape: 'any', color: '#000000', geometry_config: {} }] },
    items: [
      {
        dataset: 'd',
        name: 'a.png',
        annotation: {
          description: 'words',
          size: { width: WIDTH, height: HEIGHT },
          tags: [],
          objects: [
            label('multipolygon', {
              parts: [
                { exterior: ring(1), interior: [] },
                { exterior: ring(10), interior: [] },
              ],
            }),
            label('polygon', { points: hole }),
            label('multichannelBitmap', { multichannelBitmap: { origin: [0, 0], data: 'AAAA' } }),
            {
              ...label('point', { points: { exterior: [[1, 1]], interior: [] } }),
              tags: [
                { name: 'plate', value: 'a' },
                { name: 'plate', value: 'b' },
              ],
            },
          ],
        },
      },
      {
        dataset: 'd',
        name: 'b.png',
        annotation: { description: '', size: { width: WIDTH, height: HEIGHT }, tags: [], objects: [] },
      },
    ],
  };
  const run = await runPlugin({
    action: 'export',
    plugin: 'cvat',
    files: projectFiles(project),
    options: { only_annotations: true, only_annotated: true },
  });
  expect(run.failure).toBeUndefined();
  expect(run.entries.map(({ path: name }) => name)).toEqual(['annotations.xml']);
  expect(run.written.map(({ name }) => name)).toEqual(['a.png']);
  expect(run.reports.map(({ message }) => message)).toEqual([
    '1 description of an image cannot be expressed in CVAT',
    '1 multipolygon (its parts are written as polygons of one group) cannot be expressed in CVAT',
    '1 polygon with holes (it is written as a mask) cannot be expressed in CVAT',
    '1 label of shape multichannelBitmap cannot be expressed in CVAT',
    '1 value after the first of object tag plate cannot be expressed in CVAT',
  ]);
  const { images } = oracle(run.entry('annotations.xml'));
  expect(images[0]!.shapes.map(({ kind, group }) => [kind, group])).toEqual([
    ['polygon', 1],
    ['polygon', 1],
    ['mask', 0],
    ['points', 0],
  ]);
});
