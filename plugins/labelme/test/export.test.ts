import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelMask } from '../../../src/format/label-mask.ts';
import type { GeometryType, Label } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { annotationOf, importHere, told, writeFiles } from '../../../test/support/import-here.ts';
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

const SHAPES: GeometryType[] = ['rectangle', 'polygon', 'line', 'point', 'bitmap'];
const wanted = {
  shapes: SHAPES,
  objectTags: [
    tagMeta('full', 'none', { applicable_type: 'objectsOnly' }),
    tagMeta('__proto__', 'none', { applicable_type: 'objectsOnly' }),
  ],
  imageTags: [tagMeta('indoor', 'none', { applicable_type: 'imagesOnly' })],
  instances: true,
};
const projects = randomProjects(wanted);
const inOrder = <T>(items: T[]): T[] =>
  items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

test('project -> LabelMe -> project is the same', async () => {
  await fc.assert(
    fc.asyncProperty(projects, async (project) => {
      const run = await exportHere('labelme', projectFiles(project));
      expect(run.failure).toBeUndefined();
      expect(run.reports).toEqual([]);
      const back = await importHere({ plugin: 'labelme', files: run.entries });
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

type Told = Record<
  string,
  {
    image: string;
    flags: string[];
    shapes: {
      label: string;
      shape_type: string;
      points: number[][];
      group_id: number | null;
      flags: object;
      mask: unknown;
    }[];
  }
>;

function rows(label: Label): string[] {
  const all = Array.from({ length: HEIGHT }, () => Array.from({ length: WIDTH }, () => 0));
  const mask = labelMask(label, { width: WIDTH, height: HEIGHT })!;
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++)
      if (mask.data[y * mask.width + x] !== 0) all[mask.y + y]![mask.x + x] = 1;
  return all.map((row) => row.join(''));
}

test('another reader sees what was exported', async () => {
  for (const project of fc.sample(randomProjects({ ...wanted, holes: true }), {
    numRuns: 8,
    seed: 5,
  }) as RandomProject[]) {
    const run = await exportHere('labelme', projectFiles(project));
    const folder = tempFolder('oracle');
    writeFiles(folder, run.entries);
    const script = path.join(import.meta.dirname, 'labelme_read.py');
    const seen = JSON.parse(execFileSync('/usr/bin/python3', [script, folder], { encoding: 'utf8' })) as Told;
    for (const { dataset, name, annotation } of project.items) {
      const one = seen[`${dataset}/${name.replace(/\.png$/, '.json')}`]!;
      expect(one.image).toBe(name);
      expect(one.flags).toEqual(annotation.tags.map((tag) => tag.name));
      for (const [i, label] of (annotation.objects as Label[]).entries()) {
        const shape = one.shapes[i]!;
        expect(shape.label).toBe(label.classTitle);
        expect(shape.group_id === null).toBe(label.instance === undefined);
        if (
          label.geometryType === 'bitmap' ||
          (label.geometryType === 'polygon' && label.points.interior.length > 0)
        )
          expect(shape).toMatchObject({ shape_type: 'mask', mask: rows(label) });
        else if (label.geometryType === 'rectangle') {
          const [a, b] = label.points.exterior;
          expect(shape).toMatchObject({ shape_type: 'rectangle', points: [a, [b![0] + 1, b![1] + 1]] });
        } else if (
          label.geometryType === 'polygon' ||
          label.geometryType === 'line' ||
          label.geometryType === 'point'
        )
          expect(shape.points).toEqual(label.points.exterior);
      }
    }
  }
});

test('what LabelMe cannot say is counted; two pictures of one stem keep their own files', async () => {
  const size = { width: WIDTH, height: HEIGHT };
  const label = (shape: string, geometry: object): Label =>
    ({
      classTitle: 'any',
      geometryType: shape,
      shape,
      tags: [{ name: 'n', value: 3 }],
      ...geometry,
    }) as unknown as Label;
  const point = label('point', { points: { exterior: [[1, 1]], interior: [] } });
  const objects = [
    label('graph', { nodes: { head: { loc: [1, 2] }, foot: { loc: [3, 4] } } }),
    label('oriented_bbox', {
      points: [
        [4, 4],
        [8, 6],
      ],
      angle: Math.PI / 2,
    }),
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
    meta: {
      classes: [{ title: 'any', shape: 'any', color: '#000000', geometry_config: {} }],
      tags: [tagMeta('n', 'any_number'), tagMeta('n2', 'none')],
    },
    items: [
      { dataset: 'd', name: 'a.png', annotation: { description: 'words', size, tags: [], objects } },
      { dataset: 'd', name: 'a.PNG', annotation: { description: '', size, tags: [], objects: [point] } },
    ],
  };
  const run = await runPlugin({ action: 'export', plugin: 'labelme', files: projectFiles(project) });
  expect(run.failure).toBeUndefined();
  expect(run.reports.map(({ message }) => message)).toEqual([
    '1 description of an image cannot be expressed in LabelMe',
    '1 graph (its nodes are written as points of one group) cannot be expressed in LabelMe',
    '4 values of object tag n cannot be expressed in LabelMe',
    '1 angle of an oriented box (it is written as its four corners) cannot be expressed in LabelMe',
    '1 label of shape cuboid cannot be expressed in LabelMe',
  ]);
  expect(run.entries.map((entry) => entry.path)).toEqual(['d/a.png', 'd/a.json', 'd/a.PNG', 'd/a_01.json']);
  const { shapes } = JSON.parse(run.entry('d/a.json').toString()) as Told[string];
  expect(shapes.map(({ label: name, points, group_id }) => [name, points, group_id])).toEqual([
    ['any_head', [[1, 2]], 1],
    ['any_foot', [[3, 4]], 1],
    ['any', [expect.any(Array), expect.any(Array), expect.any(Array), expect.any(Array)], null],
  ]);
  const files = Object.fromEntries(run.entries.map((entry) => [entry.path, run.entry(entry.path)]));
  const back = await importHere({ plugin: 'labelme', files });
  expect(back.items.map((item) => annotationOf(item).objects.length)).toEqual([3, 1]);
});
