/** Whether a folder holds COCO: by the names of its JSON files and their first and last bytes, never all of them. */
import { closeSync, openSync, readSync } from 'node:fs';
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import { nameParts } from '../../src/plugin-kit/match-images.ts';
import type { DetectContext, SourceFileEntry, SourceTree, Verdict } from '../../src/plugin-kit/plugin.ts';

const LOOKED_AT = 24;
const EDGE_BYTES = 64 << 10;
const NAMES = /instances|keypoints|captions|annotations|coco/i;

export async function detectCoco({ tree }: DetectContext): Promise<Verdict> {
  const jsons = tree.files.filter((file) => /\.json$/i.test(file.path) && file.size > 0);
  if (jsons.length === 0) return { confidence: 0, because: 'there is no JSON file' };
  let why = '';
  for (const file of likelyFirst(jsons).slice(0, LOOKED_AT)) {
    const seen = await look(tree, file);
    if (seen.lists.length >= 2 && seen.lists[0] === 'images') return judge(tree, file, seen);
    why ||= `${file.path} has no lists of images and annotations`;
  }
  const others = jsons.length > LOOKED_AT ? ` (and ${jsons.length - 1} more JSON files)` : '';
  return { confidence: 0, because: `${why}${others}` };
}

interface Seen {
  lists: string[];
  /** First file names that were seen. */
  names: string[];
  /** Segments of panoptic masks, which data sets of other formats have beside their own files. */
  panoptic: boolean;
}

function judge(tree: SourceTree, file: SourceFileEntry, { lists, names, panoptic }: Seen): Verdict {
  const found = names.find((name) => tree.byBaseName(nameParts(name).at(-1) ?? '').length > 0);
  const has = `${file.path} has ${lists.join(', ')}`;
  if (found !== undefined && panoptic)
    return { confidence: 0.8, because: `${has} with panoptic segments, and ${found} is there` };
  if (found !== undefined) return { confidence: 0.95, because: `${has}, and ${found} is there` };
  if (tree.files.some((one) => isImageName(one.path)))
    return { confidence: 0.7, because: `${has}, but of its first pictures none is there` };
  return {
    confidence: 0.6,
    because: `${has}, but there are no pictures (the option links imports them by address)`,
  };
}

function likelyFirst(files: readonly SourceFileEntry[]): SourceFileEntry[] {
  const score = (file: SourceFileEntry): number =>
    NAMES.test(file.path.slice(file.path.lastIndexOf('/') + 1)) ? 1 : 0;
  return [...files].sort((a, b) => score(b) - score(a) || b.size - a.size);
}

/** Keys of the root where they can be told, else marks that only these lists have. */
async function look(tree: SourceTree, file: SourceFileEntry): Promise<Seen> {
  const head = (await tree.head(file.path, EDGE_BYTES)).toString('utf8');
  if (!/^\uFEFF?\s*\{/.test(head)) return { lists: [], names: [], panoptic: false };
  const text = file.size > EDGE_BYTES ? head + tail(tree.locate(file.path), file.size) : head;
  const keys = rootKeys(head);
  const names = [...text.matchAll(/"file_name"\s*:\s*("(?:[^"\\]|\\.)*")/g)]
    .slice(0, 20)
    .map((match) => unquote(match[1]));
  const lists: string[] = [];
  const has = (key: string): boolean => keys.has(key) || new RegExp(`"${key}"\\s*:\\s*\\[`).test(text);
  if (has('images') || (names.length > 0 && keys.size > 0 && /"(?:height|width|id)"\s*:/.test(text)))
    lists.push('images');
  if (has('annotations') || /"image_id"\s*:/.test(text)) lists.push('annotations');
  if (has('categories')) lists.push('categories');
  return { lists, names, panoptic: /"segments_info"\s*:/.test(text) };
}

function tail(absolute: string, size: number): string {
  const fd = openSync(absolute, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(EDGE_BYTES, size - EDGE_BYTES));
    const got = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, got);
  } finally {
    closeSync(fd);
  }
}

/** Keys of the outermost object in the beginning of a JSON text. */
function rootKeys(text: string): Set<string> {
  const keys = new Set<string>();
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === '"') {
      const start = i + 1;
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++;
      if (depth === 1 && /^\s*:/.test(text.slice(i + 1, i + 8))) keys.add(text.slice(start, i));
    }
  }
  return keys;
}

function unquote(text: string | undefined): string {
  try {
    return String(JSON.parse(text ?? '""'));
  } catch {
    return '';
  }
}
