/** Which JSON files are COCO-Text, by words that stand near their beginning or end. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

const EDGE_BYTES = 64 << 10;
const MARKS = /"(?:utf8_string|legibility)"\s*:/;
const LISTS = /"(?:imgs|anns|imgToAnns)"\s*:\s*\{/;

/** `most` bounds how many files are opened; the likely ones are looked at first. */
export async function findCocoText(tree: SourceTree, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const found: string[] = [];
  const jsons = tree.files.filter(({ path, size }) => /\.json$/i.test(path) && size > 20);
  const likely = (path: string): number => (/coco.?text/i.test(path) ? 0 : 1);
  jsons.sort((a, b) => likely(a.path) - likely(b.path));
  for (const { path, size } of jsons.slice(0, most)) {
    const head = (await tree.head(path, EDGE_BYTES)).toString('latin1');
    if (!/^(?:\xef\xbb\xbf)?\s*\{/.test(head)) continue;
    const text = size > EDGE_BYTES ? head + tail(tree.locate(path), size) : head;
    // What stands in the middle of a large file is not seen: of lists and marks one half must be enough there.
    if (LISTS.test(text) && (MARKS.test(text) || (size > EDGE_BYTES && /"imgToAnns"/.test(text))))
      found.push(path);
  }
  return found.sort();
}

function tail(absolute: string, size: number): string {
  const fd = openSync(absolute, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.min(EDGE_BYTES, size - EDGE_BYTES));
    const got = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('latin1', 0, got);
  } finally {
    closeSync(fd);
  }
}
