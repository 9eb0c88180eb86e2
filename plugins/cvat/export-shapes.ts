/** Labels of one picture as elements. */
import type { ImageAnnotation, Label, Point, ProjectMeta, Ring, Tag } from '../../src/format/model.ts';
import { isKnownLabel } from '../../src/format/read-geometry.ts';
import { plainOutline } from '../../src/plugin-kit/exported-labels.ts';
import type { Losses } from '../../src/plugin-kit/losses.ts';
import { turnedBoxOf } from '../../src/plugin-kit/round-shapes.ts';
import { escapeXml } from '../../src/plugin-kit/xml.ts';
import { skeletonNames, VALUE } from './export-meta.ts';
import { VERTICES } from './geometry.ts';
import { encodeRuns } from './mask-rle.ts';

export type ShapeWriter = (annotation: ImageAnnotation) => string[];

/** Lines of XML for an annotation, tags first. */
export function createShapeWriter(meta: ProjectMeta, losses: Losses): ShapeWriter {
  const nodeNames = new Map(
    meta.classes.filter(({ shape }) => shape === 'graph').map((one) => [one.title, skeletonNames(one)]),
  );

  /** `attributes` of the element without label, group and order. */
  function drawn(label: Label, size: ImageAnnotation['size']): Drawn[] {
    switch (label.geometryType) {
      case 'rectangle': {
        const box = turnedBoxOf([label.points.exterior[0] ?? [0, 0], label.points.exterior[1] ?? [0, 0]], 0);
        return [{ name: 'box', attributes: boxAttributes(box) }];
      }
      case 'oriented_bbox': {
        const degrees = ((((label.angle * 180) / Math.PI) % 360) + 360) % 360;
        const attributes = boxAttributes(turnedBoxOf(label.points, label.angle));
        return [{ name: 'box', attributes: { ...attributes, rotation: plain(degrees) } }];
      }
      case 'line':
        return [{ name: 'polyline', attributes: { points: pointList(label.points.exterior) } }];
      case 'point':
        return [{ name: 'points', attributes: { points: pointList(label.points.exterior) } }];
      case 'polygon':
      case 'multipolygon':
      case 'bitmap':
      case 'alpha_mask': {
        const outline = plainOutline(label as Parameters<typeof plainOutline>[0], size, losses);
        if (outline === undefined) return [];
        if ('rings' in outline)
          return outline.rings.map((ring) => ({ name: 'polygon', attributes: { points: pointList(ring) } }));
        const { x, y, width, height } = outline.mask;
        const attributes = {
          rle: encodeRuns(outline.mask),
          left: String(x),
          top: String(y),
          width: String(width),
          height: String(height),
        };
        return [{ name: 'mask', attributes }];
      }
      case 'cuboid_2d': {
        const attributes: Record<string, string> = {};
        for (const face of [1, 2]) {
          for (const vertex of VERTICES) {
            const loc = label.vertices[`face${face}-${vertex}`]?.loc;
            if (loc === undefined) return [];
            const short = `${vertex.startsWith('top') ? 't' : 'b'}${vertex.endsWith('left') ? 'l' : 'r'}${face}`;
            attributes[`x${short}`] = plain(loc[0]);
            attributes[`y${short}`] = plain(loc[1]);
          }
        }
        return [{ name: 'cuboid', attributes }];
      }
      case 'graph':
        return [
          { name: 'skeleton', attributes: {}, lines: nodeLines(label, nodeNames.get(label.classTitle)) },
        ];
      default:
        losses.add(`label of shape ${label.geometryType}`);
        return [];
    }
  }

  function shapeLines(label: Label, { size, order, groupOf }: Place): string[] {
    const occluded = label.tags.some(isOccludedTag);
    const attributes = attributeLines(
      label.tags.filter((tag) => !isOccludedTag(tag)),
      losses,
    );
    const pieces = drawn(label, size);
    const group = groupOf(label, pieces.length);
    if (label.description !== undefined && label.description !== '') losses.add('description of a label');
    return pieces.flatMap(({ name, attributes: own, lines = [] }) => [
      element(name, {
        label: label.classTitle,
        source: 'manual',
        occluded: occluded ? '1' : '0',
        ...own,
        z_order: String(order),
        ...(group === 0 ? {} : { group_id: String(group) }),
      }),
      ...lines,
      ...attributes,
      `    </${name}>`,
    ]);
  }

  return (annotation) => {
    const groups = new Map<string, number>();
    let last = 0;
    const groupOf = ({ instance }: Label, pieces: number): number => {
      if (typeof instance !== 'string' || instance === '') return pieces > 1 ? ++last : 0;
      let group = groups.get(instance);
      if (group === undefined) {
        group = ++last;
        groups.set(instance, group);
      }
      return group;
    };
    if (annotation.description !== '') losses.add('description of an image');
    const lines = annotation.tags.flatMap((tag) => tagLines(tag, losses));
    for (const [order, object] of annotation.objects.entries()) {
      if (isKnownLabel(object)) lines.push(...shapeLines(object, { size: annotation.size, order, groupOf }));
      else losses.add(`label of shape ${object.geometryType}`);
    }
    return lines;
  };
}

interface Drawn {
  name: string;
  attributes: Record<string, string>;
  lines?: string[];
}

interface Place {
  size: ImageAnnotation['size'];
  order: number;
  groupOf(label: Label, pieces: number): number;
}

const isOccludedTag = ({ name, value }: Tag): boolean =>
  name === 'occluded' && (value === undefined || value === null);

function tagLines({ name, value }: Tag, losses: Losses): string[] {
  const values: Tag[] = value === undefined || value === null ? [] : [{ name: VALUE, value }];
  return [element('tag', { label: name, source: 'manual' }), ...attributeLines(values, losses), '    </tag>'];
}

function attributeLines(tags: readonly Tag[], losses: Losses): string[] {
  const seen = new Map<string, string>();
  for (const { name, value } of tags) {
    const text = value === undefined || value === null ? 'true' : String(value);
    if (text === '') losses.add(`empty value of tag ${name}`);
    else if (!seen.has(name)) seen.set(name, text);
    else if (seen.get(name) !== text) losses.add(`value after the first of object tag ${name}`);
  }
  return [...seen].map(
    ([name, text]) => `      <attribute name="${escapeXml(name)}">${escapeXml(text)}</attribute>`,
  );
}

function nodeLines(
  { nodes }: Extract<Label, { geometryType: 'graph' }>,
  names: ReadonlyMap<string, string> | undefined,
): string[] {
  const ids = [...new Set([...(names?.keys() ?? []), ...Object.keys(nodes)])];
  return ids.flatMap((id) => {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    const attributes = {
      label: names?.get(id) ?? id,
      source: 'manual',
      outside: node === undefined ? '1' : '0',
      occluded: node?.disabled === true ? '1' : '0',
      points: pointList([node?.loc ?? [0, 0]]),
    };
    return [`  ${element('points', attributes)}`, '      </points>'];
  });
}

function boxAttributes({ x, y, width, height }: ReturnType<typeof turnedBoxOf>): Record<string, string> {
  return { xtl: plain(x), ytl: plain(y), xbr: plain(x + width), ybr: plain(y + height) };
}

const pointList = (ring: Ring): string => ring.map(([x, y]: Point) => `${plain(x)},${plain(y)}`).join(';');

/** Never with an exponent, which not every reader takes. */
function plain(number: number): string {
  const text = String(number);
  return text.includes('e') ? number.toFixed(12).replace(/\.?0+$/, '') : text;
}

export function element(name: string, attributes: Readonly<Record<string, string>>): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `    <${name}${list.join('')}>`;
}
