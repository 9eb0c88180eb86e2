/** Labels and tags of one picture as the `result` of an annotation. */
import type {
  ImageAnnotation,
  Label,
  Point,
  Points,
  ProjectMeta,
  Ring,
  Tag,
} from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { plainOutline } from '../../src/plugin-kit/exported-labels.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { turnedBoxOf, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';
import type { Size } from '../../src/plugin-kit/to-pixels.ts';
import { encodeBrush } from './brush-rle.ts';
import { CONTROLS, type Control, controlOf, IMAGE, nodeLabel, TAGS } from './export-config.ts';

type Result = Record<string, unknown>;

interface Drawn {
  control: Control;
  value: Record<string, unknown>;
  label?: string;
}

/** Percent. */
const KEYPOINT_WIDTH = 0.5;

/** Left top and right bottom pixel, before a turn. */
const cornersOf = (points: Points | readonly Point[]): readonly Point[] =>
  'exterior' in points ? points.exterior : points;

export type ResultWriter = (annotation: ImageAnnotation) => Result[];

export function createResultWriter(meta: ProjectMeta, losses: Losses): ResultWriter {
  const classes = new Map(meta.classes.map((one) => [one.title, one]));
  const types = new Map(meta.tags.map((one) => [one.name, one.value_type]));

  function drawn(label: Label, size: Size): Drawn[] {
    const percent = ([x, y]: Point): Point => [(100 * x) / size.width, (100 * y) / size.height];
    const polygon = (ring: Ring, closed = true): Drawn => ({
      control: 'polygon',
      value: { points: ring.map(percent), closed },
    });
    const keypoint = (point: Point, name?: string): Drawn => {
      const [x, y] = percent(point);
      return {
        control: 'keypoint',
        value: { x, y, width: KEYPOINT_WIDTH },
        ...(name === undefined ? {} : { label: name }),
      };
    };
    switch (label.geometryType) {
      case 'rectangle':
      case 'oriented_bbox': {
        const [a = [0, 0], b = [0, 0]] = cornersOf(label.points);
        const angle = label.geometryType === 'rectangle' ? 0 : Number(label.angle);
        const box = turnedBoxOf([a, b], angle);
        const [corner = [0, 0]] = turnedCorners(box);
        const [x, y] = percent(corner);
        const [width, height] = percent([box.width, box.height]);
        const rotation = ((((box.angle * 180) / Math.PI) % 360) + 360) % 360;
        return [{ control: 'rectangle', value: { x, y, width, height, rotation } }];
      }
      case 'line':
        losses.add('line (it is written as an open polygon)');
        return [polygon(label.points.exterior, false)];
      case 'point':
        return label.points.exterior.map((point) => keypoint(point));
      case 'polygon':
      case 'multipolygon':
      case 'bitmap':
      case 'alpha_mask': {
        const outline = plainOutline(label as Parameters<typeof plainOutline>[0], size, losses);
        if (outline === undefined) return [];
        if ('rings' in outline) return outline.rings.map((ring) => polygon(ring));
        return [{ control: 'brush', value: { format: 'rle', rle: encodeBrush(outline.mask, size) } }];
      }
      case 'graph': {
        losses.add('graph (its nodes are written as keypoints with relations)');
        const own = classes.get(label.classTitle) ?? { title: label.classTitle, geometry_config: {} };
        return Object.entries(label.nodes).map(([id, { loc }]) => keypoint(loc, nodeLabel(own, id)));
      }
      default:
        losses.add(`label of shape ${label.geometryType}`);
        return [];
    }
  }

  /** Entries for tags; `id` is that of the region they belong to, or of each answer about the picture. */
  function answers(
    tags: readonly Tag[],
    on: 'imagesOnly' | 'objectsOnly',
    id: (n: number) => string,
  ): Result[] {
    const plain: string[] = [];
    const list: { control: string; type: string; value: Record<string, unknown> }[] = [];
    for (const { name, value } of tags) {
      if (value === undefined || value === null) plain.push(name);
      else if (typeof value === 'number')
        list.push({ control: name, type: 'number', value: { number: value } });
      else if (value === '') losses.add(`empty value of tag ${name}`);
      else if (types.get(name) === 'oneof_string')
        list.push({ control: name, type: 'choices', value: { choices: [value] } });
      else {
        if (types.get(name) === 'date') losses.add(`date of tag ${name} (it is written as a text)`);
        list.push({ control: name, type: 'textarea', value: { text: [value] } });
      }
    }
    if (plain.length > 0)
      list.unshift({ control: TAGS, type: 'choices', value: { choices: [...new Set(plain)] } });
    return list.map(({ control, type, value }, n) => ({
      id: id(n),
      from_name: controlOf(control, on),
      to_name: IMAGE,
      type,
      origin: 'manual',
      value,
    }));
  }

  return ({ objects, tags, size }) => {
    const results: Result[] = answers(tags, 'imagesOnly', (n) => `tag-${n + 1}`);
    const relations: Result[] = [];
    const members = new Map<string, { last: string; count: number }>();
    let regions = 0;
    const relate = (from_id: string, to_id: string): void =>
      void relations.push({ from_id, to_id, type: 'relation', direction: 'right' });
    for (const object of objects) {
      if (!isKnownLabel(object)) {
        losses.add(`label of shape ${object.geometryType}`);
        continue;
      }
      let before: string | undefined;
      for (const { control, value, label = object.classTitle } of drawn(object, size)) {
        const id = `region-${++regions}`;
        const { name, type } = CONTROLS[control];
        results.push({
          id,
          from_name: name,
          to_name: IMAGE,
          type,
          origin: 'manual',
          original_width: size.width,
          original_height: size.height,
          image_rotation: 0,
          value: { ...value, [type]: [label] },
          ...(object.description === undefined || object.description === ''
            ? {}
            : { meta: { text: [object.description] } }),
        });
        results.push(...answers(object.tags, 'objectsOnly', () => id));
        if (before !== undefined) relate(before, id);
        before = id;
      }
      const { instance } = object;
      if (before === undefined || typeof instance !== 'string' || instance === '') continue;
      const known = members.get(instance);
      if (known !== undefined) relate(known.last, before);
      members.set(instance, { last: before, count: (known?.count ?? 0) + 1 });
    }
    for (const { count } of members.values()) if (count === 1) losses.add('instance of one label only');
    return [...results, ...relations];
  };
}
