import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder with package.json, found upwards from this file: the source tree, or the one that holds dist/. */
export function packageRoot(): string {
  let at = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(at, 'package.json'))) {
    const parent = path.dirname(at);
    if (parent === at) throw new Error('package.json is missing: the installation is not complete');
    at = parent;
  }
  return at;
}

export function programVersion(): string {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
