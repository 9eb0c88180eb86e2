/** Keypoint names and `skeleton` <-> the template of a graph class. */

export interface Template {
  nodes: Record<string, { label: string; loc: [number, number]; color: string }>;
  edges: { src: string; dst: string; color: string }[];
  [key: string]: unknown;
}

const NODE_COLOR = '#0000FF';
const EDGE_COLOR = '#00FF00';

/** Node ids are the names. COCO has no layout, so the nodes stand in a circle of 100 x 100. */
export function graphTemplate(
  names: readonly string[],
  skeleton: unknown,
): { template: Template; dangling: number } {
  const template: Template = { nodes: {}, edges: [] };
  for (const [i, name] of names.entries()) {
    const angle = (2 * Math.PI * i) / names.length - Math.PI / 2;
    const loc: [number, number] = [
      Math.round(50 + 45 * Math.cos(angle)),
      Math.round(50 + 45 * Math.sin(angle)),
    ];
    template.nodes[name] = { label: name, loc, color: NODE_COLOR };
  }
  let dangling = 0;
  for (const pair of Array.isArray(skeleton) ? (skeleton as unknown[]) : []) {
    const [from, to] = Array.isArray(pair) ? (pair as unknown[]).map(Number) : [];
    const src = names[(from ?? 0) - 1];
    const dst = names[(to ?? 0) - 1];
    if (src === undefined || dst === undefined) dangling++;
    else template.edges.push({ src, dst, color: EDGE_COLOR });
  }
  return { template, dangling };
}

export interface Keypoints {
  ids: string[];
  names: string[];
  /** Pairs from 1. */
  skeleton: [number, number][];
}

/** The template of a graph class as COCO says it. */
export function keypointsOf(config: Readonly<Record<string, unknown>>): Keypoints {
  const nodes = (config.nodes ?? {}) as Record<string, { label?: unknown } | null>;
  const ids = Object.keys(nodes);
  const names = ids.map((id) => {
    const label = nodes[id]?.label;
    return typeof label === 'string' && label !== '' ? label : id;
  });
  const place = new Map(ids.map((id, i) => [id, i + 1]));
  const skeleton: [number, number][] = [];
  for (const edge of Array.isArray(config.edges)
    ? (config.edges as { src?: unknown; dst?: unknown }[])
    : []) {
    const from = place.get(String(edge?.src));
    const to = place.get(String(edge?.dst));
    if (from !== undefined && to !== undefined) skeleton.push([from, to]);
  }
  return { ids, names, skeleton };
}
