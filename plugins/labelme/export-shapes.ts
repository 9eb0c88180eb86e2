/** Labels of one picture as `shapes`. */
import type { Mask } from '../../src/format/bitmap.ts';
import type { ImageAnnotation, Label, Point, ProjectMeta, Tag } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { plainOutline } from '../../src/plugin-kit/exported-labels.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { writeGrey } from '../../src/plugin-kit/pixels/write-png.ts';
import { turnedBoxOf, turnedCorners } from '../../src/plugin-kit/round-shapes.ts';

interface Drawn {
  label?: string;
  shape_type: string;
  points: number[][];
  /** PNG as base64. */
  mask?: string;
}

export type ShapeWriter = (annotation: ImageAnnotation) => Record<string, unknown>[];

export function createShapeWriter(meta: ProjectMeta, losses: Losses): ShapeWriter {
  const graphs = new Map(meta.classes.map((one) => [one.title, one.geometry_config.nodes]));

  function nodeName(title: string, id: string): string {
    const nodes = graphs.get(title);
    const node = isRecord(nodes) && Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    return `${title}_${isRecord(node) && typeof node.label === 'string' && node.label !== '' ? node.label : id}`;
  }

  function drawn(label: Label, size: ImageAnnotation['size']): Drawn[] {
    switch (label.geometryType) {
      case 'rectangle': {
        const [a = [0, 0], b = [0, 0]] = label.points.exterior;
        const { x, y, width, height } = turnedBoxOf([a, b], 0);
        return [
          {
            shape_type: 'rectangle',
            points: [
              [x, y],
              [x + width, y + height],
            ],
          },
        ];
      }
      case 'oriented_bbox':
        losses.add('angle of an oriented box (it is written as its four corners)');
        return [{ shape_type: 'polygon', points: turnedCorners(turnedBoxOf(label.points, label.angle)) }];
      case 'line': {
        const { exterior } = label.points;
        return [{ shape_type: exterior.length === 2 ? 'line' : 'linestrip', points: exterior }];
      }
      case 'point':
        return [{ shape_type: 'point', points: label.points.exterior }];
      case 'polygon':
      case 'multipolygon':
      case 'bitmap':
      case 'alpha_mask': {
        const outline = plainOutline(label as Parameters<typeof plainOutline>[0], size, losses);
        if (outline === undefined) return [];
        if ('mask' in outline) return [maskShape(outline.mask)];
        return outline.rings.map((points) => ({ shape_type: 'polygon', points }));
      }
      case 'graph':
        losses.add('graph (its nodes are written as points of one group)');
        return Object.entries(label.nodes).map(([id, { loc }]) => ({
          label: nodeName(label.classTitle, id),
          shape_type: 'point',
          points: [loc as Point],
        }));
      default:
        losses.add(`label of shape ${label.geometryType}`);
        return [];
    }
  }

  return (annotation) => {
    const groups = new Map<string, number>();
    let last = 0;
    const groupOf = (instance: unknown, pieces: number): number | null => {
      if (typeof instance !== 'string' || instance === '') return pieces > 1 ? ++last : null;
      let group = groups.get(instance);
      if (group === undefined) {
        group = ++last;
        groups.set(instance, group);
      }
      return group;
    };
    return annotation.objects.flatMap((object) => {
      if (!isKnownLabel(object)) {
        losses.add(`label of shape ${object.geometryType}`);
        return [];
      }
      const pieces = drawn(object, annotation.size);
      const group_id = groupOf(object.instance, pieces.length);
      const flags = flagsOf(object.tags, losses);
      return pieces.map(({ label = object.classTitle, shape_type, points, mask = null }) => ({
        label,
        points,
        group_id,
        description: object.description ?? '',
        shape_type,
        flags,
        mask,
      }));
    });
  };
}

function flagsOf(tags: readonly Tag[], losses: Losses): Record<string, boolean> {
  for (const { name, value } of tags)
    if (value !== undefined && value !== null) losses.add(`value of object tag ${name}`);
  return Object.fromEntries(tags.map(({ name }) => [name, true]));
}

/** Corners are pixels, both inclusive. */
function maskShape({ x, y, width, height, data }: Mask): Drawn {
  const grey = data.map((pixel) => (pixel === 0 ? 0 : 255));
  return {
    shape_type: 'mask',
    points: [
      [x, y],
      [x + width - 1, y + height - 1],
    ],
    mask: writeGrey(grey, { width, height }).toString('base64'),
  };
}
