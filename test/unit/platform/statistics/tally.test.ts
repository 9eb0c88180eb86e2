import { expect, test } from 'vitest';
import { encodeBitmap } from '../../../../src/format/bitmap.ts';
import { createTally } from '../../../../src/platform/statistics/tally.ts';

const label = (
  classTitle: string,
  geometryType: string,
  geometry: object,
  tags: { name: string }[] = [],
) => ({
  classTitle,
  geometryType,
  tags,
  ...geometry,
});
const row = (objects: object[], more: { tags?: object[]; subpixel?: boolean; width?: number } = {}) => ({
  id: 1,
  width: more.width ?? 100,
  height: 100,
  subpixel: more.subpixel ?? true,
  annotation: JSON.stringify({
    description: '',
    size: { width: 100, height: 100 },
    tags: more.tags ?? [],
    objects,
  }),
});
const ring = (left: number, top: number, right: number, bottom: number) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

test('shares: holes are left out, objects of a class add up to one image at most, points have none', () => {
  const tally = createTally();
  const mask = { x: 0, y: 0, width: 20, height: 20, data: new Uint8Array(400).fill(1) };
  tally.add(
    row([
      label('box', 'rectangle', {
        points: {
          exterior: [
            [0, 0],
            [50, 20],
          ],
          interior: [],
        },
      }),
      label('ring', 'polygon', {
        points: { exterior: ring(0, 0, 40, 40), interior: [ring(10, 10, 30, 30)] },
      }),
      label('mask', 'bitmap', { bitmap: encodeBitmap(mask) }),
      label('dot', 'point', { points: { exterior: [[1, 1]], interior: [] } }),
      label('full', 'rectangle', {
        points: {
          exterior: [
            [0, 0],
            [100, 100],
          ],
          interior: [],
        },
      }),
      label('full', 'rectangle', {
        points: {
          exterior: [
            [0, 0],
            [100, 100],
          ],
          interior: [],
        },
      }),
    ]),
  );
  // Pixel indices: the last one is included.
  tally.add(
    row(
      [
        label('box', 'rectangle', {
          points: {
            exterior: [
              [0, 0],
              [99, 19],
            ],
            interior: [],
          },
        }),
      ],
      { subpixel: false },
    ),
  );
  const { classes } = tally.result();
  const share = Object.fromEntries(classes.map((one) => [one.title, one.share]));
  expect(share.box).toBeCloseTo((0.1 + 0.2) / 2);
  expect(share).toMatchObject({ ring: 0.12, mask: 0.04, dot: null, full: 1 });
  expect(classes.find((one) => one.title === 'full')).toMatchObject({ objects: 2, items: 1 });
});

test('bins, tags, sizes; an image without an annotation counts too', () => {
  const tally = createTally();
  tally.add({ id: 1, width: 640, height: 480, subpixel: true, annotation: null });
  tally.add({ id: 2, width: null, height: null, subpixel: true, annotation: null });
  tally.add(row([], { tags: [{ name: 'night' }, { name: 'night' }] }));
  const seven = Array.from({ length: 7 }, () => label('car', 'unknown', {}, [{ name: 'seen' }]));
  tally.add(row(seven));
  const found = tally.result();
  expect(found).toMatchObject({ items: 4, annotated: 2, objects: 7, otherSizes: 0, everyMaskMeasured: true });
  expect(found.tags).toEqual([
    { name: 'night', items: 1, objects: 0 },
    { name: 'seen', items: 0, objects: 7 },
  ]);
  expect(found.objectsPerItem.filter((one) => one.items > 0)).toEqual([
    { from: 0, to: 0, items: 3 },
    { from: 6, to: 10, items: 1 },
  ]);
  expect(found.sizes).toContainEqual({ width: 0, height: 0, depth: null, items: 1 });
  expect(found.sizes).toContainEqual({ width: 100, height: 100, depth: null, items: 2 });
});

test('a geometry that is no geometry loses its area, not the count', () => {
  const tally = createTally();
  tally.add(
    row([label('bad', 'bitmap', { bitmap: { origin: [0, 0], data: 'AAAA' } }), label('bad', 'polygon', {})]),
  );
  expect(tally.result().classes).toEqual([{ title: 'bad', objects: 2, figures: 2, items: 1, share: null }]);
});
