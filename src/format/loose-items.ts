/**
 * Pictures and annotations that lie anywhere: who belongs to whom, by name. An annotation is
 * `<name with extension>.json` or `<stem>.json`; of several the one nearest in the tree is meant.
 */
import path from 'node:path';
import { isJunk } from './project-folders.ts';
import type { FoundItem } from './project-tree.ts';

export interface LooseItems {
  items: (FoundItem & { image: string })[];
  metaFile?: string;
  /** Annotations that more than one picture would take; `given` says whether they got it. */
  shared: { ann: string; items: string[]; given: boolean }[];
  /** JSON files that belong to no picture. */
  orphans: string[];
}

export function matchLooseItems(paths: Iterable<string>, isImage: (path: string) => boolean): LooseItems {
  const images: string[] = [];
  const anns = new Map<string, string[]>();
  const metas = new Map<string, string[]>();
  const metaFiles: string[] = [];
  for (const file of paths) {
    const { base, dir } = path.posix.parse(file);
    if (isJunk(base)) continue;
    if (isImage(file)) images.push(file);
    else if (base === 'meta.json') metaFiles.push(file);
    else if (base.endsWith('.json')) add(path.posix.basename(dir) === 'meta' ? metas : anns, base, file);
  }
  const claims = new Map<string, { item: FoundItem; exact: boolean }[]>();
  const found: LooseItems = { items: [], shared: [], orphans: [] };
  for (const image of images) {
    const { base, name } = path.posix.parse(image);
    const item: FoundItem & { image: string } = { name: base, image };
    const exact = nearest(image, anns.get(`${base}.json`));
    const byStem = nearest(image, anns.get(`${name}.json`));
    const ann = closer(exact, byStem);
    if (ann !== undefined) {
      const list = claims.get(ann.file) ?? [];
      list.push({ item, exact: ann === exact });
      claims.set(ann.file, list);
    }
    const meta = nearest(image, metas.get(`${base}.json`));
    if (meta !== undefined) item.meta = meta.file;
    found.items.push(item);
  }
  for (const [ann, list] of claims) {
    const exact = list.filter((claim) => claim.exact);
    const owners = exact.length > 0 ? exact : list;
    // By stem alone `a.jpg` and `a.png` cannot both be meant; equal names in several folders can.
    const given = exact.length > 0 || new Set(list.map(({ item }) => item.name)).size === 1;
    if (given) for (const { item } of owners) item.ann = ann;
    if (owners.length > 1)
      found.shared.push({ ann, items: owners.map(({ item }) => item.image ?? item.name), given });
  }
  const [metaFile] = metaFiles.sort((a, b) => depth(a) - depth(b));
  if (metaFile !== undefined) found.metaFile = metaFile;
  for (const list of anns.values()) found.orphans.push(...list.filter((ann) => !claims.has(ann)));
  return found;
}

interface Candidate {
  file: string;
  distance: number;
}

function nearest(image: string, candidates: readonly string[] | undefined): Candidate | undefined {
  let best: Candidate | undefined;
  for (const file of candidates ?? []) {
    const distance = stepsBetween(image, file);
    if (best === undefined || distance < best.distance) best = { file, distance };
  }
  return best;
}

/** The full name counts more, but not against an annotation that lies nearer. */
function closer(exact: Candidate | undefined, byStem: Candidate | undefined): Candidate | undefined {
  if (exact === undefined || byStem === undefined) return exact ?? byStem;
  return byStem.distance < exact.distance ? byStem : exact;
}

/** Folders one has to leave and enter on the way from one file to the other. */
function stepsBetween(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let common = 0;
  while (common < left.length - 1 && common < right.length - 1 && left[common] === right[common]) common++;
  return left.length + right.length - 2 - 2 * common;
}

const depth = (file: string): number => file.split('/').length;

function add(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
