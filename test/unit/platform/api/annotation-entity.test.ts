import { expect, test } from 'vitest';
import type { ImageAnnotation } from '../../../../src/format/model.ts';
import { annotationEntity } from '../../../../src/platform/api/figures/annotation-entity.ts';
import { labelId } from '../../../../src/platform/api/figures/label-ids.ts';
import type { ItemRow } from '../../../../src/platform/store/repositories/items.ts';

const item = { id: 7, name: 'a.png', datasetId: 3, projectId: 1 } as ItemRow;
const ids = { classes: new Map([['car', 11]]), tags: new Map([['wet', 21]]) };
const TIME = '2026-01-01T00:00:00.000Z';

function entity(annotation: unknown, options: { subpixel: boolean; integerCoords: boolean }) {
  const stored = {
    itemId: 7,
    itemName: 'a.png',
    annotation: annotation as ImageAnnotation,
    subpixel: options.subpixel,
    createdAt: TIME,
    updatedAt: TIME,
  };
  return annotationEntity(stored, item, { ids, integerCoords: options.integerCoords }) as {
    annotation: { tags: Record<string, unknown>[]; objects: Record<string, unknown>[] };
  };
}

const box = (corners: number[][]) => ({
  classTitle: 'car',
  geometryType: 'rectangle',
  tags: [],
  points: { exterior: corners, interior: [] },
});
const size = { width: 100, height: 100 };

test('stored pixels are answered as positions, and the other way round', () => {
  const pixels = {
    description: '',
    size,
    tags: [],
    objects: [
      box([
        [1, 2],
        [9, 8],
      ]),
    ],
  };
  expect(
    entity(pixels, { subpixel: false, integerCoords: false }).annotation.objects[0]?.points,
  ).toMatchObject({
    exterior: [
      [1, 2],
      [10, 9],
    ],
  });
  expect(
    entity(pixels, { subpixel: false, integerCoords: true }).annotation.objects[0]?.points,
  ).toMatchObject({
    exterior: [
      [1, 2],
      [9, 8],
    ],
  });
  const places = {
    ...pixels,
    objects: [
      box([
        [1, 2],
        [10, 9],
      ]),
    ],
  };
  expect(entity(places, { subpixel: true, integerCoords: true }).annotation.objects[0]?.points).toMatchObject(
    {
      exterior: [
        [1, 2],
        [9, 8],
      ],
    },
  );
});

test('ids are filled in, are the same at every read, and differ from each other', () => {
  const tag = { name: 'wet' };
  const annotation = {
    description: '',
    size,
    tags: [tag],
    objects: [
      {
        ...box([
          [1, 2],
          [3, 4],
        ]),
        tags: [tag, tag],
      },
      box([
        [1, 2],
        [3, 4],
      ]),
    ],
  };
  const first = entity(annotation, { subpixel: true, integerCoords: false });
  expect(entity(annotation, { subpixel: true, integerCoords: false })).toEqual(first);
  const { objects, tags } = first.annotation;
  expect(objects.map((one) => one.classId)).toEqual([11, 11]);
  const tagIds = [...tags, ...objects.flatMap((one) => one.tags as Record<string, unknown>[])].map(
    (one) => one.id,
  );
  expect(new Set([...tagIds, ...objects.map((one) => one.id)]).size).toBe(5);
  expect(tags[0]).toMatchObject({ name: 'wet', tagId: 21 });
});

test('ids of another server mean nothing here: what is answered can be asked for', () => {
  const annotation = {
    description: '',
    size,
    tags: [],
    objects: [
      {
        ...box([
          [1, 2],
          [3, 4],
        ]),
        id: 99,
        classId: 5,
      },
    ],
  };
  expect(entity(annotation, { subpixel: true, integerCoords: false }).annotation.objects[0]).toMatchObject({
    id: labelId(7, {}, 0),
    classId: 11,
  });
});

test('one object that cannot be converted does not cost the others', () => {
  const odd = { classTitle: 'car', geometryType: 'polygon', tags: [], points: { exterior: 'none' } };
  const annotation = {
    description: '',
    size,
    tags: [],
    objects: [
      odd,
      box([
        [1, 2],
        [9, 8],
      ]),
    ],
  };
  const { objects } = entity(annotation, { subpixel: false, integerCoords: false }).annotation;
  expect(objects).toMatchObject([
    { points: { exterior: 'none' } },
    {
      points: {
        exterior: [
          [1, 2],
          [10, 9],
        ],
      },
    },
  ]);
  expect(entity({ size }, { subpixel: false, integerCoords: false }).annotation).toMatchObject({
    tags: [],
    objects: [],
  });
});
