/** `meta/<picture>.json`: free-form metadata of a picture, found by name, the nearest in the tree first. */
import path from 'node:path';
import { matchLooseItems } from '../../src/format/loose-items.ts';
import { isRecord, shown } from '../../src/format/problem.ts';
import type { SourceTree } from '../../src/plugin-kit/plugin.ts';

const MAX_BYTES = 16 << 20;

export function isMetadataPath(file: string): boolean {
  return file.endsWith('.json') && path.posix.basename(path.posix.dirname(file)) === 'meta';
}

/** Picture -> its metadata file. */
export function findMetadata(tree: SourceTree): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const sidecars = tree.files.filter((file) => isMetadataPath(file.path)).map((file) => file.path);
  if (sidecars.length === 0) return found;
  const wanted = new Set(sidecars.map((file) => path.posix.basename(file, '.json')));
  const pictures = tree.files
    .filter((file) => wanted.has(path.posix.basename(file.path)) && !isMetadataPath(file.path))
    .map((file) => file.path);
  const isPicture = new Set(pictures);
  for (const { image, meta } of matchLooseItems([...pictures, ...sidecars], (file) => isPicture.has(file))
    .items)
    if (meta !== undefined) found.set(image, meta);
  return found;
}

/** The object in it, or what is wrong. */
export async function readMetadata(
  tree: SourceTree,
  file: string,
): Promise<{ meta: Record<string, unknown> } | { code: string; message: string }> {
  let json: unknown;
  try {
    json = JSON.parse(await tree.text(file, MAX_BYTES));
  } catch (error) {
    return { code: 'SLY_FORMAT_JSON', message: (error as Error).message };
  }
  if (isRecord(json)) return { meta: json };
  return { code: 'SLY_FORMAT_INVALID', message: `expected an object, got ${shown(json)}` };
}
