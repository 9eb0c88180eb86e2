/**
 * `data/` of an import: one look at every folder when the plugin starts. Regular files only; links, devices
 * and names that are no UTF-8 do not exist for a plugin (the agent has reported them).
 */
import { closeSync, type Dirent, lstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { errnoOf, SlyError } from '../lib/errors.ts';
import { joinInside } from '../lib/safe-path.ts';
import type { Breathe } from './breathe.ts';
import type { SourceFileEntry, SourceTree } from './plugin.ts';

const MAX_TEXT_BYTES = 256 << 20;

export async function scanSourceTree(root: string, breathe: Breathe): Promise<SourceTree> {
  const files: SourceFileEntry[] = [];
  // What is still to be looked at, next one last. A folder stands there as `name/`: that sorts it among its
  // neighbours where its files belong, so that walking in this order gives all paths in order.
  const ahead = namesIn(root, '').reverse();
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    if (at.endsWith('/')) {
      for (const below of namesIn(root, at).reverse()) ahead.push(at + below);
    } else {
      const size = sizeOf(root, at);
      if (size !== undefined) files.push({ path: at, size });
    }
    await breathe();
  }
  return createSourceTree(root, files);
}

function namesIn(root: string, folder: string): string[] {
  const names: string[] = [];
  for (const entry of readEntries(path.join(root, folder))) {
    if (entry.isDirectory()) names.push(`${entry.name}/`);
    else if (entry.isFile()) names.push(entry.name);
  }
  return names.sort();
}

export function createSourceTree(root: string, files: readonly SourceFileEntry[]): SourceTree {
  let byName: Map<string, SourceFileEntry[]> | undefined;

  const tree: SourceTree = {
    root,
    files,
    locate: (file) => joinInside(root, file),

    async head(file, bytes) {
      const fd = openSync(tree.locate(file), 'r');
      try {
        const buffer = Buffer.allocUnsafe(bytes);
        let filled = 0;
        while (filled < bytes) {
          const got = readSync(fd, buffer, filled, bytes - filled, filled);
          if (got === 0) break;
          filled += got;
        }
        return buffer.subarray(0, filled);
      } finally {
        closeSync(fd);
      }
    },

    async text(file, maxBytes = MAX_TEXT_BYTES) {
      const absolute = tree.locate(file);
      const { size } = lstatSync(absolute);
      if (size > maxBytes)
        throw new SlyError('SLY_FORMAT_INVALID', {
          detail: `expected a text of at most ${maxBytes} bytes, got ${size}`,
          file,
        });
      const text = readFileSync(absolute, 'utf8');
      return text.startsWith('\uFEFF') ? text.slice(1) : text;
    },

    byBaseName(name) {
      if (byName === undefined) {
        byName = new Map();
        for (const file of files) {
          const base = path.posix.basename(file.path);
          const same = byName.get(base);
          if (same === undefined) byName.set(base, [file]);
          else same.push(file);
        }
      }
      return byName.get(name) ?? [];
    },
  };
  return tree;
}

/** Undefined where the name cannot be given back to the system: it was no UTF-8. */
function sizeOf(root: string, file: string): number | undefined {
  return unlessGone(() => lstatSync(`${root}/${file}`).size);
}

function readEntries(folder: string): Dirent[] {
  return unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
