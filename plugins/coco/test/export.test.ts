import { describe, expect, test } from 'vitest';
import { encodeBitmap } from '../../../src/format/bitmap.ts';
import type { Label, Ring } from '../../../src/format/model.ts';
import { fillPolygon } from '../../../src/format/raster.ts';
import { importFiles, labels, said } from './cases.ts';
import {
  annotation,
  type Coco,
  everything,
  exportItems,
  hole,
  json,
  label,
  polygon,
  rectangle,
  size,
  triangle,
  unpacked,
} from './export-cases.ts';

describe('what is written', () => {
  test('one annotation an instance, categories by class order, ids without gaps', async () => {
    const run = await exportItems(everything);
    expect(run.failure).toBeUndefined();
    expect(run.entries.map((entry) => entry.path).sort()).toEqual([
      'annotations/captions.json',
      'annotations/instances.json',
      'annotations/person_keypoints.json',
      'images/day/a.png',
      'images/night/a.png',
    ]);
    const { images, annotations, categories } = json(run, 'instances');
    expect(images).toEqual([
      { id: 1, file_name: 'day/a.png', width: 20, height: 10 },
      { id: 2, file_name: 'night/a.png', width: 20, height: 10 },
    ]);
    expect(categories).toEqual([
      { id: 1, name: 'car', supercategory: 'vehicle' },
      { id: 2, name: 'man', supercategory: 'man' },
      { id: 3, name: 'lane', supercategory: 'lane' },
      { id: 4, name: 'spot', supercategory: 'spot' },
      { id: 5, name: 'thing', supercategory: 'thing' },
    ]);
    expect(annotations).toEqual([
      {
        id: 1,
        image_id: 1,
        category_id: 1,
        segmentation: [[1, 1, 9, 1, 1, 8]],
        area: 28,
        bbox: [1, 1, 9, 8],
        iscrowd: 0,
        attributes: { doors: 4 },
      },
      expect.objectContaining({
        id: 2,
        iscrowd: 1,
        segmentation: { size: [10, 20], counts: expect.any(String) as string },
      }),
      expect.objectContaining({
        id: 3,
        area: 5,
        bbox: [3, 2, 3, 2],
        segmentation: { size: [10, 20], counts: 'P129OO1Z4' },
      }),
      expect.objectContaining({ id: 4, category_id: 2, segmentation: [], bbox: [5, 1, 4, 9] }),
      expect.objectContaining({ id: 7, image_id: 2, segmentation: [], bbox: [0, 0, 20, 10], area: 200 }),
    ]);
    const keypoints = json(run, 'person_keypoints');
    expect(keypoints.categories).toEqual([
      { id: 2, name: 'man', supercategory: 'man', keypoints: ['head', 'foot'], skeleton: [[1, 2]] },
    ]);
    expect(keypoints.annotations).toMatchObject([{ id: 4, keypoints: [6, 2, 1, 7, 8, 2], num_keypoints: 2 }]);
    expect(json(run, 'captions').annotations).toEqual([
      { id: 5, image_id: 1, caption: 'one "car"' },
      { id: 6, image_id: 1, caption: 'two' },
    ]);
    expect(said(run)).toEqual([
      'warning  : 2 labels of shape line cannot be expressed in COCO',
      'warning  : 1 label of shape point cannot be expressed in COCO',
      'warning  : 1 tag weather of an image cannot be expressed in COCO',
    ]);
    expect(run.written).toHaveLength(2);
  });

  test('options leave pictures and bare images out', async () => {
    const items = { ...everything, 'day/empty.png': annotation([]) };
    const run = await exportItems(items, { only_annotations: true, only_annotated: true });
    expect(run.entries.some((entry) => entry.path.startsWith('images/'))).toBe(false);
    expect(json(run, 'instances').images).toHaveLength(2);
    const renamed = await exportItems({ 'day/empty.png': annotation([]) }, { images_folder: 'pictures' });
    expect(renamed.entries.map((entry) => entry.path)).toEqual([
      'pictures/day/empty.png',
      'annotations/instances.json',
    ]);
    expect(json(renamed, 'instances')).toMatchObject({ annotations: [], licenses: [] });
  });

  test('every other shape, and labels nobody can read', async () => {
    const odd = [
      label('thing', {
        geometryType: 'oriented_bbox',
        points: [
          [4, 4],
          [8, 6],
        ],
        angle: Math.PI / 2,
      }),
      label('thing', {
        geometryType: 'multipolygon',
        parts: [
          { exterior: triangle, interior: [] },
          {
            exterior: [
              [12, 1],
              [18, 1],
              [18, 8],
            ],
            interior: [],
          },
        ],
      }),
      label('thing', { geometryType: 'graph', nodes: { x: { loc: [1, 1] } } }),
      label('nobody', rectangle([1, 1], [2, 2])),
      { classTitle: 'car', tags: [], geometryType: 'polygon', shape: 'polygon' } as unknown as Label,
      label('car', polygon(triangle), { instance: 'x' }),
      label('car', polygon(hole), { instance: 'x' }),
    ];
    const run = await exportItems({ 'day/a.png': annotation(odd) });
    expect(run.failure).toBeUndefined();
    const { annotations } = json(run, 'instances');
    expect(annotations.map((one) => one.segmentation)).toEqual([
      [[7, 3, 7, 7, 5, 7, 5, 3]],
      [triangle.flat(), [12, 1, 18, 1, 18, 8]],
      // Two outlines of one object, one in the other: as points a reader would take the inner one for a hole.
      { size: [10, 20], counts: expect.any(String) as string },
    ]);
    expect(said(run).join('\n')).toMatch(
      /objects\[4\].*\n.*angle of an oriented box.*\n.*without a template.*\n.*class that is not in the project/,
    );
  });
});

describe('options', () => {
  /** Two blocks, one of them with a corner cut off: outlines say all of it. */
  const blocks = maskLabel(8, 5, (x, y) => (x < 3 && !(x === 2 && y === 0)) || x > 4);
  const ring = maskLabel(5, 5, (x, y) => x === 0 || y === 0 || x === 4 || y === 4);
  const dot = maskLabel(6, 3, (x, y) => x < 3 || (x === 5 && y === 0));

  function maskLabel(width: number, height: number, isSet: (x: number, y: number) => boolean): Label {
    const data = Uint8Array.from({ length: width * height }, (_, i) =>
      isSet(i % width, Math.floor(i / width)) ? 1 : 0,
    );
    return label('car_mask', {
      geometryType: 'bitmap',
      bitmap: encodeBitmap({ x: 2, y: 1, width, height, data }),
    });
  }

  test('masks polygon: outlines where they can say all of it, run lengths where not', async () => {
    const items = { 'day/a.png': annotation([blocks, ring, dot]) };
    const run = await exportItems(items, { masks: 'polygon' });
    const plain = await exportItems(items);
    const { annotations } = json(run, 'instances');
    expect(annotations.map((one) => Array.isArray(one.segmentation))).toEqual([true, false, false]);
    // Area and box are those of the pixels, whichever way they are written.
    const measured = (from: Coco) => from.annotations.map(({ area, bbox }) => ({ area, bbox }));
    expect(measured(json(run, 'instances'))).toEqual(measured(json(plain, 'instances')));
    expect(annotations[0]?.area).toBe(14 + 15);
    const back = await importFiles(unpacked(run));
    const polygons = labels(back).filter((one) => one.geometryType === 'polygon');
    const painted = new Set<string>();
    for (const { points } of polygons as (Label & { points: { exterior: Ring; interior: Ring[] } })[]) {
      const filled = fillPolygon(points, size)!;
      filled.data.forEach((value, i) => {
        if (value !== 0)
          painted.add(`${filled.x + (i % filled.width)} ${filled.y + Math.floor(i / filled.width)}`);
      });
    }
    expect(painted.size).toBe(29);
    expect(painted.has('4 1')).toBe(false);
    expect(labels(back).filter((one) => one.geometryType === 'bitmap')).toHaveLength(2);
  });

  test('captions can be left out, with nothing to say of it', async () => {
    const run = await exportItems(everything, { captions: false });
    expect(run.entries.map((entry) => entry.path)).not.toContain('annotations/captions.json');
    expect(said(run).join('\n')).not.toMatch(/caption/);
  });
});
