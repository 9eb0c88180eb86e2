/** Which XML files are CVAT's: by their root and what is in it, from the first bytes. */
import type { SourceFileEntry, SourceTree } from '../../src/plugin-kit/plugin.ts';

export const HEAD_BYTES = 64 << 10;

/** Undefined when the beginning of a file is not CVAT's; else what it holds, as far as can be seen. */
export function kindOfHead(text: string): 'images' | 'tracks' | 'unknown' | undefined {
  const root = text.replace(/^\uFEFF/, '').replace(/^(?:\s+|<\?[^>]*\?>|<!--[\s\S]*?-->)+/, '');
  if (!/^<annotations[\s/>]/.test(root)) return undefined;
  if (/<image\s/.test(root)) return 'images';
  if (/<track\s/.test(root)) return 'tracks';
  // A long list of labels before the first picture, or no picture at all.
  return /<meta>\s*<(?:task|project|job)>/.test(root) ? 'unknown' : undefined;
}

export function isXmlName(path: string): boolean {
  return /\.xml$/i.test(path);
}

export async function findCvatFiles(tree: SourceTree, signal: AbortSignal): Promise<SourceFileEntry[]> {
  const found: SourceFileEntry[] = [];
  for (const file of tree.files) {
    if (!isXmlName(file.path) || file.size === 0) continue;
    signal.throwIfAborted();
    const head = (await tree.head(file.path, HEAD_BYTES)).toString('utf8');
    if (kindOfHead(head) !== undefined) found.push(file);
  }
  return found;
}
