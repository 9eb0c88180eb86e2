/** Shapes of one picture as labels: class by name and shape, tags of attributes, groups as instances. */
import { randomUUID } from 'node:crypto';
import type { Geometry, Label, Tag } from '../../src/format/model.ts';
import type { ProjectWriter } from '../../src/plugin-kit/plugin.ts';
import { createShapeClasses } from '../../src/plugin-kit/shape-classes.ts';
import { createTagNames, type TagPlace } from '../../src/plugin-kit/tag-names.ts';
import { type Size, toNumber } from '../../src/plugin-kit/to-pixels.ts';
import type { CvatLabel, CvatLabels } from './cvat-labels.ts';
import { geometriesOf } from './geometry.ts';
import type { CvatShape } from './shapes.ts';

export interface ShapeWithFacts {
  label: string;
  shape: CvatShape;
  attributes: readonly [string, string][];
  occluded: boolean;
  group: number;
  zOrder: number;
  trackId?: number;
  /** Where it is, for what is said of it. */
  line: number;
}

/** Is told of what is left out, in the words of a problem. `kind` in the plural. */
export type Fault = (kind: string, line: number, message: string) => void;

export interface LabelMaker {
  /** Labels in the order they are drawn. */
  labels(shapes: readonly ShapeWithFacts[], size: Size, fault: Fault): Label[];
  /** A `<tag>` of a picture. */
  imageTags(label: string, attributes: readonly [string, string][], line: number, fault: Fault): Tag[];
}

export const UNLABELLED = 'unlabelled';

export function createLabelMaker(
  project: ProjectWriter,
  { known, rotatedAs }: { known: CvatLabels; rotatedAs: 'oriented_bbox' | 'polygon' },
): LabelMaker {
  const classes = createShapeClasses(project);
  const tags = createTagNames(project);

  function classOf(name: string, geometry: Geometry): string {
    const label = known.get(name);
    const color = label?.color === undefined ? {} : { color: label.color };
    if (geometry.geometryType !== 'graph') return classes.titleOf(name, geometry.geometryType, color);
    const ids = [...new Set([...(label?.nodes ?? []), ...Object.keys(geometry.nodes)])];
    return classes.titleOf(name, 'graph', { ...color, geometry_config: templateOf(ids, label) });
  }

  function attributeTag(
    [name, value]: readonly [string, string],
    label: string,
    on: TagPlace,
    as: string,
  ): Tag | undefined | string {
    const spec = known.get(label)?.attributes.get(name);
    if (value === '' || value === '__undefined__') return undefined;
    switch (spec?.input) {
      case 'checkbox':
        if (value !== 'true' && value !== 'false')
          return `expected true or false, got ${JSON.stringify(value)}`;
        return value === 'true' ? tags.none(as, on) : undefined;
      case 'number': {
        const number = toNumber(value);
        return number === undefined
          ? `expected a number, got ${JSON.stringify(value.slice(0, 80))}`
          : tags.number(as, number, on);
      }
      case 'select':
      case 'radio': {
        const [only, more] = spec.values;
        // Some programs write the choices in one line.
        const words =
          only !== undefined && more === undefined && only !== value ? only.split(/\s+/) : spec.values;
        return tags.oneOf(as, value, words.includes(value) ? words : spec.values, on);
      }
      default:
        return tags.text(as, value, on);
    }
  }

  function objectTags(shape: ShapeWithFacts, fault: Fault): Tag[] {
    const list: Tag[] = [];
    for (const attribute of shape.attributes) {
      const tag = attributeTag(attribute, shape.label, 'objectsOnly', attribute[0]);
      if (typeof tag === 'string')
        fault(
          'attributes that are not as their type says',
          shape.line,
          `attribute ${attribute[0]}: ${tag}; it is left out`,
        );
      else if (tag !== undefined) list.push(tag);
    }
    if (shape.occluded && !list.some(({ name }) => name === 'occluded'))
      list.push(tags.none('occluded', 'objectsOnly'));
    if (shape.trackId !== undefined) list.push(tags.number('track_id', shape.trackId, 'objectsOnly'));
    return list;
  }

  return {
    labels(shapes, size, fault) {
      const instances = new Map<number, string>();
      const made: { zOrder: number; label: Label }[] = [];
      for (const one of shapes) {
        const geometries = geometriesOf(one.shape, size, rotatedAs);
        if (typeof geometries === 'string' || geometries.length === 0) {
          const message =
            typeof geometries === 'string'
              ? geometries
              : `expected a part inside of ${size.width} x ${size.height}, got a ${one.shape.kind} that has none`;
          fault(
            typeof geometries === 'string' ? 'shapes that cannot be read' : 'shapes outside of their picture',
            one.line,
            `${message}; it is left out`,
          );
          continue;
        }
        if (one.label === '')
          fault('shapes without a label', one.line, `expected a label, got none; its class is ${UNLABELLED}`);
        const objectTagList = objectTags(one, fault);
        const instance = instanceOf(one.group, geometries.length, instances);
        for (const geometry of geometries) {
          const label: Label = {
            classTitle: classOf(one.label || UNLABELLED, geometry),
            tags: objectTagList,
            ...geometry,
            shape: geometry.geometryType,
            ...(instance === undefined ? {} : { instance }),
          };
          made.push({ zOrder: one.zOrder, label });
        }
      }
      return made.sort((a, b) => a.zOrder - b.zOrder).map(({ label }) => label);
    },

    imageTags(label, attributes, line, fault) {
      const list: Tag[] = [];
      let own = false;
      for (const attribute of attributes) {
        // A tag with a value is written as a label with this one attribute.
        const isValue = attribute[0] === 'value';
        const tag = attributeTag(
          attribute,
          label,
          'imagesOnly',
          isValue ? label : `${label}_${attribute[0]}`,
        );
        if (typeof tag === 'string')
          fault(
            'attributes that are not as their type says',
            line,
            `attribute ${attribute[0]}: ${tag}; it is left out`,
          );
        else if (tag !== undefined) {
          list.push(tag);
          own ||= isValue;
        }
      }
      return own ? list : [tags.none(label, 'imagesOnly'), ...list];
    },
  };
}

function instanceOf(group: number, parts: number, known: Map<number, string>): string | undefined {
  if (group === 0) return parts > 1 ? newInstance() : undefined;
  let instance = known.get(group);
  if (instance === undefined) {
    instance = newInstance();
    known.set(group, instance);
  }
  return instance;
}

const newInstance = (): string => randomUUID().replaceAll('-', '');

/** Node ids are the sub-labels. Those the drawing of the skeleton does not place stand in a circle. */
function templateOf(ids: readonly string[], label: CvatLabel | undefined): Record<string, unknown> {
  const nodes = Object.fromEntries(
    ids.map((id, i) => {
      const turn = (2 * Math.PI * i) / ids.length - Math.PI / 2;
      const circle = [Math.round(50 + 45 * Math.cos(turn)), Math.round(50 + 45 * Math.sin(turn))];
      return [id, { label: id, loc: label?.places.get(id) ?? circle, color: '#0000FF' }];
    }),
  );
  const edges = (label?.edges ?? []).map(([src, dst]) => ({ src, dst, color: '#00FF00' }));
  return { nodes, edges };
}
