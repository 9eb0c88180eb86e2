/**
 * The meta of annotations that came without one: a class per title (`any` where it is seen with two
 * geometries), graph templates from the nodes seen, tag types from the values seen. The same annotations in
 * another order give the same meta but for the order of its lists.
 */
import { createColorPicker } from './colors.ts';
import { emptyMeta } from './meta.ts';
import type { GraphNode, ImageAnnotation, ProjectMeta, Tag, TagValueType } from './model.ts';
import { isKnownLabel } from './read-geometry.ts';
import { isDate } from './read-tags.ts';

export interface MetaInferrer {
  add(annotation: ImageAnnotation): void;
  meta(): ProjectMeta;
}

interface SeenClass {
  shape: string;
  /** Node id -> where it was first seen; the layout a person sees in the editor. */
  nodes: Map<string, GraphNode['loc']>;
}

interface SeenTag {
  type: TagValueType;
  images: boolean;
  objects: boolean;
}

export function createMetaInferrer(): MetaInferrer {
  const classes = new Map<string, SeenClass>();
  const tags = new Map<string, SeenTag>();

  function addTag(tag: Tag, on: 'images' | 'objects'): void {
    const type = inferValueType(tag.value);
    const seen = tags.get(tag.name);
    if (seen === undefined) {
      tags.set(tag.name, { type, images: on === 'images', objects: on === 'objects' });
      return;
    }
    seen.type = widerType(seen.type, type);
    seen[on] = true;
  }

  return {
    add(annotation) {
      for (const tag of annotation.tags) addTag(tag, 'images');
      for (const object of annotation.objects) {
        for (const tag of object.tags) addTag(tag, 'objects');
        let seen = classes.get(object.classTitle);
        if (seen === undefined) {
          seen = { shape: object.geometryType, nodes: new Map() };
          classes.set(object.classTitle, seen);
        } else if (seen.shape !== object.geometryType) seen.shape = 'any';
        if (!isKnownLabel(object) || object.geometryType !== 'graph') continue;
        for (const [id, node] of Object.entries(object.nodes))
          if (!seen.nodes.has(id)) seen.nodes.set(id, node.loc);
      }
    },
    meta() {
      const colors = createColorPicker([]);
      return {
        ...emptyMeta('images'),
        classes: [...classes].map(([title, { shape, nodes }]) => ({
          title,
          shape,
          color: colors.take(),
          geometry_config: shape === 'graph' ? template(nodes) : {},
        })),
        tags: [...tags].map(([name, seen]) => ({
          name,
          value_type: seen.type,
          color: colors.take(),
          applicable_type: seen.images && seen.objects ? 'all' : seen.images ? 'imagesOnly' : 'objectsOnly',
        })),
      };
    },
  };
}

/** What a single value says of its tag. */
export function inferValueType(value: Tag['value']): TagValueType {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'number') return 'any_number';
  return isDate(value) ? 'date' : 'any_string';
}

function widerType(a: TagValueType, b: TagValueType): TagValueType {
  if (a === b || b === 'none') return a;
  return a === 'none' ? b : 'any_string';
}

function template(nodes: ReadonlyMap<string, GraphNode['loc']>): Record<string, unknown> {
  return {
    nodes: Object.fromEntries([...nodes].map(([id, loc]) => [id, { label: id, loc, color: '#0000FF' }])),
    edges: [],
  };
}
