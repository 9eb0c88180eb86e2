import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { Geometry, ImageAnnotation, Label, Tag } from '../../../src/format/model.ts';
import { exportHere } from '../../../test/support/export-here.ts';
import { importHere, labelsOf, told, writeFiles } from '../../../test/support/import-here.ts';
import {
  comparable,
  HEIGHT,
  maskRows,
  PICTURE,
  projectFiles,
  type RandomProject,
  randomProjects,
  tagMeta,
  WIDTH,
} from '../../../test/support/random-projects.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { tempFolder } from '../../../test/support/temp-folder.ts';

const SCRIPT = fileURLToPath(new URL('./oracle/open_images_oracle.py', import.meta.url));

interface Told {
  tables: Record<string, Record<string, string>[]>;
  masks: Record<string, string[]>;
  problems: string[];
}

function oracle(entries: Record<string, Buffer>): Told {
  const folder = tempFolder('oracle');
  writeFiles(folder, entries);
  return JSON.parse(execFileSync('/usr/bin/python3', [SCRIPT, 'read', folder], { encoding: 'utf8' })) as Told;
}

const cls = (title: string, shape: string, more = {}) => ({
  title,
  shape,
  color: '#AA0000',
  geometry_config: {},
  ...more,
});
const meta: RandomProject['meta'] = {
  classes: [
    cls('Cat, "big"', 'rectangle', { description: '/m/01yrx' }),
    cls('Cat, "big"_mask', 'bitmap', { description: '/m/01yrx' }),
    cls('spot', 'point'),
  ],
  tags: [
    tagMeta('IsOccluded', 'none'),
    tagMeta('Confidence', 'any_number'),
    tagMeta('doors', 'any_number'),
    tagMeta('rain', 'none'),
    tagMeta('hour', 'any_number'),
    tagMeta('val', 'none'),
  ],
  projectType: 'images',
};
const label = (classTitle: string, geometry: Geometry, tags: Tag[] = [], instance?: string): Label =>
  ({
    classTitle,
    tags,
    ...geometry,
    shape: geometry.geometryType,
    ...(instance === undefined ? {} : { instance }),
  }) as Label;
const annotation = (objects: Label[] = [], tags: Tag[] = []): ImageAnnotation => ({
  description: '',
  size: { height: HEIGHT, width: WIDTH },
  tags,
  objects,
});
const rectangle = (a: [number, number], b: [number, number]): Geometry => ({
  geometryType: 'rectangle',
  points: { exterior: [a, b], interior: [] },
});
const bitmap: Geometry = {
  geometryType: 'bitmap',
  bitmap: encodeBitmap({ x: 3, y: 2, width: 3, height: 2, data: Uint8Array.of(1, 0, 1, 1, 1, 1) }),
};

const everything: RandomProject = {
  meta,
  items: [
    {
      dataset: 'train/day',
      name: 'a.png',
      annotation: annotation(
        [
          label(
            'Cat, "big"',
            rectangle([0, 0], [36, 10]),
            [{ name: 'IsOccluded' }, { name: 'doors', value: 2 }],
            'i1',
          ),
          label('Cat, "big"_mask', bitmap, [{ name: 'IsOccluded' }], 'i1'),
          label('spot', { geometryType: 'point', points: { exterior: [[4, 5]], interior: [] } }, [
            { name: 'Confidence', value: 0.5 },
          ]),
        ],
        [{ name: 'rain' }, { name: 'hour', value: 2 }],
      ),
    },
    { dataset: 'ü', name: 'a.png', annotation: annotation([], [{ name: 'val' }]) },
    { dataset: 'x/y', name: 'b.png', annotation: annotation() },
  ],
};

describe('what is written, as another program reads it', () => {
  test('tables, masks and pictures that fit together', async () => {
    const run = await runPlugin({ action: 'export', plugin: 'open-images', files: projectFiles(everything) });
    expect(run.failure).toBeUndefined();
    const entries = Object.fromEntries(run.entries.map(({ path: name }) => [name, run.entry(name)]));
    const { tables, masks, problems } = oracle(entries);
    expect(problems).toEqual([]);
    expect(Object.keys(tables)).toEqual([
      'class-descriptions.csv',
      'train-annotations-bbox.csv',
      'train-annotations-human-imagelabels.csv',
      'train-annotations-object-segmentation.csv',
      'train-images-with-rotation.csv',
      'validation-images-with-rotation.csv',
      'x_y-images-with-rotation.csv',
    ]);
    expect(
      Object.keys(entries)
        .filter((name) => name.startsWith('images/'))
        .sort(),
    ).toEqual(['images/train/a.png', 'images/validation/a_01.png', 'images/x/y/b.png']);
    expect(tables['class-descriptions.csv']).toEqual([
      { LabelName: '/m/01yrx', DisplayName: 'Cat, "big"' },
      { LabelName: 'spot', DisplayName: 'spot' },
      { LabelName: 'rain', DisplayName: 'rain' },
    ]);
    expect(tables['train-annotations-bbox.csv']).toEqual([
      expect.objectContaining({
        ImageID: 'a',
        LabelName: '/m/01yrx',
        Confidence: '1',
        XMin: '0',
        XMax: '1',
        YMin: '0',
        YMax: '0.4782609',
        IsOccluded: '1',
        IsInside: '0',
      }),
      expect.objectContaining({ LabelName: 'spot', Confidence: '0.5', XMin: '0.1081081', XMax: '0.1351351' }),
    ]);
    const blank = '0'.repeat(WIDTH);
    expect(masks['a /m/01yrx']?.slice(0, 5)).toEqual([
      blank,
      blank,
      `000101${'0'.repeat(31)}`,
      `000111${'0'.repeat(31)}`,
      blank,
    ]);
    expect(tables['train-annotations-human-imagelabels.csv']).toEqual([
      { ImageID: 'a', Source: 'verification', LabelName: 'rain', Confidence: '1' },
    ]);
    expect(tables['x_y-images-with-rotation.csv']).toMatchObject([{ ImageID: 'b', Subset: 'x/y' }]);
    expect(run.written).toHaveLength(3);
    expect(told(run)).toEqual([
      'warning: 1 label of shape point (only its box is written) cannot be expressed in Open Images',
      'warning: 1 tag doors of a label cannot be expressed in Open Images',
      'warning: 1 tag hour of an image cannot be expressed in Open Images',
    ]);
  });

  test('options leave masks, pictures and bare items out', async () => {
    const { entries } = await exportHere('open-images', projectFiles(everything), {
      include_masks: false,
      only_annotations: true,
      only_annotated: true,
      subsets: 'dataset',
    });
    expect(Object.keys(entries).sort()).toEqual([
      'annotations/class-descriptions.csv',
      'annotations/train_day-annotations-bbox.csv',
      'annotations/train_day-annotations-human-imagelabels.csv',
      'annotations/train_day-images-with-rotation.csv',
      'annotations/ü-annotations-human-imagelabels.csv',
      'annotations/ü-images-with-rotation.csv',
    ]);
  });

  test('where a picture came from comes back; links keep their address', async () => {
    const files = {
      ...projectFiles({ meta, items: [] }),
      'project/i0/img/a.png': PICTURE,
      'project/items.ndjson': [
        {
          dataset: 'ds',
          name: 'a.png',
          image: 'i0/img/a.png',
          width: WIDTH,
          height: HEIGHT,
          meta: { Author: 'A, "B"', x: 1 },
        },
        { dataset: 'ds', name: 'c.png', link: 'http://x.example/c.png', width: 6, height: 4 },
      ]
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    };
    const run = await exportHere('open-images', files);
    expect(run.entries['annotations/ds-images-with-rotation.csv']?.toString()).toContain(
      'c,ds,http://x.example/c.png',
    );
    expect(told(run)).toEqual(['warning: 1 metadata x of an image cannot be expressed in Open Images']);
    const back = await importHere({ plugin: 'open-images', files: run.entries });
    expect(back.items[0]?.meta).toEqual({ Author: 'A, "B"' });
  });
});

describe('a round trip', () => {
  const flags = ['IsOccluded', 'IsTruncated', 'IsGroupOf', 'IsDepiction', 'IsInside'].map((name) =>
    tagMeta(name, 'none'),
  );
  const back = async (project: RandomProject) => {
    const exported = await exportHere('open-images', projectFiles(project), { subsets: 'dataset' });
    expect(exported.failure).toBeUndefined();
    return importHere({ plugin: 'open-images', files: exported.entries });
  };
  /** Ids are unique in the whole project, names only in their dataset: the pictures come in the same order. */
  const imported = (run: Awaited<ReturnType<typeof back>>, dataset: string, name: string) => {
    const stem = name.replace(/\.png$/, '');
    return run.items.filter((one) => one.dataset === dataset && one.name.startsWith(stem));
  };

  test('boxes with their flags, classes and datasets come back as they were', {
    timeout: 60_000,
  }, async () => {
    const projects = randomProjects({
      shapes: ['rectangle'],
      objectTags: flags,
      imageTags: [tagMeta('rain', 'none', { applicable_type: 'imagesOnly' })],
      instances: false,
    });
    await fc.assert(
      fc.asyncProperty(projects, async (project) => {
        const run = await back(project);
        expect(told(run)).toEqual([]);
        expect(run.items).toHaveLength(project.items.length);
        for (const { dataset, name, annotation: ann } of project.items)
          expect(
            imported(run, dataset, name).map((one) => comparable(one.ann as ImageAnnotation)),
          ).toContainEqual(comparable(ann));
      }),
      { numRuns: 60 },
    );
  });

  test('masks come back pixel by pixel and stay with their boxes', { timeout: 60_000 }, async () => {
    const projects = randomProjects({ shapes: ['bitmap'], objectTags: [], imageTags: [], instances: false });
    const rows = (labels: Label[]) =>
      labels.map((one) => maskRows((one as never as { bitmap: never }).bitmap));
    await fc.assert(
      fc.asyncProperty(projects, async (project) => {
        const run = await back(project);
        for (const { dataset, name, annotation: ann } of project.items) {
          const found = imported(run, dataset, name).map((one) => {
            const masks = labelsOf(one).filter(({ geometryType }) => geometryType === 'bitmap');
            for (const { instance } of masks)
              expect(labelsOf(one).filter((other) => other.instance === instance)).toHaveLength(2);
            return rows(masks);
          });
          expect(found).toContainEqual(rows(ann.objects as Label[]));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('machine names are used again', async () => {
    const first = await exportHere('open-images', projectFiles(everything));
    const run = await importHere({ plugin: 'open-images', files: first.entries });
    expect(run.meta.classes).toMatchObject([{ title: 'Cat, "big"', description: '/m/01yrx' }, {}, {}]);
    const [item] = run.items;
    const again = await exportHere(
      'open-images',
      projectFiles({
        meta: run.meta,
        items: [{ dataset: 'train', name: 'a.png', annotation: item?.ann as ImageAnnotation }],
      }),
    );
    for (const table of ['bbox', 'object-segmentation', 'human-imagelabels'])
      expect(again.entries[`annotations/train-annotations-${table}.csv`]?.toString()).toBe(
        first.entries[`annotations/train-annotations-${table}.csv`]?.toString(),
      );
  });
});
