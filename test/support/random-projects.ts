/**
 * Small random projects for round trips: every label lies inside of its picture and is as the platform would store it.
 * What a format cannot carry is left out by naming the shapes and tags it can.
 */

import fc from 'fast-check';
import { encode } from 'fast-png';
import { decodeBitmap, encodeBitmap } from '../../src/format/bitmap.ts';
import type {
  ClassMeta,
  Geometry,
  GeometryType,
  ImageAnnotation,
  Label,
  Point,
  ProjectMeta,
  Tag,
  TagMeta,
} from '../../src/format/model.ts';
import type { Files } from './import-here.ts';

export const WIDTH = 37;
export const HEIGHT = 23;
export const PICTURE = encode({
  width: WIDTH,
  height: HEIGHT,
  channels: 1,
  depth: 8,
  data: new Uint8Array(WIDTH * HEIGHT).fill(120),
});

export interface RandomItem {
  dataset: string;
  name: string;
  annotation: ImageAnnotation;
}

export interface RandomProject {
  meta: ProjectMeta;
  items: RandomItem[];
}

export interface Wanted {
  shapes: readonly GeometryType[];
  objectTags: readonly TagMeta[];
  imageTags: readonly TagMeta[];
  instances: boolean;
  /** Polygons may have a hole. */
  holes?: boolean;
}

const x = fc.integer({ min: 0, max: WIDTH - 1 });
const y = fc.integer({ min: 0, max: HEIGHT - 1 });
const point: fc.Arbitrary<Point> = fc.tuple(x, y);
const distinct = (min: number, max: number): fc.Arbitrary<Point[]> =>
  fc.uniqueArray(point, { minLength: min, maxLength: max, selector: (one) => one.join() });
const box = fc.tuple(x, x, y, y).map(([a, b, c, d]): [Point, Point] => [
  [Math.min(a, b), Math.min(c, d)],
  [Math.max(a, b), Math.max(c, d)],
]);
const flat = (exterior: Point[]): { exterior: Point[]; interior: [] } => ({ exterior, interior: [] });

const SHAPES: Partial<Record<GeometryType, fc.Arbitrary<Geometry>>> = {
  point: point.map((one) => ({ geometryType: 'point', points: flat([one]) })),
  rectangle: box.map((corners) => ({ geometryType: 'rectangle', points: flat(corners) })),
  line: distinct(2, 6).map((ring) => ({ geometryType: 'line', points: flat(ring) })),
  polygon: distinct(3, 8).map((ring) => ({ geometryType: 'polygon', points: flat(ring) })),
  oriented_bbox: fc
    .tuple(
      fc.integer({ min: 10, max: 14 }),
      fc.integer({ min: 8, max: 10 }),
      fc.integer({ min: 0, max: 9 }),
      fc.double({ min: 0.01, max: 6.2, noNaN: true }),
    )
    .map(([left, top, side, angle]) => ({
      geometryType: 'oriented_bbox',
      points: [
        [left, top],
        [left + side, top + (side >> 1)],
      ],
      angle,
    })),
  bitmap: fc
    .tuple(x, y, fc.integer({ min: 1, max: 9 }), fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }))
    .map(([left, top, width, bits]) => {
      const w = Math.min(width, WIDTH - left);
      const h = Math.min(Math.max(1, Math.ceil(bits.length / w)), HEIGHT - top);
      const data = new Uint8Array(w * h);
      for (let i = 0; i < data.length; i++) data[i] = bits[i] === true ? 1 : 0;
      data[0] = 1;
      return { geometryType: 'bitmap', bitmap: encodeBitmap({ x: left, y: top, width: w, height: h, data }) };
    }),
  graph: fc.tuple(point, fc.option(point), fc.boolean()).map(
    ([head, foot, hidden]): Geometry => ({
      geometryType: 'graph',
      nodes: {
        head: hidden ? { loc: head, disabled: true } : { loc: head },
        ...(foot === null ? {} : { foot: { loc: foot } }),
      },
    }),
  ),
  cuboid_2d: fc.array(point, { minLength: 8, maxLength: 8 }).map((corners) => ({
    geometryType: 'cuboid_2d',
    vertices: Object.fromEntries(
      corners.map((loc, i) => [
        `face${i < 4 ? 1 : 2}-${['topleft', 'topright', 'bottomright', 'bottomleft'][i % 4]}`,
        { loc },
      ]),
    ),
  })),
};

const HOLED = fc.tuple(x, y).map(([a, b]): Geometry => {
  const left = Math.min(a, WIDTH - 9);
  const top = Math.min(b, HEIGHT - 9);
  const square = (from: number, to: number): Point[] => [
    [left + from, top + from],
    [left + to, top + from],
    [left + to, top + to],
    [left + from, top + to],
  ];
  return { geometryType: 'polygon', points: { exterior: square(0, 8), interior: [square(3, 5)] } };
});

export function randomProjects(wanted: Wanted): fc.Arbitrary<RandomProject> {
  const { shapes, objectTags, imageTags, instances, holes = false } = wanted;
  const classes = shapes.map(
    (shape): ClassMeta => ({
      title: `a ${shape} & "more" <é>`,
      shape,
      color: '#1F77B4',
      geometry_config:
        shape === 'graph'
          ? {
              nodes: { head: { label: 'head', loc: [50, 0] }, foot: { label: 'foot', loc: [50, 100] } },
              edges: [{ src: 'head', dst: 'foot' }],
            }
          : {},
    }),
  );
  const label = fc.oneof(
    ...shapes.map((shape) => {
      const geometry = SHAPES[shape];
      if (geometry === undefined) throw new Error(`no random ${shape}`);
      const any = shape === 'polygon' && holes ? fc.oneof(geometry, HOLED) : geometry;
      return fc
        .tuple(any, tagsOf(objectTags), fc.option(fc.constantFrom('i1', 'i2', 'i3')))
        .map(([one, tags, instance]): Label => {
          const classTitle = classes.find((each) => each.shape === shape)?.title ?? '';
          return {
            classTitle,
            tags,
            ...one,
            shape,
            ...(instances && instance !== null ? { instance } : {}),
          };
        });
    }),
  );
  const annotation = fc.tuple(fc.array(label, { maxLength: 6 }), tagsOf(imageTags)).map(
    ([objects, tags]): ImageAnnotation => ({
      description: '',
      size: { height: HEIGHT, width: WIDTH },
      tags,
      objects,
    }),
  );
  const item = fc.record({
    dataset: fc.constantFrom('day', 'night/rain', 'ü & <b>'),
    name: fc.constantFrom('a.png', 'b c.png', 'ö&"1".png', 'x.y.png'),
    annotation,
  });
  return fc
    .uniqueArray(item, { minLength: 1, maxLength: 4, selector: ({ dataset, name }) => `${dataset}/${name}` })
    .map((items) => ({
      meta: { classes, tags: [...objectTags, ...imageTags], projectType: 'images' },
      items,
    }));
}

function tagsOf(metas: readonly TagMeta[]): fc.Arbitrary<Tag[]> {
  return fc
    .tuple(
      ...metas.map((meta) =>
        fc.option(
          randomValue(meta).map(
            (value): Tag => (value === undefined ? { name: meta.name } : { name: meta.name, value }),
          ),
        ),
      ),
    )
    .map((tags) => tags.filter((tag) => tag !== null));
}

function randomValue({ value_type, values = [] }: TagMeta): fc.Arbitrary<string | number | undefined> {
  switch (value_type) {
    case 'any_number':
      return fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(0.5, -2.25, 1e6));
    case 'any_string':
      return fc.constantFrom('red', 'a "b" <c> & d', 'línea', 'true', '12');
    case 'oneof_string':
      return fc.constantFrom(...values);
    default:
      return fc.constant(undefined);
  }
}

export const tagMeta = (
  name: string,
  value_type: TagMeta['value_type'],
  more: Partial<TagMeta> = {},
): TagMeta => ({
  name,
  value_type,
  color: '#FF7F0E',
  ...more,
});

/** The project as an export finds it. */
export function projectFiles({ meta, items }: RandomProject): Files {
  const files: Record<string, string | Uint8Array> = { 'project/meta.json': JSON.stringify(meta) };
  const lines = items.map(({ dataset, name, annotation }, i) => {
    const [image, ann] = [`i${i}/img/${name}`, `i${i}/ann/${name}.json`];
    files[`project/${image}`] = PICTURE;
    files[`project/${ann}`] = JSON.stringify(annotation);
    return JSON.stringify({ dataset, name, image, ann, width: WIDTH, height: HEIGHT });
  });
  files['project/items.ndjson'] = lines.map((line) => `${line}\n`).join('');
  return files;
}

/** An annotation in a form two of which are equal when they say the same: no random keys, masks as pixels. */
export function comparable({ objects, tags }: ImageAnnotation): unknown {
  const instances = new Map<string, number>();
  return {
    tags: [...tags].map(plainTag).sort(byText),
    objects: (objects as Label[]).map(({ classTitle, tags: own, instance, geometryType, shape, ...rest }) => {
      if (typeof instance === 'string' && !instances.has(instance)) instances.set(instance, instances.size);
      return {
        classTitle,
        geometryType,
        shape,
        geometry: plainGeometry({ geometryType, ...rest } as Geometry),
        tags: own.map(plainTag).sort(byText),
        instance: typeof instance === 'string' ? instances.get(instance) : undefined,
      };
    }),
  };
}

const plainTag = ({ name, value }: Tag): string => JSON.stringify([name, value ?? null]);
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

function plainGeometry(geometry: Geometry): unknown {
  switch (geometry.geometryType) {
    case 'bitmap':
    case 'alpha_mask':
      return maskRows(geometry.bitmap);
    case 'oriented_bbox': {
      const turn = ((geometry.angle % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI);
      return [geometry.points, Number(turn.toFixed(6)) % Number((2 * Math.PI).toFixed(6))];
    }
    case 'graph':
      return geometry.nodes;
    case 'cuboid_2d':
      return geometry.vertices;
    case 'multipolygon':
      return geometry.parts;
    case 'multichannelBitmap':
      return geometry.multichannelBitmap;
    default:
      return geometry.points;
  }
}

/** Left, top and the rows as text of 0 and 1. */
export function maskRows(
  bitmap: Extract<Geometry, { geometryType: 'bitmap' | 'alpha_mask' }>['bitmap'],
): unknown {
  const { x: left, y: top, width, height, data } = decodeBitmap(bitmap);
  const rows = Array.from({ length: height }, (_, row) =>
    [...data.subarray(row * width, (row + 1) * width)].join(''),
  );
  return [left, top, ...rows];
}
