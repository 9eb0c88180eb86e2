/** The labelling interface for an export: the controls its results speak of, with classes and tags of the project. */
import type { ClassMeta, GeometryType, ProjectMeta, TagMeta } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { escapeXml } from '../../src/plugin-kit/xml.ts';
import { OBJECT } from './task-labels.ts';

export const IMAGE = 'image';
export const CONTROLS = {
  rectangle: { name: 'rectangle_labels', element: 'RectangleLabels', type: 'rectanglelabels' },
  polygon: { name: 'polygon_labels', element: 'PolygonLabels', type: 'polygonlabels' },
  brush: { name: 'brush_labels', element: 'BrushLabels', type: 'brushlabels' },
  keypoint: { name: 'keypoint_labels', element: 'KeyPointLabels', type: 'keypointlabels' },
} as const;
export type Control = keyof typeof CONTROLS;
/** Tags without a value are choices of one control. */
export const TAGS = 'tags';

const USED: Partial<Record<GeometryType, readonly Control[]>> = {
  rectangle: ['rectangle'],
  oriented_bbox: ['rectangle'],
  polygon: ['polygon', 'brush'],
  multipolygon: ['polygon', 'brush'],
  line: ['polygon'],
  bitmap: ['brush'],
  alpha_mask: ['brush'],
  point: ['keypoint'],
};

export function configXml(meta: ProjectMeta): string {
  const lines = ['<View>', `  <Image name="${IMAGE}" value="$${IMAGE}"/>`];
  for (const [control, { name, element }] of Object.entries(CONTROLS)) {
    const labels = meta.classes.flatMap((one) => labelsOf(one, control as Control));
    if (labels.length === 0) continue;
    lines.push(`  <${element} name="${name}" toName="${IMAGE}">`, ...labels, `  </${element}>`);
  }
  for (const on of ['imagesOnly', 'objectsOnly'] as const) {
    const tags = meta.tags.filter(
      ({ applicable_type = 'all' }) => applicable_type === 'all' || applicable_type === on,
    );
    lines.push(...controlsOf(tags, on));
  }
  lines.push('</View>', '');
  return lines.join('\n');
}

function labelsOf({ title, shape, color, geometry_config }: ClassMeta, control: Control): string[] {
  const label = (value: string): string =>
    `    <Label value="${escapeXml(value)}" background="${escapeXml(color)}"/>`;
  if (shape === 'graph') {
    if (control !== 'keypoint') return [];
    const nodes = isRecord(geometry_config.nodes) ? Object.keys(geometry_config.nodes) : [];
    return nodes.map((id) => label(nodeLabel({ title, geometry_config }, id)));
  }
  const used = shape === 'any' ? Object.keys(CONTROLS) : (USED[shape as GeometryType] ?? []);
  return used.includes(control) ? [label(title)] : [];
}

/** What a node of a graph is called as a keypoint. */
export function nodeLabel(
  { title, geometry_config }: Pick<ClassMeta, 'title' | 'geometry_config'>,
  id: string,
): string {
  const nodes = isRecord(geometry_config.nodes) ? geometry_config.nodes : {};
  const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
  const name = isRecord(node) && typeof node.label === 'string' && node.label !== '' ? node.label : id;
  return `${title}_${name}`;
}

/** Name of the control of a tag. */
export function controlOf(name: string, on: 'imagesOnly' | 'objectsOnly'): string {
  return on === 'objectsOnly' ? `${name}${OBJECT}` : name;
}

function controlsOf(tags: readonly TagMeta[], on: 'imagesOnly' | 'objectsOnly'): string[] {
  const region = on === 'objectsOnly' ? ' perRegion="true"' : '';
  const choices = (name: string, how: string, values: readonly string[]): string[] => [
    `  <Choices name="${escapeXml(controlOf(name, on))}" toName="${IMAGE}" choice="${how}"${region}>`,
    ...values.map((value) => `    <Choice value="${escapeXml(value)}"/>`),
    '  </Choices>',
  ];
  const plain = tags.filter(({ value_type }) => value_type === 'none').map(({ name }) => name);
  const lines = plain.length === 0 ? [] : choices(TAGS, 'multiple', plain);
  for (const { name, value_type, values = [] } of tags) {
    const attributes = `name="${escapeXml(controlOf(name, on))}" toName="${IMAGE}"${region}`;
    if (value_type === 'oneof_string') lines.push(...choices(name, 'single-radio', values));
    else if (value_type === 'any_number') lines.push(`  <Number ${attributes}/>`);
    else if (value_type !== 'none') lines.push(`  <TextArea ${attributes}/>`);
  }
  return lines;
}
