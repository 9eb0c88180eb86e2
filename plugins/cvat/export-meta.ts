/** Classes and tags of a project as `<meta>`: labels with their attributes, skeletons with their drawing. */
import type { ClassMeta, ProjectMeta, TagMeta } from '../../src/format/model.ts';
import { isRecord } from '../../src/format/problem.ts';
import { escapeXml } from '../../src/plugin-kit/xml.ts';

export interface SkeletonNodes {
  /** Node id -> sub-label, in the order of the template. */
  names: ReadonlyMap<string, string>;
}

interface Label {
  name: string;
  color: string;
  type: 'any' | 'tag' | 'skeleton';
  attributes: Map<string, TagMeta>;
  graph?: ClassMeta;
}

/** Attribute of an image tag that has a value. */
export const VALUE = 'value';

export function metaXml(project: string, meta: ProjectMeta): string {
  const labels = planLabels(meta);
  return [
    '  <meta>',
    '    <project>',
    `      <name>${escapeXml(project)}</name>`,
    '      <labels>',
    ...[...labels.values()].flatMap(labelXml),
    '      </labels>',
    '    </project>',
    '  </meta>',
    '',
  ].join('\n');
}

function planLabels({ classes, tags }: ProjectMeta): Map<string, Label> {
  const labels = new Map<string, Label>();
  for (const one of classes) {
    const attributes = new Map(
      tags
        .filter(
          (tag) =>
            tag.applicable_type !== 'imagesOnly' &&
            !isOccluded(tag) &&
            ((tag.classes ?? []).length === 0 || tag.classes?.includes(one.title) === true),
        )
        .map((tag) => [tag.name, tag]),
    );
    const { title: name, color } = one;
    labels.set(name, {
      name,
      color,
      type: one.shape === 'graph' ? 'skeleton' : 'any',
      attributes,
      ...(one.shape === 'graph' ? { graph: one } : {}),
    });
  }
  for (const tag of tags) {
    if (tag.applicable_type === 'objectsOnly') continue;
    const { name, color } = tag;
    const label: Label = labels.get(name) ?? { name, color, type: 'tag', attributes: new Map() };
    if (tag.value_type !== 'none') label.attributes.set(VALUE, tag);
    labels.set(name, label);
  }
  return labels;
}

/** Said by the shape itself. */
export const isOccluded = ({ name, value_type }: TagMeta): boolean =>
  name === 'occluded' && value_type === 'none';

function labelXml({ name, color, type, attributes, graph }: Label): string[] {
  const names = graph === undefined ? undefined : skeletonNames(graph);
  return [
    '        <label>',
    `          <name>${escapeXml(name)}</name>`,
    `          <color>${escapeXml(color.toLowerCase())}</color>`,
    `          <type>${type}</type>`,
    '          <attributes>',
    ...[...attributes].flatMap(([attribute, tag]) => attributeXml(attribute, tag)),
    '          </attributes>',
    ...(graph === undefined || names === undefined
      ? []
      : [`          <svg>${escapeXml(drawing(graph, names))}</svg>`]),
    '        </label>',
    ...[...(names?.values() ?? [])].flatMap((node) => [
      '        <label>',
      `          <name>${escapeXml(node)}</name>`,
      '          <type>points</type>',
      '          <attributes>',
      '          </attributes>',
      `          <parent>${escapeXml(name)}</parent>`,
      '        </label>',
    ]),
  ];
}

function attributeXml(name: string, { value_type, values = [] }: TagMeta): string[] {
  const [input, initial, choices] =
    value_type === 'none'
      ? ['checkbox', 'false', ['false']]
      : value_type === 'any_number'
        ? ['number', '0', ['-1000000000', '1000000000', '1']]
        : value_type === 'oneof_string'
          ? ['select', '__undefined__', ['__undefined__', ...values]]
          : ['text', '', ['']];
  return [
    '            <attribute>',
    `              <name>${escapeXml(name)}</name>`,
    '              <mutable>True</mutable>',
    `              <input_type>${input}</input_type>`,
    `              <default_value>${initial}</default_value>`,
    `              <values>${choices.map(escapeXml).join('\n')}</values>`,
    '            </attribute>',
  ];
}

/** Node ids -> sub-labels: what the template calls them, else the ids. */
export function skeletonNames({ geometry_config }: Pick<ClassMeta, 'geometry_config'>): Map<string, string> {
  const nodes = isRecord(geometry_config.nodes) ? geometry_config.nodes : {};
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const [id, node] of Object.entries(nodes)) {
    const label = isRecord(node) && typeof node.label === 'string' && node.label !== '' ? node.label : id;
    let name = label;
    for (let n = 2; taken.has(name); n++) name = `${label}_${n}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function drawing({ geometry_config }: ClassMeta, names: ReadonlyMap<string, string>): string {
  const nodes = isRecord(geometry_config.nodes) ? geometry_config.nodes : {};
  const ids = [...names.keys()];
  const places = new Map(ids.map((id, i) => [id, placeOf(nodes[id], i, ids.length)]));
  const edges = Array.isArray(geometry_config.edges) ? (geometry_config.edges as unknown[]) : [];
  const lines = edges.flatMap((edge) => {
    if (!isRecord(edge)) return [];
    const [from, to] = [String(edge.src), String(edge.dst)];
    const [a, b] = [places.get(from), places.get(to)];
    if (a === undefined || b === undefined) return [];
    return [
      `<line x1="${a[0]}" y1="${a[1]}" x2="${b[0]}" y2="${b[1]}" stroke="black" data-type="edge" data-node-from="${ids.indexOf(from) + 1}" stroke-width="0.5" data-node-to="${ids.indexOf(to) + 1}"></line>`,
    ];
  });
  const circles = ids.map((id, i) => {
    const [x, y] = places.get(id) ?? [0, 0];
    return `<circle r="1.5" stroke="black" fill="#b3b3b3" cx="${x}" cy="${y}" stroke-width="0.1" data-type="element node" data-element-id="${i + 1}" data-node-id="${i + 1}" data-label-name="${escapeXml(names.get(id) ?? id)}"></circle>`;
  });
  return [...lines, ...circles].join('\n');
}

function placeOf(node: unknown, i: number, count: number): [number, number] {
  const loc = isRecord(node) && Array.isArray(node.loc) ? (node.loc as unknown[]).map(Number) : [];
  const [x, y] = loc;
  if (x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)) return [x, y];
  const turn = (2 * Math.PI * i) / count;
  return [Math.round(50 + 45 * Math.cos(turn)), Math.round(50 + 45 * Math.sin(turn))];
}
