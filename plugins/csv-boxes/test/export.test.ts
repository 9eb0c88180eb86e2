import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Geometry, ImageAnnotation, Label, Tag } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { importHere, told, writeFiles } from '../../../test/support/import-here.ts';
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

const SCRIPT = fileURLToPath(new URL('./oracle/csv_boxes_oracle.py', import.meta.url));

function oracle(entries: Record<string, Buffer>): {
  tables: Record<string, Record<string, string>[]>;
  problems: string[];
} {
  const folder = tempFolder('oracle');
  writeFiles(folder, entries);
  return JSON.parse(
    execFileSync('/usr/bin/python3', [SCRIPT, 'read', folder], { encoding: 'utf8' }),
  ) as never;
}

const cls = (title: string, shape: string) => ({ title, shape, color: '#AA0000', geometry_config: {} });
const meta: RandomProject['meta'] = {
  classes: [cls('car, "red"', 'rectangle'), cls('road', 'polygon')],
  tags: [
    tagMeta('difficult', 'none'),
    tagMeta('confidence', 'any_number'),
    tagMeta('a, b', 'any_string'),
    tagMeta('width', 'any_number'),
    tagMeta('rain', 'none', { applicable_type: 'imagesOnly' }),
  ],
  projectType: 'images',
};
const label = (
  classTitle: string,
  geometryType: 'rectangle' | 'polygon',
  exterior: [number, number][],
  tags: Tag[] = [],
): Label =>
  ({ classTitle, tags, geometryType, shape: geometryType, points: { exterior, interior: [] } }) as Label &
    Geometry;
const annotation = (objects: Label[] = [], tags: Tag[] = []): ImageAnnotation => ({
  description: '',
  size: { height: HEIGHT, width: WIDTH },
  tags,
  objects,
});
const everything: RandomProject = {
  meta,
  items: [
    {
      dataset: 'x/train',
      name: 'a b.png',
      annotation: annotation(
        [
          label(
            'car, "red"',
            'rectangle',
            [
              [0, 0],
              [36, 22],
            ],
            [{ name: 'difficult' }, { name: 'confidence', value: 0.5 }, { name: 'width', value: 2 }],
          ),
          label(
            'road',
            'polygon',
            [
              [1, 1],
              [9, 1],
              [1, 8],
            ],
            [{ name: 'a, b', value: 'c "d"' }],
          ),
        ],
        [{ name: 'rain' }],
      ),
    },
    {
      dataset: 'y',
      name: 'b.png',
      annotation: annotation([
        label('road', 'polygon', [
          [3, 3],
          [4, 3],
          [4, 9],
        ]),
      ]),
    },
    { dataset: 'y', name: 'bare.png', annotation: annotation() },
  ],
};

test('tables another program reads, and pictures that fit them', async () => {
  const run = await runPlugin({ action: 'export', plugin: 'csv-boxes', files: projectFiles(everything) });
  expect(run.failure).toBeUndefined();
  const entries = Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));
  expect(Object.keys(entries).sort()).toEqual([
    'images/x/train/a b.png',
    'images/y/b.png',
    'images/y/bare.png',
    'x_train_labels.csv',
    'y_labels.csv',
  ]);
  const { tables, problems } = oracle(entries);
  expect(problems).toEqual([]);
  const size = { width: '37', height: '23' };
  expect(tables).toEqual({
    'x_train_labels.csv': [
      {
        filename: 'x/train/a b.png',
        ...size,
        class: 'car, "red"',
        xmin: '0',
        ymin: '0',
        xmax: '37',
        ymax: '23',
        difficult: '1',
        confidence: '0.5',
        'a, b': '',
      },
      {
        filename: 'x/train/a b.png',
        ...size,
        class: 'road',
        xmin: '1',
        ymin: '1',
        xmax: '10',
        ymax: '9',
        difficult: '0',
        confidence: '',
        'a, b': 'c "d"',
      },
    ],
    'y_labels.csv': [expect.objectContaining({ filename: 'y/b.png', xmin: '3', xmax: '5', ymax: '10' })],
  });
  expect(run.written).toHaveLength(3);
  expect(told(run)).toEqual([
    'warning: 1 tag rain of an image cannot be expressed in a table of boxes',
    'warning: 2 labels of shape polygon (only its box is written) cannot be expressed in a table of boxes',
    'warning: 1 tag width of a label cannot be expressed in a table of boxes',
  ]);
});

test('options', async () => {
  const run = await exportHere('csv-boxes', projectFiles(everything), {
    files: 'split',
    tag_columns: false,
    only_annotated: true,
    only_annotations: true,
  });
  expect(Object.keys(run.entries).sort()).toEqual(['train_labels.csv', 'y_labels.csv']);
  expect(run.entries['y_labels.csv']?.toString()).toBe(
    'filename,width,height,class,xmin,ymin,xmax,ymax\ny/b.png,37,23,road,3,3,5,10\n',
  );
  const one = await exportHere('csv-boxes', projectFiles(everything), { files: 'one' });
  expect(Object.keys(one.entries).filter((name) => name.endsWith('.csv'))).toEqual(['labels.csv']);
});

test('a round trip: boxes, classes, datasets and tags come back as they were', {
  timeout: 60_000,
}, async () => {
  const projects = randomProjects({
    shapes: ['rectangle'],
    objectTags: [
      tagMeta('difficult', 'none'),
      tagMeta('very broken', 'none'),
      tagMeta('confidence', 'any_number'),
      tagMeta('n', 'any_number'),
      tagMeta('colour', 'oneof_string', { values: ['red', 'a, "b"', 'línea'] }),
    ],
    imageTags: [],
    instances: false,
  });
  await fc.assert(
    fc.asyncProperty(projects, fc.constantFrom('dataset', 'one', 'split'), async (project, files) => {
      const exported = await exportHere('csv-boxes', projectFiles(project), { files });
      expect(exported.failure).toBeUndefined();
      const run = await importHere({ plugin: 'csv-boxes', files: exported.entries });
      expect(told(run).filter((line) => !line.includes('in a table for this picture'))).toEqual([]);
      expect(run.items).toHaveLength(project.items.length);
      for (const { dataset, name, annotation: ann } of project.items) {
        const found = run.items.find((one) => one.dataset === dataset && one.name === name);
        expect(comparable(found?.ann as ImageAnnotation)).toEqual(comparable(ann));
      }
    }),
    { numRuns: 80 },
  );
});
