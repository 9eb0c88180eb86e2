import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyAnnotation, readAnnotation, validateAnnotation } from '../../../src/format/annotation.ts';
import { readMeta } from '../../../src/format/meta.ts';
import type { ImageAnnotation, Label } from '../../../src/format/model.ts';

import { bitmap, EVERY, file, flat, shape, size, vertices } from '../../support/label-cases.ts';

describe('readAnnotation', () => {
  test('every geometry comes back as it is written, with keys this program does not know', () => {
    const json = file(
      EVERY.map((one) => ({ ...one, id: 7, labelerLogin: 'u', instance: '9f', nnCreated: true })),
      { imageId: 123, customBigData: { a: 1 } },
    );
    const { annotation, problems } = readAnnotation(json);
    expect(problems).toEqual([]);
    expect(annotation).toEqual(json);
    expect(readAnnotation(JSON.parse(JSON.stringify(annotation))).annotation).toEqual(annotation);
  });

  test('the smallest file, and one in an envelope', () => {
    const smallest = { description: '', tags: [], size: { height: 3, width: 3 }, objects: [] };
    expect(readAnnotation(smallest)).toEqual({
      annotation: emptyAnnotation({ height: 3, width: 3 }),
      problems: [],
    });
    expect(readAnnotation({ annotation: smallest, id: 1 })).toEqual({ annotation: smallest, problems: [] });
  });

  test('a file of 2019: both keys on every object, no geometryType, bare tags, floats', () => {
    const { meta } = readMeta({
      classes: [
        { title: 'bike', shape: 'rectangle' },
        { title: 'person', shape: 'bitmap' },
        { title: 'car', shape: 'polygon' },
      ],
      tags: ['like', { name: 'color', value_type: 'any_string' }],
    });
    const { annotation, problems } = readAnnotation(
      file(
        [
          {
            classTitle: 'bike',
            description: '',
            bitmap: null,
            tags: ['like'],
            points: {
              exterior: [
                [59.0, 79.0],
                [10.0, 20.0],
              ],
              interior: [],
            },
          },
          {
            classTitle: 'person',
            bitmap: { origin: [1.0, 1.0], data: bitmap.data },
            tags: [],
            points: { exterior: [], interior: [] },
          },
          {
            classTitle: 'car',
            bitmap: null,
            tags: [{ name: 'color', value: 'red' }],
            points: {
              exterior: [
                [1.5, 2],
                [3, 4],
                [5, 1],
              ],
              interior: [],
            },
          },
        ],
        { tags: ['like', { name: 'like', value: null }], name: 'bike-man', dataset_id: 4 },
      ),
      meta,
    );
    expect(problems).toEqual([]);
    const [bike, person, car] = annotation!.objects;
    expect(bike).toEqual({
      classTitle: 'bike',
      description: '',
      geometryType: 'rectangle',
      shape: 'rectangle',
      tags: [{ name: 'like' }],
      points: {
        exterior: [
          [10, 20],
          [59, 79],
        ],
        interior: [],
      },
    });
    expect(person).toEqual({
      classTitle: 'person',
      geometryType: 'bitmap',
      shape: 'bitmap',
      tags: [],
      bitmap,
    });
    expect((car as Label & { geometryType: 'polygon' }).points.exterior[0]).toEqual([1.5, 2]);
    expect(annotation!.tags).toEqual([{ name: 'like' }, { name: 'like', value: null }]);
    expect(validateAnnotation(annotation!, meta)).toEqual([]);
  });

  test('without class and type the keys tell; that is said', () => {
    const { annotation, problems } = readAnnotation(
      file([
        {
          classTitle: 'a',
          bitmap: null,
          ...flat('1,1 2,2'),
        },
      ]),
    );
    expect(annotation!.objects[0]!.geometryType).toBe('rectangle');
    expect(problems).toEqual([
      expect.objectContaining({ severity: 'warning', place: 'objects[0].geometryType' }),
    ]);
  });

  test.each([
    ['objects[1]', 'hello'],
    ['objects[1].classTitle', { ...shape('point', flat('1,1')), classTitle: 5 }],
    ['objects[1].geometryType', { classTitle: 'c', tags: [] }],
    ['objects[1].points', shape('polygon', {})],
    ['objects[1].points.exterior', shape('rectangle', flat('1,1'))],
    ['objects[1].points.exterior', shape('point', flat('1,1 2,2'))],
    ['objects[1].points.exterior', shape('polygon', flat(''))],
    ['objects[1].points.exterior[2]', shape('polygon', flat('1,1 2,2 3,x'))],
    ['objects[1].points.exterior[0]', shape('point', flat('NaN,1'))],
    ['objects[1].bitmap', shape('bitmap', { bitmap: null })],
    ['objects[1].bitmap.origin', shape('bitmap', { bitmap: { data: bitmap.data } })],
    ['objects[1].bitmap.data', shape('bitmap', { bitmap: { origin: [0, 0], data: 'bm90IGEgbWFzaw==' } })],
    ['objects[1].nodes', shape('graph', { nodes: {} })],
    [
      'objects[1].vertices.face2-bottomleft',
      shape('cuboid_2d', { vertices: { ...vertices, 'face2-bottomleft': null } }),
    ],
    [
      'objects[1].faces',
      shape('cuboid', {
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 1],
          [2, 0],
          [2, 2],
          [0, 2],
        ],
        faces: [[0, 1, 2, 99]],
      }),
    ],
    [
      'objects[1].angle',
      shape('oriented_bbox', {
        points: [
          [1, 1],
          [2, 2],
        ],
        angle: 'x',
      }),
    ],
  ])('a bad object at %s loses that object alone', (place, bad) => {
    const { annotation, problems } = readAnnotation(file([EVERY[0], bad, EVERY[1]]));
    expect(annotation!.objects).toEqual([EVERY[0], EVERY[1]]);
    expect(problems).toEqual([
      expect.objectContaining({
        severity: 'dropped',
        place,
        message: expect.stringMatching(/expected .+, got .+/),
      }),
    ]);
  });

  test.each([
    ['', 'text'],
    ['size', { tags: [], objects: [] }],
    ['size', file([], { size: { height: 0, width: 3 } })],
    ['objects', { size, tags: [] }],
  ])('fatal at "%s"', (place, json) => {
    expect(readAnnotation(json)).toEqual({
      annotation: undefined,
      problems: [expect.objectContaining({ severity: 'fatal', place })],
    });
  });

  test('tags: values are brought to their type, what cannot be is dropped', () => {
    const { meta } = readMeta({
      classes: [],
      tags: [
        'plain',
        { name: 'num', value_type: 'any_number' },
        { name: 'text', value_type: 'any_string' },
        { name: 'one', value_type: 'oneof_string', values: ['a'] },
        { name: 'day', value_type: 'date' },
      ],
    });
    const tags = [
      { name: 'num', value: '5' },
      { name: 'text', value: 2021 },
      { name: 'plain', value: 'x' },
      { name: 'one', value: 'a' },
      { name: 'day', value: '2024-02-30T10:00:00Z' },
      { name: 'one', value: 'b' },
      { name: 'num', value: 'many' },
      { name: 'new', value: 1 },
      { name: 'num', value: { deep: 1 } },
      7,
    ];
    const { annotation, problems } = readAnnotation(file([], { tags }), meta);
    expect(annotation!.tags).toEqual([
      { name: 'num', value: 5 },
      { name: 'text', value: '2021' },
      { name: 'plain', value: null },
      { name: 'one', value: 'a' },
      { name: 'day', value: '2024-02-30T10:00:00Z' },
      { name: 'new', value: 1 },
    ]);
    expect(problems.filter(({ severity }) => severity === 'dropped').map(({ place }) => place)).toEqual([
      'tags[5].value',
      'tags[6].value',
      'tags[8].value',
      'tags[9]',
    ]);
  });

  test('a polygon of two points gets its last one again; an object of another shape than its class is kept', () => {
    const { meta } = readMeta({ classes: [{ title: 'c', shape: 'polygon' }] });
    const { annotation, problems } = readAnnotation(
      file([shape('polygon', flat('1,1 2,2')), EVERY[0]]),
      meta,
    );
    expect((annotation!.objects[0] as Label & { geometryType: 'polygon' }).points.exterior).toEqual([
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
    expect(annotation!.objects[1]).toEqual(EVERY[0]);
    expect(problems.map(({ severity, place }) => `${severity} ${place}`)).toEqual([
      'warning objects[0].points.exterior',
      'warning objects[1].geometryType',
    ]);
  });

  test('nodes that the template does not have are left out', () => {
    const { meta } = readMeta({
      classes: [{ title: 'c', shape: 'graph', geometry_config: { nodes: { a: {} }, edges: [] } }],
    });
    const { annotation, problems } = readAnnotation(file([EVERY[9]]), meta);
    expect(annotation!.objects[0]).toMatchObject({ nodes: { a: { loc: [1, 2] } } });
    expect(problems.map(({ place }) => place)).toEqual(['objects[0].nodes.b']);
  });

  test('never throws, whatever the JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void readAnnotation(json)));
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...EVERY), (junk, one) => {
        for (const key of Object.keys(one)) readAnnotation(file([{ ...one, [key]: junk }]));
      }),
    );
  });
});

describe('validateAnnotation', () => {
  const { meta } = readMeta({
    classes: [
      { title: 'c', shape: 'any' },
      { title: 'box', shape: 'rectangle' },
    ],
    tags: [{ name: 'n', value_type: 'any_number', applicable_type: 'imagesOnly' }],
  });
  const problemsOf = (objects: unknown[], tags: unknown[] = []) =>
    validateAnnotation(file(objects, { tags }) as ImageAnnotation, meta).map(({ place }) => place);

  test('good ones pass', () => {
    expect(
      problemsOf(
        EVERY.filter(({ geometryType }) => geometryType !== 'graph'),
        [{ name: 'n', value: 1 }],
      ),
    ).toEqual([]);
  });

  test.each([
    ['objects[0].classTitle', [{ ...EVERY[0], classTitle: 'no' }]],
    ['objects[0].geometryType', [{ ...EVERY[0], classTitle: 'box' }]],
    ['objects[0].shape', [{ ...EVERY[0], shape: 'line' }]],
    ['objects[0]', [shape('point', flat('100,4'))]],
    ['objects[0].points.exterior', [shape('rectangle', flat('9,9 1,1'))]],
    ['objects[0].bitmap', [shape('bitmap', { bitmap: { ...bitmap, origin: [99, 0] } })]],
    ['objects[0].tags[0].name', [{ ...EVERY[0], tags: [{ name: 'n', value: 1 }] }]],
    ['objects[0].nodes.a', [shape('graph', { nodes: { a: { loc: [1, 2] } } })]],
  ])('%s', (place, objects) => {
    expect(problemsOf(objects)).toEqual([place]);
  });

  test('tag values', () => {
    expect(problemsOf([], [{ name: 'n', value: 'x' }, { name: 'm' }])).toEqual([
      'tags[0].value',
      'tags[1].name',
    ]);
  });
});
