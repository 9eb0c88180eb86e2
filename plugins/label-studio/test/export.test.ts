import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelMask } from '../../../src/format/label-mask.ts';
import type { GeometryType, Label } from '../../../src/format/model.ts';
import { parseXml } from '../../../src/plugin-kit/xml.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { annotationOf, importHere, told } from '../../../test/support/import-here.ts';
import {
  comparable,
  HEIGHT,
  PICTURE,
  projectFiles,
  type RandomProject,
  randomProjects,
  tagMeta,
  WIDTH,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';

const SHAPES: GeometryType[] = ['rectangle', 'oriented_bbox', 'polygon', 'line', 'point', 'bitmap'];
const objects = { applicable_type: 'objectsOnly' } as const;
const images = { applicable_type: 'imagesOnly' } as const;
const wanted = {
  shapes: SHAPES,
  objectTags: [
    tagMeta('parked', 'none', objects),
    tagMeta('doors', 'any_number', objects),
    tagMeta('paint & "co"', 'oneof_string', { values: ['red', 'dark <blue>'], ...objects }),
    tagMeta('plate', 'any_string', objects),
  ],
  imageTags: [
    tagMeta('night', 'none', images),
    tagMeta('rain', 'oneof_string', { values: ['little', 'much'], ...images }),
    tagMeta('text', 'any_string', images),
    tagMeta('count', 'any_number', images),
  ],
  instances: true,
};

/** A relation needs two. */
function withoutSingles(project: RandomProject): RandomProject {
  const items = project.items.map((item) => {
    const all = item.annotation.objects as Label[];
    const labels = all.map((label) => {
      const { instance, ...rest } = label;
      const shared = all.filter((one) => one.instance === instance).length > 1;
      return (shared ? label : rest) as Label;
    });
    return { ...item, annotation: { ...item.annotation, objects: labels } };
  });
  return { ...project, items };
}

const projects = randomProjects(wanted).map(withoutSingles);
const inOrder = <T>(items: T[]): T[] =>
  items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const isLine = (message: string): boolean => message.includes('open polygon');

test('project -> Label Studio -> project is the same', async () => {
  await fc.assert(
    fc.asyncProperty(projects, async (project) => {
      const run = await exportHere('label-studio', projectFiles(project));
      expect(run.failure).toBeUndefined();
      expect(run.reports.filter(({ message }) => !isLine(message))).toEqual([]);
      const back = await importHere({ plugin: 'label-studio', files: run.entries });
      expect(told(back)).toEqual([]);
      expect(
        inOrder(back.items.map((item) => [item.dataset, item.name, comparable(annotationOf(item))])),
      ).toEqual(
        inOrder(
          project.items.map(({ dataset, name, annotation }) => [dataset, name, comparable(annotation)]),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

interface Entry {
  id?: string;
  type: string;
  from_name?: string;
  original_width?: number;
  value?: Record<string, unknown>;
}
interface Task {
  data: Record<string, unknown>;
  annotations: { result: Entry[] }[];
}
const tasksOf = (bytes: Buffer): Task[] => JSON.parse(bytes.toString()) as Task[];

function rows(label: Label): string[] {
  const all = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => 0));
  const mask = labelMask(label, { width: WIDTH, height: HEIGHT })!;
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++)
      if (mask.data[y * mask.width + x] !== 0) all[mask.y + y]![mask.x + x] = 1;
  return all.map((row) => row.join(''));
}

test('another reader of the bits sees the masks; every control is in the labelling interface', async () => {
  const decode: unknown[] = [];
  const expected: string[][] = [];
  for (const project of fc.sample(randomProjects({ ...wanted, holes: true }), {
    numRuns: 12,
    seed: 9,
  }) as RandomProject[]) {
    const run = await exportHere('label-studio', projectFiles(project));
    const config = parseXml(run.entries['label_config.xml']!.toString(), 'label_config.xml');
    const controls = new Map(config.children.map((one) => [one.attributes.name, one]));
    for (const [i, { data, annotations }] of tasksOf(run.entries['tasks.json']!).entries()) {
      const { dataset, name, annotation } = project.items[i]!;
      const address = `/data/local-files/?d=${['images', ...dataset.split('/'), name].map(encodeURIComponent).join('/')}`;
      expect(data).toEqual({ image: address });
      const labels = annotation.objects as Label[];
      const regions = annotations[0]!.result.filter((one) => one.original_width !== undefined);
      expect(regions).toHaveLength(labels.length);
      for (const { type, from_name, value } of annotations[0]!.result) {
        if (type === 'relation') continue;
        const control = controls.get(from_name);
        expect(control?.attributes.toName).toBe('image');
        const choices = [value?.[type]].flat().filter((one) => typeof one === 'string');
        if (type.endsWith('labels') || type === 'choices')
          for (const one of choices)
            expect(control?.children.map((child) => child.attributes.value)).toContain(one);
      }
      for (const [k, label] of labels.entries()) {
        const { value } = regions[k]!;
        if (value?.rle !== undefined) {
          decode.push({ rle: value.rle, width: WIDTH, height: HEIGHT });
          expected.push(rows(label));
        } else if (label.geometryType === 'rectangle') {
          const [a, b] = label.points.exterior;
          expect(((value?.x as number) * WIDTH) / 100).toBeCloseTo(a![0], 9);
          expect(((value?.width as number) * WIDTH) / 100).toBeCloseTo(b![0] - a![0] + 1, 9);
          expect(((value?.height as number) * HEIGHT) / 100).toBeCloseTo(b![1] - a![1] + 1, 9);
        }
      }
    }
  }
  expect(decode.length).toBeGreaterThan(5);
  const text = execFileSync('/usr/bin/python3', [path.join(import.meta.dirname, 'brush_rle.py')], {
    input: JSON.stringify({ decode, encode: [] }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect((JSON.parse(text) as { decode: unknown }).decode).toEqual(expected);
});

test('what Label Studio cannot say is counted; data comes back; options', async () => {
  const size = { width: WIDTH, height: HEIGHT };
  const label = (shape: string, geometry: object, more: object = {}): Label =>
    ({ classTitle: 'any', geometryType: shape, shape, tags: [], ...geometry, ...more }) as unknown as Label;
  const ring = (x: number): [number, number][] => [
    [x, 1],
    [x + 4, 1],
    [x + 4, 6],
  ];
  const labels = [
    label('graph', { nodes: { head: { loc: [1, 2] }, foot: { loc: [3, 4] } } }),
    label(
      'multipolygon',
      {
        parts: [
          { exterior: ring(1), interior: [] },
          { exterior: ring(10), interior: [] },
        ],
      },
      { instance: 'x' },
    ),
    label('point', { points: { exterior: [[1, 1]], interior: [] } }, { instance: 'y', description: 'mine' }),
    label('point', { points: { exterior: [[1, 1]], interior: [] } }, { instance: 'x' }),
    label('cuboid', {
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
        [2, 0],
        [2, 2],
        [0, 2],
      ],
      faces: [
        [0, 1, 2, 3],
        [0, 4, 5, 1],
        [1, 5, 6, 2],
      ],
    }),
  ];
  const project: RandomProject = {
    meta: { classes: [{ title: 'any', shape: 'any', color: '#000000', geometry_config: {} }], tags: [] },
    items: [
      { dataset: 'd', name: 'a.png', annotation: { description: 'words', size, tags: [], objects: labels } },
    ],
  };
  const files = projectFiles(project);
  const listed = {
    dataset: 'd',
    name: 'a.png',
    image: 'i0/img/a.png',
    ann: 'i0/ann/a.png.json',
    meta: { camera: 'left' },
  };
  const linked = { dataset: 'd', name: 'l.png', link: 'https://example.com/l.png', width: 5, height: 5 };
  const run = await runPlugin({
    action: 'export',
    plugin: 'label-studio',
    files: { ...files, 'project/items.ndjson': `${JSON.stringify(listed)}\n${JSON.stringify(linked)}\n` },
    options: { image_prefix: '' },
  });
  expect(run.failure).toBeUndefined();
  expect(run.reports.map(({ message }) => message)).toEqual([
    '1 description of an image cannot be expressed in Label Studio',
    '1 graph (its nodes are written as keypoints with relations) cannot be expressed in Label Studio',
    '1 multipolygon (its parts are written as polygons of one group) cannot be expressed in Label Studio',
    '1 label of shape cuboid cannot be expressed in Label Studio',
    '1 instance of one label only cannot be expressed in Label Studio',
  ]);
  const tasks = tasksOf(run.entry('tasks.json'));
  expect(tasks.map(({ data }) => data)).toEqual([
    { camera: 'left', image: 'images/d/a.png' },
    { image: 'https://example.com/l.png' },
  ]);
  const relations = tasks[0]!.annotations[0]!.result.filter(({ type }) => type === 'relation');
  expect(relations).toMatchObject([
    { from_id: 'region-1', to_id: 'region-2' },
    { from_id: 'region-3', to_id: 'region-4' },
    { from_id: 'region-4', to_id: 'region-6' },
  ]);
  const back = await importHere({
    plugin: 'label-studio',
    files: { 't.json': run.entry('tasks.json'), 'images/d/a.png': PICTURE },
  });
  expect(back.items[0]).toMatchObject({ dataset: 'd', name: 'a.png', meta: { camera: 'left' } });
  expect(
    (annotationOf(back.items[0]).objects as Label[]).map(({ classTitle, description }) => [
      classTitle,
      description,
    ]),
  ).toEqual([
    ['any_head', undefined],
    ['any_foot', undefined],
    ['any', undefined],
    ['any', undefined],
    ['any_point', 'mine'],
    ['any_point', undefined],
  ]);
  const bare = await exportHere(
    'label-studio',
    projectFiles({
      ...project,
      items: [{ ...project.items[0]!, annotation: { ...project.items[0]!.annotation, objects: [] } }],
    }),
    { only_annotations: true, only_annotated: true },
  );
  expect(Object.keys(bare.entries).sort()).toEqual(['label_config.xml', 'tasks.json']);
  expect(tasksOf(bare.entries['tasks.json']!)).toEqual([]);
});
