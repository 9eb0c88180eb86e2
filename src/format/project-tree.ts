/**
 * Finds Supervisely projects in a list of paths; opens nothing. A folder with `meta.json` is a project, a
 * folder with items or annotations is a dataset, `datasets/` leads to nested ones. Datasets without any
 * `meta.json` above them form one project together. Memory is proportional to the paths.
 */
import path from 'node:path';
import { ITEM_FOLDERS, isJunk, RESERVED_FOLDERS } from './project-folders.ts';

export interface FoundItem {
  name: string;
  /** Absent: annotations without pictures, links, members of a blob. */
  image?: string;
  ann?: string;
  info?: string;
  meta?: string;
}

export interface FoundDataset {
  /** Name with parents, `ds1/ds1_1`. */
  path: string;
  folder: string;
  /** `img`, `video`, `pointcloud` or `volume`. */
  itemFolder: string;
  items: FoundItem[];
  /** Annotations and sidecars whose item is not there. */
  orphans: string[];
  /** Items whose only annotation is one `<stem>.json` that others claim too; they are listed without it. */
  clashes: { ann: string; items: string[] }[];
  /** Names of the tars in `blob/` that hold items of this dataset. */
  blobs: string[];
}

export interface FoundProject {
  /** Folder, '' for the root of the paths. */
  root: string;
  metaFile?: string;
  datasets: FoundDataset[];
  /** Paths of `blob/*.tar`. */
  blobs: string[];
}

export interface FoundTree {
  projects: FoundProject[];
  /** Every path that no project has a use for, in the order given. */
  rest: string[];
}

interface Folder {
  path: string;
  name: string;
  files: string[];
  folders: Map<string, Folder>;
}

interface Draft {
  root: Folder | undefined;
  datasets: { folder: Folder; parts: string[] }[];
}

export function findProjects(paths: Iterable<string>): FoundTree {
  const all = [...paths];
  const top = buildFolders(all);
  const bare: Draft = { root: undefined, datasets: [] };
  const drafts: Draft[] = [];
  walk(top, undefined, [], drafts, bare);

  const used = new Set<string>();
  const projects = drafts.filter((draft) => draft.datasets.length > 0).map((draft) => project(draft, used));
  // Pictures in a folder `img` alone say nothing; one annotation beside them does.
  if (bare.datasets.some(({ folder }) => hasJson(folder.folders.get('ann')) || isEpisode(folder))) {
    const found = project(withCommonRoot(bare), used);
    found.blobs.push(...blobsAbove(top, bare));
    for (const file of found.blobs) used.add(file);
    projects.push(found);
  }
  return { projects, rest: all.filter((file) => !used.has(file)) };
}

function buildFolders(paths: readonly string[]): Folder {
  const top: Folder = { path: '', name: '', files: [], folders: new Map() };
  for (const file of paths) {
    const parts = file.split('/');
    const name = parts.pop() ?? '';
    if (isJunk(name) || parts.some((part) => part === '__MACOSX')) continue;
    let at = top;
    for (const part of parts) {
      let next = at.folders.get(part);
      if (next === undefined) {
        next = { path: join(at.path, part), name: part, files: [], folders: new Map() };
        at.folders.set(part, next);
      }
      at = next;
    }
    at.files.push(name);
  }
  return top;
}

function walk(folder: Folder, owner: Draft | undefined, parts: string[], drafts: Draft[], bare: Draft): void {
  let draft = owner;
  let at = parts;
  if (folder.files.includes('meta.json')) {
    draft = { root: folder, datasets: [] };
    drafts.push(draft);
    at = [];
  }
  if (isDataset(folder)) (draft ?? bare).datasets.push({ folder, parts: at });
  for (const child of folder.folders.values()) {
    if (child.name === 'datasets' && !isDataset(child)) walk(child, draft, at, drafts, bare);
    else if (child.name === 'datasets' || !RESERVED_FOLDERS.has(child.name))
      walk(child, draft, [...at, child.name], drafts, bare);
  }
}

function isDataset(folder: Folder): boolean {
  for (const name of ITEM_FOLDERS.keys()) {
    if ((folder.folders.get(name)?.files.length ?? 0) > 0) return true;
  }
  return hasJson(folder.folders.get('ann')) || blobNames(folder).length > 0;
}

/** Of a project of episodes: one annotation for all its clouds. */
const isEpisode = ({ files, folders }: Folder): boolean =>
  files.includes('annotation.json') && folders.has('pointcloud');

function project(draft: Draft, used: Set<string>): FoundProject {
  const root = draft.root;
  const found: FoundProject = { root: root?.path ?? '', datasets: [], blobs: [] };
  if (root?.files.includes('meta.json')) {
    found.metaFile = join(root.path, 'meta.json');
    used.add(found.metaFile);
  }
  for (const file of root?.folders.get('blob')?.files ?? []) {
    if (file.endsWith('.tar')) found.blobs.push(join(root?.path ?? '', `blob/${file}`));
  }
  for (const file of found.blobs) used.add(file);
  for (const { folder, parts } of draft.datasets) {
    const name = parts.length > 0 ? parts.join('/') : path.posix.basename(found.root) || 'ds0';
    found.datasets.push(dataset(folder, name, used));
  }
  return found;
}

function dataset(folder: Folder, name: string, used: Set<string>): FoundDataset {
  const [itemFolder, infoFolder] = [...ITEM_FOLDERS].find(([one]) => folder.folders.has(one)) ?? [
    'img',
    'img_info',
  ];
  const pictures = filesOf(folder, itemFolder, used);
  const anns = filesOf(folder, 'ann', used);
  const infos = filesOf(folder, infoFolder, used);
  const metas = filesOf(folder, 'meta', used);
  const blobs = blobNames(folder);
  for (const blob of blobs) used.add(join(folder.path, `${blob}_offsets.pkl`));

  const items = new Map<string, FoundItem>();
  for (const [file, at] of pictures) items.set(file, { name: file, image: at });
  for (const file of infos.keys()) {
    const item = withoutJson(file);
    if (item !== undefined && !items.has(item)) items.set(item, { name: item });
  }
  const clashes = matchAnnotations(items, anns);
  if (pictures.size === 0 || blobs.length > 0) {
    const clashing = new Set(clashes.map((clash) => clash.ann));
    for (const [file, at] of anns) {
      const item = withoutJson(file);
      if (item === undefined || clashing.has(at)) continue;
      items.set(item, { ...items.get(item), name: item, ann: at });
      anns.delete(file);
    }
  }
  for (const item of items.values()) {
    takeSidecar(item, 'info', infos);
    takeSidecar(item, 'meta', metas);
  }
  return {
    path: name,
    folder: folder.path,
    itemFolder,
    items: [...items.values()],
    orphans: [...anns.values(), ...infos.values(), ...metas.values()],
    clashes,
    blobs,
  };
}

/** Gives each item its annotation and takes it out of `anns`; `<stem>.json` is how files of 2019 are named. */
function matchAnnotations(items: ReadonlyMap<string, FoundItem>, anns: Map<string, string>) {
  const byStem = new Map<string, FoundItem[]>();
  for (const item of items.values()) {
    const exact = `${item.name}.json`;
    const ann = anns.get(exact);
    if (ann !== undefined) {
      item.ann = ann;
      anns.delete(exact);
      continue;
    }
    const stem = `${stemOf(item.name)}.json`;
    if (!anns.has(stem)) continue;
    const claims = byStem.get(stem);
    if (claims === undefined) byStem.set(stem, [item]);
    else claims.push(item);
  }
  const clashes: { ann: string; items: string[] }[] = [];
  for (const [file, claims] of byStem) {
    const ann = anns.get(file);
    const [only, second] = claims;
    // It was the exact name of another item.
    if (ann === undefined || only === undefined) continue;
    anns.delete(file);
    if (second === undefined) only.ann = ann;
    else clashes.push({ ann, items: claims.map((item) => item.name) });
  }
  return clashes;
}

function takeSidecar(item: FoundItem, key: 'info' | 'meta', files: Map<string, string>): void {
  const file = `${item.name}.json`;
  const at = files.get(file);
  if (at === undefined) return;
  item[key] = at;
  files.delete(file);
}

/** File name -> path, for the files directly in a folder. */
function filesOf(folder: Folder, name: string, used: Set<string>): Map<string, string> {
  const child = folder.folders.get(name);
  const files = new Map<string, string>();
  for (const file of child?.files ?? []) {
    const at = join(child?.path ?? '', file);
    files.set(file, at);
    used.add(at);
  }
  return files;
}

/** Project of the datasets without meta: rooted in the deepest folder that holds them all. */
function withCommonRoot(bare: Draft): Draft {
  const split = bare.datasets.map(({ parts }) => parts);
  const first = split[0] ?? [];
  let depth = 0;
  // The last part stays: it names the dataset.
  while (
    depth < first.length - 1 &&
    split.every((one) => one.length - 1 > depth && one[depth] === first[depth])
  )
    depth++;
  const root: Folder = { path: first.slice(0, depth).join('/'), name: '', files: [], folders: new Map() };
  return {
    root,
    datasets: bare.datasets.map(({ folder, parts }) => ({ folder, parts: parts.slice(depth) })),
  };
}

/** Tars in a folder `blob` beside a dataset, or beside a folder it is in: without a meta.json nothing else says where a project begins. */
function blobsAbove(top: Folder, bare: Draft): string[] {
  const found = new Set<string>();
  for (const { folder } of bare.datasets) {
    let at: Folder | undefined = top;
    for (const part of folder.path.split('/')) {
      const blob = at?.folders.get('blob');
      for (const file of blob?.files ?? [])
        if (file.endsWith('.tar')) found.add(join(blob?.path ?? '', file));
      at = at?.folders.get(part);
    }
  }
  return [...found];
}

function blobNames(folder: Folder): string[] {
  return folder.files
    .filter((file) => file.endsWith('_offsets.pkl'))
    .map((file) => file.slice(0, -'_offsets.pkl'.length));
}

const hasJson = (folder: Folder | undefined): boolean =>
  folder?.files.some((file) => file.endsWith('.json')) ?? false;

const withoutJson = (file: string): string | undefined =>
  file.endsWith('.json') ? file.slice(0, -'.json'.length) : undefined;

const stemOf = (name: string): string => name.slice(0, name.length - path.posix.extname(name).length);

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
