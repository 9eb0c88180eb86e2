/** Which JSON files are BDD100K, by words near their beginning: frames or labels, and shapes or attributes of its own. */
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';

const HEAD_BYTES = 64 << 10;

export async function findBddFiles(
  tree: SourceTree,
  most = Number.POSITIVE_INFINITY,
): Promise<SourceFileEntry[]> {
  const found: SourceFileEntry[] = [];
  let looked = 0;
  for (const file of tree.files) {
    const { path, size } = file;
    if (!/\.json$/i.test(path) || size < 20) continue;
    if (++looked > most) break;
    if (looksLikeBdd((await tree.head(path, HEAD_BYTES)).toString('latin1'))) found.push(file);
  }
  return found;
}

export function looksLikeBdd(head: string): boolean {
  return (
    /^(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{/.test(head) &&
    /"(?:frames|labels|objects)"\s*:/.test(head) &&
    /"(?:box2d|poly2d|timeofday|trafficLightColor)"\s*:/.test(head)
  );
}

/** First name of a picture in the text. */
export function firstName(head: string): string | undefined {
  return /"name"\s*:\s*"([^"\\]+)"/.exec(head)?.[1];
}
