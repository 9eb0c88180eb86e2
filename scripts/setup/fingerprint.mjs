/** What the installed packages and the build were made from, as short hashes that change when they are stale. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files and folders the build reads, relative to the project root. */
const BUILD_INPUTS = [
  'src',
  'plugins',
  'web',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'scripts/build-plugin-image.mjs',
];
/** Folders that never reach the build; fixtures are many files and would make every start slower. */
const IGNORED = new Set(['node_modules', 'dist', 'fixtures', 'test', '.git']);

/** Hash of the exact package set this project asks for on this platform. */
export function packagesFingerprint(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
    .slice(0, 32);
}

/** Hash over path, size and modification time of every source file of the build. */
export function sourcesFingerprint(root) {
  const hash = createHash('sha256');
  for (const input of BUILD_INPUTS) addTree(hash, root, input);
  return hash.digest('hex').slice(0, 32);
}

function addTree(hash, root, path) {
  const info = statSync(join(root, path), { throwIfNoEntry: false });
  if (info === undefined) return;
  if (!info.isDirectory()) {
    hash.update(`${path}\0${info.size}\0${info.mtimeMs}\n`);
    return;
  }
  for (const name of readdirSync(join(root, path)).sort()) {
    if (!IGNORED.has(name)) addTree(hash, root, `${path}/${name}`);
  }
}

/** Text of a stamp file; undefined when there is none. */
export function readStamp(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
