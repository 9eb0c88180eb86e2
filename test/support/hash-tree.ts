/** Hash, size and mtime of every file below a folder: proves that nobody touched it. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sha256Of } from '../../src/lib/hash.ts';

export function hashTree(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const { mtimeMs, mode } = lstatSync(file);
    found[path.relative(root, file)] = `${sha256Of(readFileSync(file))} ${mtimeMs} ${mode}`;
  }
  return found;
}
