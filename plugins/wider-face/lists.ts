/**
 * The lists of a source: which text files are some, and where in them the faces of each picture stand. Only the
 * places are kept, so a list of any length costs a short record for each picture.
 */
import { isImageName } from '../../src/plugin-kit/image-kinds.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';
import type { FilePlace } from '../../src/plugin-kit/range-reader.ts';
import { readTextLines } from '../../src/plugin-kit/text-lines.ts';

/** wider: name, count, faces. retinaface: `# name`, faces. names: pictures whose faces are not public. */
export type ListKind = 'wider' | 'retinaface' | 'names';

/** A picture in a list. */
export interface Entry {
  /** As the list has it. */
  name: string;
  /** The lines behind the name and the count. */
  place: FilePlace;
  /** Number of the first of them. */
  line: number;
  /** How many faces are announced; undefined where lists do not say. */
  count: number | undefined;
}

const NUMBERS = /^\s*[-+]?[\d.]+(?:e[-+]?\d+)?(?:\s+[-+]?[\d.]+(?:e[-+]?\d+)?)*\s*$/i;

/** By its first lines; undefined when it is none of them. */
export function kindOfList(head: string): ListKind | undefined {
  const lines = head
    .replace(/^\uFEFF/, '')
    .split('\n', 12)
    .map((line) => line.trim());
  const [first = '', second = '', third = ''] = lines;
  if (/^#\s*\S/.test(first) && isImageName(first))
    return second === '' || second.startsWith('#') || NUMBERS.test(second) ? 'retinaface' : undefined;
  if (!isImageName(first) || !first.includes('/')) return undefined;
  if (/^\d+$/.test(second)) return third === '' || NUMBERS.test(third) ? 'wider' : undefined;
  // Only with event folders: any list of pictures looks like this.
  return lines.every((line) => line === '' || /^\d+--[^/]+\/[^/]+$/.test(line)) ? 'names' : undefined;
}

export async function findLists(
  tree: SourceTree,
  most = Number.POSITIVE_INFINITY,
): Promise<[string, ListKind][]> {
  const found: [string, ListKind][] = [];
  let looked = 0;
  for (const { path, size } of tree.files) {
    if (!/\.txt$/i.test(path) || size === 0) continue;
    if (++looked > most) break;
    const kind = kindOfList((await tree.head(path, 4096)).toString('utf8'));
    if (kind !== undefined) found.push([path, kind]);
  }
  // The order of the faces is that of WIDER FACE where both speak of a picture.
  return found.sort(([, a], [, b]) => Number(a === 'retinaface') - Number(b === 'retinaface'));
}

/** Every picture of a list, in its order. Throws SLY_FORMAT_INVALID for a line longer than any of a list. */
export async function* readList(
  tree: SourceTree,
  file: string,
  kind: ListKind,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  let open: Entry | undefined;
  for await (const { text, line, offset, bytes } of readTextLines(tree.locate(file), { file, signal })) {
    const name = nameIn(text, kind);
    if (name !== undefined) {
      if (open !== undefined) yield open;
      open = { name, place: { file, offset: offset + bytes, bytes: 0 }, line: line + 1, count: undefined };
    } else if (open !== undefined) {
      if (
        kind === 'wider' &&
        open.count === undefined &&
        open.place.bytes === 0 &&
        /^\s*\d+\s*$/.test(text)
      ) {
        open.count = Number(text);
        open.place.offset = offset + bytes;
        open.line = line + 1;
      } else open.place.bytes = offset + bytes - open.place.offset;
    }
  }
  if (open !== undefined) yield open;
}

function nameIn(text: string, kind: ListKind): string | undefined {
  const line = text.trim();
  if (kind === 'retinaface') return line.startsWith('#') ? line.slice(1).trim() : undefined;
  return isImageName(line) ? line : undefined;
}
