import { expect, test } from 'vitest';
import { boxOf, type DrawnObject, shapesOf } from '../../../web/src/draw/shapes.ts';

const shapes = (object: Partial<DrawnObject>, edges: [string, string][] = []) =>
  shapesOf({ classTitle: 'one', geometryType: '', ...object }, new Map([['one', edges]]));

test('a polygon with a hole, a multipolygon, a rectangle whose corners are the wrong way round', () => {
  const ring = [
    [0, 0],
    [9, 0],
    [9, 9],
  ] as [number, number][];
  const hole = [
    [5, 1],
    [6, 1],
    [6, 2],
  ] as [number, number][];
  expect(shapes({ geometryType: 'polygon', points: { exterior: ring, interior: [hole] } })).toEqual([
    { kind: 'area', rings: [ring, hole] },
  ]);
  expect(
    shapes({ geometryType: 'multipolygon', parts: [{ exterior: ring }, { exterior: hole }] }),
  ).toHaveLength(2);
  const [box] = shapes({
    geometryType: 'rectangle',
    points: {
      exterior: [
        [9, 8],
        [1, 2],
      ],
    },
  });
  expect(boxOf([box!])).toEqual({ left: 1, top: 2, right: 9, bottom: 8 });
});

test('an oriented box is turned clockwise about its centre', () => {
  const [turned] = shapes({
    geometryType: 'oriented_bbox',
    points: [
      [0, 0],
      [10, 2],
    ],
    angle: Math.PI / 2,
  });
  const box = boxOf([turned!])!;
  expect(Object.values(box).map((value) => Math.round(value * 1000) / 1000)).toEqual([4, -4, 6, 6]);
});

test('graphs by their template, boxes in projection, faces of cuboids', () => {
  const nodes = {
    a: { loc: [1, 1] as [number, number] },
    b: { loc: [2, 2] as [number, number], disabled: true },
  };
  expect(
    shapes({ geometryType: 'graph', nodes }, [
      ['a', 'b'],
      ['a', 'gone'],
    ]),
  ).toEqual([
    {
      kind: 'line',
      points: [
        [1, 1],
        [2, 2],
      ],
    },
    { kind: 'dot', at: [1, 1], faint: false },
    { kind: 'dot', at: [2, 2], faint: true },
  ]);
  const vertices = Object.fromEntries(
    [1, 2].flatMap((face) =>
      ['topleft', 'topright', 'bottomright', 'bottomleft'].map((corner, k) => [
        `face${face}-${corner}`,
        { loc: [k * face, face] as [number, number] },
      ]),
    ),
  );
  expect(shapes({ geometryType: 'cuboid_2d', vertices }).map((one) => one.kind)).toEqual([
    'area',
    'area',
    'line',
    'line',
    'line',
    'line',
  ]);
  expect(
    shapes({
      geometryType: 'cuboid',
      points: [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      faces: [[0, 1, 2, 7]],
    }),
  ).toEqual([
    {
      kind: 'area',
      rings: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      ],
    },
  ]);
});

test('what lacks its parts, or is not known, is nothing', () => {
  for (const geometryType of [
    'polygon',
    'multipolygon',
    'oriented_bbox',
    'line',
    'point',
    'graph',
    'cuboid',
    'cuboid_2d',
    'bitmap',
    'closed_surface_mesh',
  ])
    expect(shapes({ geometryType })).toEqual([]);
  expect(boxOf([])).toBeUndefined();
});
