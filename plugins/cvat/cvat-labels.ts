/** `<labels>` of the file's `<meta>`: what CVAT knows of its classes before the first picture. */
import { readColor } from '../../src/format/colors.ts';
import { childOf, childText, parseXml, type XmlElement } from '../../src/plugin-kit/xml.ts';

export type InputType = 'select' | 'radio' | 'checkbox' | 'number' | 'text';

export interface CvatAttribute {
  input: InputType;
  /** Choices of select and radio. */
  values: string[];
}

export interface CvatLabel {
  name: string;
  color: string | undefined;
  attributes: Map<string, CvatAttribute>;
  /** Sub-labels of a skeleton, in the order of the file. */
  nodes: string[];
  edges: [from: string, to: string][];
  /** Place of each node in the drawing of the skeleton, 0..100. */
  places: Map<string, [number, number]>;
}

export type CvatLabels = Map<string, CvatLabel>;

const INPUTS: ReadonlySet<string> = new Set(['select', 'radio', 'checkbox', 'number', 'text']);

/** Adds to `known`: several tasks may be in one file, and several files in one source. */
export function readLabels(meta: XmlElement, known: CvatLabels): void {
  const lists = meta.children.flatMap((owner) => childOf(owner, 'labels') ?? []);
  const elements = lists.flatMap((list) => list.children.filter((child) => child.name === 'label'));
  const subLabels = new Set(elements.filter((one) => (childText(one, 'parent') ?? '') !== ''));
  for (const element of elements) if (!subLabels.has(element)) readLabel(element, known);
  for (const element of subLabels) {
    const parent = known.get(childText(element, 'parent') ?? '');
    const name = childText(element, 'name');
    if (parent !== undefined && name !== undefined && !parent.nodes.includes(name)) parent.nodes.push(name);
  }
  for (const element of elements) {
    const label = known.get(childText(element, 'name') ?? '');
    const svg = childText(element, 'svg');
    if (label !== undefined && label.nodes.length > 0 && svg !== undefined) readDrawing(svg, label);
  }
}

function readLabel(element: XmlElement, known: CvatLabels): void {
  const name = childText(element, 'name') ?? '';
  if (name === '') return;
  const label: CvatLabel = known.get(name) ?? {
    name,
    color: undefined,
    attributes: new Map(),
    nodes: [],
    edges: [],
    places: new Map(),
  };
  known.set(name, label);
  label.color ??= readColor(childText(element, 'color'));
  for (const attribute of childOf(element, 'attributes')?.children ?? []) {
    const attributeName = childText(attribute, 'name') ?? '';
    const input = (childText(attribute, 'input_type') ?? 'text').toLowerCase();
    if (attributeName === '') continue;
    const values = (childText(attribute, 'values') ?? '').split(/\r?\n/).map((one) => one.trim());
    label.attributes.set(attributeName, {
      input: INPUTS.has(input) ? (input as InputType) : 'text',
      values: [...new Set(values.filter((one) => one !== ''))],
    });
  }
}

/** The drawing of a skeleton says where its nodes are and which are joined. It is decoration: what is odd is left out. */
function readDrawing(svg: string, label: CvatLabel): void {
  let root: XmlElement;
  try {
    root = parseXml(`<svg>${svg}</svg>`, 'svg');
  } catch {
    return;
  }
  const parts = flat(root);
  const circles = parts.filter(({ name }) => name === 'circle');
  const byNode = new Map<string, string>();
  for (const [i, { attributes }] of circles.entries()) {
    const named = attributes['data-label-name'];
    const name = named !== undefined && label.nodes.includes(named) ? named : label.nodes[i];
    if (name === undefined) continue;
    byNode.set(attributes['data-node-id'] ?? attributes['data-element-id'] ?? String(i + 1), name);
    const [x, y] = [Number(attributes.cx), Number(attributes.cy)];
    if (Number.isFinite(x) && Number.isFinite(y)) label.places.set(name, [Math.round(x), Math.round(y)]);
  }
  for (const { name, attributes } of parts) {
    const from = byNode.get(attributes['data-node-from'] ?? '');
    const to = byNode.get(attributes['data-node-to'] ?? '');
    if (name !== 'line' || from === undefined || to === undefined) continue;
    if (!label.edges.some(([a, b]) => a === from && b === to)) label.edges.push([from, to]);
  }
}

function flat(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) => [child, ...flat(child)]);
}
