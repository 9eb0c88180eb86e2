import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { ClassMeta, Geometry, Label, Ring } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { type Files, importHere, labelsOf, writeFiles } from '../../../test/support/import-here.ts';
import { hasPython, runPython } from '../../../test/support/python.ts';
import {
  PICTURE,
  projectFiles,
  type RandomProject,
  randomProjects,
  tagMeta,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

// Many runs, and other work beside them.
vi.setConfig({ testTimeout: 120_000 });

const SCRIPT = fileURLToPath(new URL('./oracle/dota_check.py', import.meta.url));
const withPython = test.skipIf(!hasPython('cv2', 'numpy'));
const TAG = tagMeta('difficult', 'none', { applicable_type: 'objectsOnly' });

const classOf = (title: string, shape: string): ClassMeta => ({
  title,
  shape,
  color: '#AA0000',
  geometry_config: {},
});
const labelOf = (classTitle: string, geometry: Geometry, more: Partial<Label> = {}): Label =>
  ({ classTitle, tags: [], shape: geometry.geometryType, ...geometry, ...more }) as Label;
const polygon = (exterior: Ring, ...interior: Ring[]): Geometry => ({
  geometryType: 'polygon',
  points: { exterior, interior },
});

const CLASSES = [
  classOf('plane', 'polygon'),
  classOf('small vehicle', 'any'),
  classOf('small-vehicle', 'any'),
];
const OBJECTS: Label[] = [
  labelOf(
    'plane',
    polygon([
      [1, 1],
      [9, 2],
      [8, 6],
      [2, 7],
    ]),
    { tags: [{ name: 'difficult' }] },
  ),
  labelOf(
    'plane',
    polygon([
      [0, 0],
      [10, 0],
      [10, 4],
      [5, 8],
      [0, 4],
    ]),
  ),
  labelOf('small vehicle', {
    geometryType: 'rectangle',
    points: {
      exterior: [
        [3, 4],
        [8, 9],
      ],
      interior: [],
    },
  }),
  labelOf('small-vehicle', {
    geometryType: 'oriented_bbox',
    points: [
      [10, 8],
      [16, 12],
    ],
    angle: Math.PI / 2,
  }),
  labelOf('small vehicle', {
    geometryType: 'line',
    points: {
      exterior: [
        [0, 0],
        [6, 0],
        [6, 3],
      ],
      interior: [],
    },
  }),
  labelOf('small vehicle', {
    geometryType: 'bitmap',
    bitmap: encodeBitmap({ x: 3, y: 2, width: 4, height: 2, data: Uint8Array.of(0, 1, 1, 0, 1, 1, 1, 1) }),
  }),
  labelOf('small vehicle', { geometryType: 'point', points: { exterior: [[1, 1]], interior: [] } }),
];

function project(objects: Label[], meta: Record<string, unknown> = {}): Files {
  const annotation = { description: '', size: { height: 23, width: 37 }, tags: [], objects };
  const item = {
    dataset: 'train',
    name: 'a.png',
    image: 'train/img/a.png',
    ann: 'train/ann/a.png.json',
    width: 37,
    height: 23,
    meta,
  };
  return {
    'project/meta.json': JSON.stringify({ classes: CLASSES, tags: [TAG], projectType: 'images' }),
    'project/train/img/a.png': PICTURE,
    'project/train/ann/a.png.json': JSON.stringify(annotation),
    'project/items.ndjson': `${JSON.stringify(item)}\n`,
  };
}

test('headers and corners, through the host', async () => {
  const meta = { imagesource: 'GoogleEarth', gsd: 0.5, camera: 'x' };
  const run = await runPlugin({ action: 'export', plugin: 'dota', files: project(OBJECTS, meta) });
  expect(run.failure).toBeUndefined();
  expect(run.entries.map((entry) => entry.path)).toEqual(['train/images/a.png', 'train/labelTxt/a.txt']);
  expect(run.written).toHaveLength(1);
  expect(run.entry('train/labelTxt/a.txt').toString().split('\n').slice(0, 3)).toEqual([
    'imagesource:GoogleEarth',
    'gsd:0.5',
    '1.0 1.0 9.0 2.0 8.0 6.0 2.0 7.0 plane 1',
  ]);
  expect(run.reports.map(({ message }) => message).sort()).toEqual([
    '1 label of shape point cannot be expressed in DOTA',
    '1 line (its smallest rectangle is written) cannot be expressed in DOTA',
    '1 mask (its smallest rectangle is written) cannot be expressed in DOTA',
    '1 metadata camera of a picture cannot be expressed in DOTA',
    '1 outline (its smallest rectangle is written) cannot be expressed in DOTA',
    '1 space in the name of a class (it is written as a dash) cannot be expressed in DOTA',
  ]);
});

withPython('another reader finds the same corners', async () => {
  const { entries } = await exportHere('dota', project(OBJECTS));
  expect(entries['train/labelTxt/a.txt']?.toString()).toMatch(/^imagesource:null\ngsd:null\n/);
  const folder = tempFolder('dota');
  writeFiles(folder, entries);
  const told = JSON.parse(runPython(SCRIPT, 'labels', folder)) as Record<
    string,
    { name: string; difficult: string; points: number[][]; area: number }[]
  >;
  const sorted = (points: number[][]): number[][] =>
    [...points].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
  expect(told['train/labelTxt/a.txt']?.map((one) => ({ ...one, points: sorted(one.points) }))).toEqual([
    {
      name: 'plane',
      difficult: '1',
      points: [
        [1, 1],
        [2, 7],
        [8, 6],
        [9, 2],
      ],
      area: 35,
    },
    {
      name: 'plane',
      difficult: '0',
      points: [
        [0, 0],
        [0, 8],
        [10, 0],
        [10, 8],
      ],
      area: 80,
    },
    {
      name: 'small-vehicle-2',
      difficult: '0',
      points: [
        [3, 4],
        [3, 9],
        [8, 4],
        [8, 9],
      ],
      area: 25,
    },
    {
      name: 'small-vehicle',
      difficult: '0',
      points: [
        [11, 7],
        [11, 13],
        [15, 7],
        [15, 13],
      ],
      area: 24,
    },
    {
      name: 'small-vehicle-2',
      difficult: '0',
      points: expect.anything(),
      area: 18,
    },
    {
      name: 'small-vehicle-2',
      difficult: '0',
      points: [
        [3, 2],
        [3, 3],
        [6, 2],
        [6, 3],
      ],
      area: 3,
    },
  ]);
});

test('annotations only, annotated only', async () => {
  const { entries } = await exportHere('dota', project(OBJECTS), { only_annotations: true });
  expect(Object.keys(entries)).toEqual(['train/labelTxt/a.txt']);
  const none = await exportHere('dota', project([]), { only_annotated: true });
  expect(none.entries).toEqual({});
});

const projects = (shape: 'rectangle' | 'oriented_bbox'): fc.Arbitrary<RandomProject> =>
  randomProjects({ shapes: [shape], objectTags: [TAG], imageTags: [], instances: false });

/** What is there of an object, whatever its class is called. */
const mapped = (labels: readonly Label[]): unknown[] =>
  labels.map(({ tags, ...rest }) => [
    tags.map(({ name }) => name),
    'points' in rest ? rest.points : undefined,
  ]);

test('random turned boxes come back, with their difficulty', async () => {
  const parent = tempFolder('round');
  let run = 0;
  await fc.assert(
    fc.asyncProperty(projects('oriented_bbox'), async (random) => {
      const work = path.join(parent, String(run++));
      for (const part of ['out', 'back']) mkdirSync(path.join(work, part), { recursive: true });
      const out = await exportHere('dota', projectFiles(random), {}, path.join(work, 'out'));
      expect(out.reports.filter(({ message }) => !/space in the name/.test(message))).toEqual([]);
      const back = await importHere({
        plugin: 'dota',
        files: out.entries,
        options: { obb: 'oriented_bbox' },
        work: path.join(work, 'back'),
      });
      const after = new Map(back.items.map((item) => [`${item.dataset}/${item.name}`, labelsOf(item)]));
      for (const { dataset, name, annotation } of random.items) {
        const labels = after.get(`${dataset}/${name}`) ?? [];
        const objects = annotation.objects as Label[];
        // A box of one pixel has no corners apart from each other; what is left of it is its place.
        const wide = objects.map(
          (label) => label.geometryType === 'oriented_bbox' && label.points[0][0] < label.points[1][0],
        );
        expect(mapped(labels.filter((_, i) => wide[i]))).toEqual(mapped(objects.filter((_, i) => wide[i])));
        for (const [i, label] of objects.entries())
          if (wide[i])
            expect(Math.abs(Math.sin((Number(labels[i]?.angle) - Number(label.angle)) / 2))).toBeLessThan(
              1e-3,
            );
      }
    }),
    { numRuns: 60 },
  );
});

test('what an import read is written as it was', async () => {
  const text =
    'imagesource:GoogleEarth\ngsd:0.146\n1.0 1.0 9.0 2.0 8.0 6.0 2.0 7.0 plane 1\n30.0 5.0 35.0 10.0 30.0 15.0 25.0 10.0 plane 0\n';
  const read = await importHere({
    plugin: 'dota',
    files: { 'train/images/a.png': PICTURE, 'train/labelTxt/a.txt': text },
  });
  const [item] = read.items;
  const { entries } = await exportHere('dota', project(labelsOf(item), item?.meta));
  expect(entries['train/labelTxt/a.txt']?.toString()).toBe(text);
});
