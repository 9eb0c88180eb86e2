import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Label } from '../../../src/format/model.ts';
import { annotationOf, importHere, labelsOf, namesOf, told } from '../../../test/support/import-here.ts';
import { runPlugin } from '../../../test/support/run-plugin.ts';
import { FIXTURES, fixture, picture, polygons, scene, square, type ToldMask, toldBitmap } from './cases.ts';

const TOLD = JSON.parse(readFileSync(path.join(FIXTURES, 'told.json'), 'utf8')) as Record<
  'labels' | 'instances',
  Record<string, ToldMask>
>;

const outline = (label: Label | undefined): unknown =>
  label?.geometryType === 'polygon' ? [label.classTitle, label.points] : label?.geometryType;
const flat = (exterior: unknown): unknown => ({ exterior, interior: [] });

describe('fixtures of another program', () => {
  test('polygons, through the host', async () => {
    const run = await runPlugin({ action: 'import', plugin: 'cityscapes', folder: fixture('polygons') });
    expect(run.failure).toBeUndefined();
    expect(namesOf(run).sort()).toEqual([
      'test/ulm_000002_000019.png',
      'train/aachen_000000_000019.png',
      'val/bonn_000001_000019.png',
    ]);
    const byName = new Map(run.items.map((item) => [item.dataset, item]));
    expect(annotationOf(byName.get('train')).tags).toEqual([{ name: 'split', value: 'train' }]);
    expect(annotationOf(byName.get('val')).tags).toEqual([{ name: 'split', value: 'val' }]);
    expect(annotationOf(byName.get('test'))).toMatchObject({
      tags: [{ name: 'split', value: 'test' }],
      objects: [],
    });
    expect(labelsOf(byName.get('train')).map(outline)).toEqual([
      [
        'road',
        flat([
          [0, 12],
          [47, 12],
          [47, 23],
          [0, 23],
        ]),
      ],
      [
        'sky',
        flat([
          [0, 0],
          [47, 0],
          [47, 6],
          [0, 6],
        ]),
      ],
      [
        'car',
        flat(
          square(10, 10, 0).map(
            (_, i) =>
              [
                [10, 10],
                [20, 10],
                [20, 16],
                [10, 16],
              ][i],
          ),
        ),
      ],
      [
        'car',
        flat([
          [18, 11],
          [28, 11],
          [28, 17],
          [18, 17],
        ]),
      ],
      [
        'cargroup',
        {
          exterior: expect.arrayContaining([
            [40, 8],
            [47, 8],
            [47, 14],
            [40, 14],
          ]),
          interior: [],
        },
      ],
      [
        'person',
        flat([
          [33, 5],
          [36, 5],
          [36, 15],
          [33, 15],
        ]),
      ],
      [
        'out of roi',
        {
          exterior: [
            [0, 0],
            [47, 0],
            [47, 23],
            [0, 23],
          ],
          interior: [
            [
              [1, 1],
              [1, 22],
              [46, 22],
              [46, 1],
            ],
          ],
        },
      ],
    ]);
    expect(run.meta?.classes.map(({ title, color, shape }) => [title, color, shape])).toEqual(
      expect.arrayContaining([
        ['road', '#804080', 'polygon'],
        ['cargroup', '#00008E', 'polygon'],
        ['out of roi', '#7D8A0F', 'polygon'],
      ]),
    );
    const fine = 'gtFine/train/aachen/aachen_000000_000019_gtFine';
    expect(told(run).sort()).toEqual([
      'skipped data/gtCoarse/train/aachen/aachen_000000_000019_gtCoarse_polygons.json: ' +
        `${fine}_polygons.json labels the same picture and is taken`,
      `skipped data/${fine}_color.png: drawn from the same labels, for people and for training`,
      `skipped data/${fine}_labelIds.png: ${fine}_polygons.json has the same labels`,
      `warning data/${fine}_polygons.json objects[6].polygon: expected 3 points or more, got 2`,
      'warning data/leftImg8bit/test/ulm/ulm_000002_000019_leftImg8bit.png: ' +
        'expected a file of labels for this picture, got none; it is imported without labels',
      expect.stringMatching(
        /^warning .*aachen_000000_000019_leftImg8bit.png objects\[4\]: expected a polygon inside/,
      ),
    ]);
  });

  test('masks of ids only: objects where they are told apart, else classes', async () => {
    const run = await importHere({ plugin: 'cityscapes', folder: fixture('ids') });
    expect(run.failure).toBeUndefined();
    expect(namesOf(run)).toEqual(['val/koeln_000003_000019.png', 'val/koeln_000004_000019.png']);
    const [objects, classes] = run.items.map((item) =>
      labelsOf(item).map((label) => [
        label.classTitle,
        label.geometryType === 'bitmap' && toldBitmap(label.bitmap),
      ]),
    );
    const names: Record<string, string> = { 3: 'out of roi', 7: 'road', 23: 'sky', 24: 'person', 26: 'car' };
    const expected = (masks: Record<string, ToldMask>): unknown[] =>
      Object.entries(masks).map(([id, mask]) => [
        names[Number(id) >= 1000 ? Math.floor(Number(id) / 1000) : id],
        mask,
      ]);
    const order = (list: unknown[] = []): string[] => list.map((one) => JSON.stringify(one)).sort();
    expect(order(objects)).toEqual(order(expected(TOLD.instances)));
    expect(order(classes)).toEqual(order(expected(TOLD.labels)));
    expect(objects?.filter(([title]) => title === 'car')).toHaveLength(3);
    expect(told(run)).toEqual([
      'skipped data/gtFine/val/koeln/koeln_000003_000019_gtFine_labelIds.png: ' +
        'gtFine/val/koeln/koeln_000003_000019_gtFine_instanceIds.png has the same labels',
    ]);
  });
});

describe('options', () => {
  test('datasets and the tag', async () => {
    const files = scene([{ label: 'road', polygon: square(1, 1, 5) }]);
    for (const [datasets, name] of [
      ['split', 'val'],
      ['folder', 'val/ulm'],
      ['one', 'ds0'],
    ]) {
      const run = await importHere({
        plugin: 'cityscapes',
        files,
        options: { datasets, split_tag: datasets === 'one' },
      });
      expect(namesOf(run)).toEqual([`${name}/a.png`]);
      expect(annotationOf(run.items[0]).tags).toEqual(
        datasets === 'one' ? [{ name: 'split', value: 'val' }] : [],
      );
    }
  });

  test('bad_annotation', async () => {
    const files = scene([
      { label: 'road', polygon: square(1, 1, 5) },
      { label: 'road', polygon: [[0, 0], 'x', [1, 1]] },
    ]);
    const place = 'gtFine/val/ulm/a_gtFine_polygons.json objects[1].polygon[1]: expected [x, y], got "x"';
    const keep = await importHere({ plugin: 'cityscapes', files });
    expect(labelsOf(keep.items[0])).toHaveLength(1);
    expect(told(keep)).toEqual([`warning data/${place}`]);
    const skip = await importHere({ plugin: 'cityscapes', files, options: { bad_annotation: 'skip-item' } });
    expect([skip.items.length, skip.failure?.code]).toEqual([0, 'SLY_PUBLISH_NOTHING']);
    const stop = await importHere({ plugin: 'cityscapes', files, options: { bad_annotation: 'stop' } });
    expect(stop.failure).toMatchObject({
      code: 'SLY_FORMAT_INVALID',
      file: 'gtFine/val/ulm/a_gtFine_polygons.json',
    });
  });
});

describe('classes', () => {
  const listed = JSON.stringify([
    { name: 'lorry', id: 1, color: [1, 2, 3] },
    { name: 'unused', id: 2, color: '#0A0B0C' },
  ]);

  test('class_to_id.json: its colours, and classes nobody uses', async () => {
    const files = { ...scene([{ label: 'lorry', polygon: square(1, 1, 5) }]), 'class_to_id.json': listed };
    const run = await importHere({ plugin: 'cityscapes', files });
    expect(run.meta.classes.map(({ title, color }) => [title, color])).toEqual([
      ['lorry', '#010203'],
      ['unused', '#0A0B0C'],
    ]);
    expect(run.used.map(({ file }) => file)).toContain('data/class_to_id.json');
  });

  test('its ids are those of masks; other ids get a name', async () => {
    const { encode } = await import('fast-png');
    const run = await importHere({
      plugin: 'cityscapes',
      files: {
        'class_to_id.json': listed,
        'a_leftImg8bit.png': picture(4, 1),
        'a_gtFine_labelIds.png': encode({
          width: 4,
          height: 1,
          channels: 1,
          depth: 8,
          data: Uint8Array.from([0, 1, 9, 9]),
        }),
      },
    });
    expect(labelsOf(run.items[0]).map(({ classTitle }) => classTitle)).toEqual(['lorry', 'class_9']);
    expect(annotationOf(run.items[0]).tags).toEqual([{ name: 'split', value: 'train' }]);
    expect(told(run)).toEqual([
      expect.stringContaining('expected the id of a class, got 9; it becomes class_9'),
    ]);
  });

  test('a broken one is failed, and those of Cityscapes count', async () => {
    for (const broken of [
      '{',
      '{}',
      '[{"name": "a"}]',
      '[{"name": "", "id": 1}]',
      '[{"name": "a", "id": -1}]',
    ]) {
      const files = { ...scene([{ label: 'road', polygon: square(1, 1, 5) }]), 'class_to_id.json': broken };
      const run = await importHere({ plugin: 'cityscapes', files });
      expect(told(run)).toEqual([expect.stringMatching(/^failed data\/class_to_id.json: /)]);
      expect(run.meta.classes.map(({ color }) => color)).toEqual(['#804080']);
    }
  });
});

describe('rings in one list', () => {
  const read = async (label: string, polygon: unknown): Promise<unknown> => {
    const run = await importHere({ plugin: 'cityscapes', files: scene([{ label, polygon }]) });
    return outline(labelsOf(run.items[0])[0]);
  };
  const closed = (ring: [number, number][]): [number, number][] => [...ring, ring[0]!];
  const [outer, hole] = [square(0, 0, 9), square(2, 2, 3)];

  test('closed rings inside the first are holes', async () => {
    expect(await read('wall', [...closed(outer), ...closed(hole)])).toEqual([
      'wall',
      { exterior: outer, interior: [hole] },
    ]);
  });

  test('a ring that is closed is one outline', async () => {
    expect(await read('wall', closed(outer))).toEqual(['wall', flat(outer)]);
  });

  test('a list that comes back to its first point and goes on is one outline', async () => {
    const list = [...closed(outer), [3, 3], [4, 5]];
    expect(await read('wall', list)).toEqual(['wall', flat(list)]);
  });

  test('rings beside each other are one outline, except in out of roi', async () => {
    const list = [...closed(square(0, 0, 3)), ...closed(square(5, 5, 3))];
    expect(await read('wall', list)).toEqual(
      ['wall', flat(list.slice(0, -1))].map((one, i) => (i === 0 ? one : flat(list))),
    );
    expect(await read('out of roi', list)).toEqual([
      'out of roi',
      { exterior: square(0, 0, 3), interior: [square(5, 5, 3)] },
    ]);
  });

  test('out of roi without closing points: five points, then the hole', async () => {
    expect(await read('out of roi', [...outer, [0, 5], ...hole])).toEqual([
      'out of roi',
      { exterior: [...outer, [0, 5]], interior: [hole] },
    ]);
  });
});

test('points on the far border are in the last pixel', async () => {
  const run = await importHere({
    plugin: 'cityscapes',
    files: scene([
      {
        label: 'sky',
        polygon: [
          [0, 0],
          [20, 0],
          [20, 10],
        ],
      },
    ]),
  });
  expect(outline(labelsOf(run.items[0])[0])).toEqual([
    'sky',
    flat([
      [0, 0],
      [19, 0],
      [19, 9],
    ]),
  ]);
  expect(told(run)).toEqual([]);
});

test('what goes wrong costs what it touches, and every file is accounted for', async () => {
  const run = await importHere({
    plugin: 'cityscapes',
    files: {
      ...scene([{ label: 'road', polygon: square(1, 1, 5) }]),
      'leftImg8bit/val/ulm/b_leftImg8bit.png': picture(),
      'gtFine/val/ulm/b_gtFine_polygons.json': '{"objects": [',
      'gtFine/val/ulm/c_gtFine_polygons.json': polygons([]),
      'leftImg8bit/val/ulm/d_leftImg8bit.png': 'no picture',
      'gtFine/val/ulm/d_gtFine_polygons.json': polygons([]),
      'leftImg8bit/val/ulm/e_leftImg8bit.png': picture(),
      'gtFine/val/ulm/e_gtFine_polygons.json': polygons([7, { label: 3 }, { label: 'a' }], 99, 99),
      'disparity/val/ulm/a_disparity.png': picture(),
      'extra.png': picture(),
    },
  });
  expect(namesOf(run)).toEqual(['val/a.png', 'val/b.png', 'val/e.png', 'ds0/extra.png']);
  expect(told(run)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^failed data\/gtFine\/val\/ulm\/b_gtFine_polygons.json: /),
      'failed data/gtFine/val/ulm/c_gtFine_polygons.json: expected a picture ..._leftImg8bit of the same name, got none',
      expect.stringMatching(/^failed data\/leftImg8bit\/val\/ulm\/d_leftImg8bit.png: /),
      'failed data/gtFine/val/ulm/d_gtFine_polygons.json: its picture leftImg8bit/val/ulm/d_leftImg8bit.png cannot be read',
      expect.stringMatching(/e_gtFine_polygons.json objects\[0\]: expected an object, got 7$/),
      expect.stringMatching(/e_gtFine_polygons.json objects\[1\].label: /),
      expect.stringMatching(/e_gtFine_polygons.json objects\[2\].polygon: /),
      expect.stringContaining('expected labels for 20 x 10 pixels, got 99 x 99'),
      'skipped data/disparity/val/ulm/a_disparity.png: labels are for pictures of the left camera',
    ]),
  );
});
