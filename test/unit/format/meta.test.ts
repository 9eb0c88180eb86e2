import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMetaInferrer } from '../../../src/format/infer-meta.ts';
import { createMetaMerger, renameInAnnotation } from '../../../src/format/merge-meta.ts';
import { emptyMeta, normalizeMeta, readMeta } from '../../../src/format/meta.ts';
import type { ImageAnnotation, ProjectMeta, TagMeta, WantedClass } from '../../../src/format/model.ts';

describe('readMeta', () => {
  test('the smallest file', () => {
    expect(readMeta({ classes: [], tags: [] })).toEqual({ meta: emptyMeta(), problems: [] });
    expect(readMeta({ classes: [] }).problems).toEqual([]);
  });

  test('a file of 2019: tags in two lists, bare names, no project type', () => {
    const { meta, problems } = readMeta({
      classes: [
        { title: 'bike', shape: 'rectangle', color: '#F6FF00' },
        { title: 'person', shape: 'bitmap', color: '#00ff12' },
      ],
      tags_images: [
        'like',
        { name: 'situated', value_type: 'oneof_string', values: ['inside', 'outside'], color: '#AF6FD7' },
      ],
      tags_objects: [
        { name: 'cars', value_type: 'any_number', color: '#FF0000' },
        { name: 'like', value_type: 'none' },
      ],
    });
    expect(problems).toEqual([]);
    expect(meta.projectType).toBe('images');
    expect(meta.classes.map(({ color, geometry_config }) => [color, geometry_config])).toEqual([
      ['#F6FF00', {}],
      ['#00FF12', {}],
    ]);
    expect(meta.tags.map(({ name, value_type }) => `${name} ${value_type}`)).toEqual([
      'like none',
      'situated oneof_string',
      'cars any_number',
    ]);
    expect(meta).not.toHaveProperty('tags_images');
  });

  test('what is not known is kept: shapes, keys, settings', () => {
    const json = {
      classes: [{ title: 'a', shape: 'hologram', color: '#000000', geometry_config: {}, extra: 1 }],
      tags: [],
      projectType: 'videos',
      projectSettings: { multiView: { enabled: false } },
      future: [1],
    };
    expect(readMeta(json).meta).toEqual(json);
  });

  test.each([
    ['classes[0].shape', 'dropped', { classes: [{ title: 'a' }] }],
    [
      'classes[1].title',
      'dropped',
      {
        classes: [
          { title: 'a', shape: 'line' },
          { title: 'a', shape: 'point' },
        ],
      },
    ],
    ['classes[0].color', 'warning', { classes: [{ title: 'a', shape: 'line', color: 'red' }] }],
    ['tags[0].value_type', 'warning', { classes: [], tags: [{ name: 'a', value_type: 'b' }] }],
    ['tags[0].values', 'warning', { classes: [], tags: [{ name: 'a', value_type: 'oneof_string' }] }],
    [
      'tags_objects[0]',
      'dropped',
      { classes: [], tags_images: ['a'], tags_objects: [{ name: 'a', value_type: 'any_number' }] },
    ],
    ['classes', 'fatal', { tags: [] }],
    ['', 'fatal', []],
  ])('%s is %s', (place, severity, json) => {
    expect(readMeta(json).problems).toEqual([
      expect.objectContaining({ place, severity, message: expect.stringMatching(/^expected .* got /) }),
    ]);
  });

  test('classes without colour get one each, the same ones every time', () => {
    const json = { classes: Array.from({ length: 200 }, (_, i) => ({ title: `c${i}`, shape: 'any' })) };
    const colors = readMeta(json).meta.classes.map(({ color }) => color);
    expect(new Set(colors).size).toBe(200);
    expect(readMeta(json).meta.classes.map(({ color }) => color)).toEqual(colors);
  });

  test('normalizeMeta writes every default, and twice is once', () => {
    const meta = normalizeMeta(
      readMeta({ classes: [{ title: 'a', shape: 'line', color: '#abcdef' }], tags: ['t'] }).meta,
    );
    expect(meta.tags[0]).toMatchObject({ applicable_type: 'all', classes: [], target_type: 'all' });
    expect(normalizeMeta(meta)).toEqual(meta);
  });
});

describe('createMetaMerger', () => {
  const graph = (...ids: string[]): WantedClass => ({
    title: 'pose',
    shape: 'graph',
    geometry_config: { nodes: Object.fromEntries(ids.map((id) => [id, { loc: [0, 0] }])), edges: [] },
  });

  test('same title and shape is the same class and keeps its colour; another shape is another class', () => {
    const merger = createMetaMerger({
      ...emptyMeta(),
      classes: [{ title: 'car', shape: 'polygon', color: '#111111', geometry_config: {} }],
    });
    expect(merger.class({ title: 'car', shape: 'polygon', color: '#222222' })).toEqual({
      title: 'car',
      renamed: false,
    });
    expect(merger.class({ title: 'car', shape: 'bitmap' })).toEqual({ title: 'car_1', renamed: true });
    expect(merger.class({ title: 'car', shape: 'point' })).toEqual({ title: 'car_2', renamed: true });
    expect(merger.class({ title: 'car', shape: 'bitmap' }).title).toBe('car_1');
    expect(merger.meta().classes.map(({ title, color }) => [title, color === '#111111'])).toEqual([
      ['car', true],
      ['car_1', false],
      ['car_2', false],
    ]);
  });

  test('what is stored without a colour does not stand in the way', () => {
    const bare = { title: 'car', shape: 'polygon' } as ProjectMeta['classes'][number];
    const merger = createMetaMerger({ ...emptyMeta(), classes: [bare] });
    merger.class({ title: 'tree', shape: 'polygon' });
    expect(merger.meta().classes.map(({ title }) => title)).toEqual(['car', 'tree']);
  });

  test('graphs are told apart by their nodes', () => {
    const merger = createMetaMerger(emptyMeta());
    expect(merger.class(graph('a', 'b')).title).toBe('pose');
    expect(merger.class(graph('b', 'a')).title).toBe('pose');
    expect(merger.class(graph('a', 'c')).title).toBe('pose_1');
  });

  test('tags by type and values; limits are widened so that both uses are allowed', () => {
    const merger = createMetaMerger(emptyMeta());
    merger.tag({
      name: 't',
      value_type: 'oneof_string',
      values: ['a'],
      applicable_type: 'imagesOnly',
      classes: ['x'],
    });
    expect(merger.tag({ name: 't', value_type: 'oneof_string', values: ['b'] }).name).toBe('t_1');
    expect(
      merger.tag({
        name: 't',
        value_type: 'oneof_string',
        values: ['a'],
        applicable_type: 'objectsOnly',
        classes: ['y'],
      }).name,
    ).toBe('t');
    expect(merger.meta().tags[0]).toMatchObject({ applicable_type: 'all', classes: ['x', 'y'] });
  });

  test('settings that say something win; the tag they name keeps up with its new name', () => {
    const merger = createMetaMerger({
      ...emptyMeta(),
      tags: [{ name: 'g', value_type: 'none', color: '#000000' }],
    });
    const settings = { multiView: { enabled: true, tagName: 'g', tagId: null, isSynced: false } };
    const renames = merger.merge({
      ...emptyMeta(),
      tags: [{ name: 'g', value_type: 'any_string', color: '#000000' }],
      projectSettings: settings,
    });
    expect(renames.tags).toEqual(new Map([['g', 'g_1']]));
    expect(merger.meta().projectSettings).toMatchObject({ multiView: { tagName: 'g_1' } });
    merger.merge({
      ...emptyMeta(),
      projectSettings: { labelingInterface: 'default', multiView: { enabled: false } },
    });
    expect(merger.meta().projectSettings).toMatchObject({ multiView: { enabled: true } });
  });

  const metas = fc
    .record({
      classes: fc.uniqueArray(
        fc.record({
          title: fc.constantFrom('a', 'b', 'a_1'),
          shape: fc.constantFrom('point', 'line', 'any'),
        }),
        { selector: (one) => one.title },
      ),
      tags: fc.uniqueArray(
        fc.record({
          name: fc.constantFrom('t', 'u', 't_1'),
          value_type: fc.constantFrom('none', 'any_string', 'date'),
        }),
        { selector: (one) => one.name },
      ),
    })
    .map((json) => readMeta(json).meta);

  test('laws: nothing is lost, again changes nothing, titles stay unique, renames lead to the same shape', () => {
    fc.assert(
      fc.property(metas, metas, (into, other) => {
        const merger = createMetaMerger(into);
        const renames = merger.merge(other);
        const merged = merger.meta();
        const again = createMetaMerger(merged);
        expect(again.merge(other)).toEqual(renames);
        expect(again.meta()).toEqual(merged);
        expect(merged.classes.slice(0, into.classes.length)).toEqual(into.classes);
        expect(new Set(merged.classes.map(({ title }) => title)).size).toBe(merged.classes.length);
        for (const { title, shape } of other.classes) {
          const now = renames.classes.get(title) ?? title;
          expect(merged.classes.find((one) => one.title === now)?.shape).toBe(shape);
        }
        for (const { name, value_type } of other.tags) {
          const now = renames.tags.get(name) ?? name;
          expect(merged.tags.find((one: TagMeta) => one.name === now)?.value_type).toBe(value_type);
        }
      }),
    );
  });

  test('annotations follow', () => {
    const annotation: ImageAnnotation = {
      description: '',
      size: { width: 9, height: 9 },
      tags: [{ name: 't' }],
      objects: [
        {
          classTitle: 'a',
          tags: [{ name: 't', value: 1 }],
          geometryType: 'point',
          points: { exterior: [[1, 1]], interior: [] },
        },
      ],
    };
    const renamed = renameInAnnotation(annotation, {
      classes: new Map([['a', 'a_1']]),
      tags: new Map([['t', 't_1']]),
    });
    expect(renamed.objects[0]).toMatchObject({ classTitle: 'a_1', tags: [{ name: 't_1', value: 1 }] });
    expect(renamed.tags).toEqual([{ name: 't_1' }]);
    expect(annotation.tags).toEqual([{ name: 't' }]);
    expect(renameInAnnotation(annotation, { classes: new Map([['z', 'y']]), tags: new Map() })).toBe(
      annotation,
    );
  });

  test('known classes, again and again', () => {
    const into: ProjectMeta = {
      ...emptyMeta(),
      classes: Array.from({ length: 5000 }, (_, i) => ({
        title: `c${i}`,
        shape: 'any',
        color: '#000000',
        geometry_config: {},
      })),
    };
    const merger = createMetaMerger(into);
    for (let i = 0; i < 200_000; i++) merger.class({ title: `c${i % 5000}`, shape: 'any' });
    expect(merger.meta().classes).toHaveLength(5000);
  });
});

test('inferring: a class per title, any on conflict, graph nodes, tag types', () => {
  const points = { exterior: [[1, 1] as [number, number]], interior: [] };
  const inferrer = createMetaInferrer();
  const base = { description: '', size: { width: 9, height: 9 } };
  inferrer.add({
    ...base,
    tags: [
      { name: 'n', value: 1 },
      { name: 'd', value: '2024-01-31' },
      { name: 's', value: 'x' },
      { name: 'o' },
    ],
    objects: [
      { classTitle: 'p', tags: [{ name: 's', value: 'y' }], geometryType: 'point', points },
      { classTitle: 'k', tags: [], geometryType: 'graph', nodes: { a: { loc: [1, 2] } } },
      { classTitle: 'x', tags: [], geometryType: 'point', points },
    ],
  });
  inferrer.add({
    ...base,
    tags: [{ name: 'd', value: 'today' }],
    objects: [
      { classTitle: 'k', tags: [], geometryType: 'graph', nodes: { a: { loc: [5, 5] }, b: { loc: [3, 4] } } },
      { classTitle: 'x', tags: [], geometryType: 'line', points },
    ],
  });
  const { classes, tags } = inferrer.meta();
  expect(classes.map(({ title, shape }) => `${title} ${shape}`)).toEqual(['p point', 'k graph', 'x any']);
  expect(classes[1]!.geometry_config).toMatchObject({
    nodes: { a: { label: 'a', loc: [1, 2] }, b: { loc: [3, 4] } },
    edges: [],
  });
  expect(
    tags.map(({ name, value_type, applicable_type }) => `${name} ${value_type} ${applicable_type}`),
  ).toEqual(['n any_number imagesOnly', 'd any_string imagesOnly', 's any_string all', 'o none imagesOnly']);
});
