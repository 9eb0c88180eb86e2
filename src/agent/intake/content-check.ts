/**
 * Tells a touched source from a changed one by the SHA-256 of its files. What the transfer hashed while it sent
 * files is used; the rest is read here, one file at a time.
 */
import { closeSync, constants, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errnoOf } from '../../lib/errors.ts';
import { sha256Of, sha256OfFile } from '../../lib/hash.ts';
import type { HashedFile, IntakeInventory } from '../journal/intake-inventory.ts';
import { isContent, scanSource, walkSource } from './scan-source.ts';
import { lookAtFile, type WalkEntry } from './walk-folder.ts';

export interface ContentCheck {
  /** Hashes what is not known yet of the content just imported; true when all of `signature` is known now. */
  learn(name: string, signature: string): Promise<boolean>;
  /** `same`: only times or inodes changed; `unsettled`: it changed while it was read, look again later. */
  compare(name: string, signature: string): Promise<'same' | 'changed' | 'unsettled'>;
}

const STORE_EVERY = 2048;
/** Small files are read in one synchronous go: asynchronous reads cost many times what they are worth there. */
const SMALL_BYTES = 256 * 1024;
const SLICE_MS = 8;

export function createContentCheck(deps: {
  uploadFolder: string;
  inventory: IntakeInventory;
  signal: AbortSignal;
  now(): number;
}): ContentCheck {
  const { uploadFolder, inventory, signal } = deps;

  async function isStill(name: string, signature: string): Promise<boolean> {
    const scan = await scanSource(path.join(uploadFolder, name), { now: deps.now(), signal });
    return scan.signature === signature;
  }

  /** Calls `visit` for each file; it may return a hashed file to remember, or false to stop. */
  async function forEachFile(
    name: string,
    visit: (entry: WalkEntry, file: string) => Promise<HashedFile | boolean>,
  ): Promise<boolean> {
    const source = path.join(uploadFolder, name);
    let fresh: HashedFile[] = [];
    const store = (): void => {
      if (fresh.length > 0) inventory.putHashes(name, fresh);
      fresh = [];
    };
    let sliceStart = performance.now();
    for await (const batch of walkSource(source, { signal })) {
      for (const entry of batch) {
        if (!isContent(entry)) continue;
        const result = await visit(entry, path.join(source, entry.path));
        if (result === false) return false;
        if (typeof result === 'object') fresh.push(result);
        if (fresh.length >= STORE_EVERY) store();
        if (performance.now() - sliceStart < SLICE_MS) continue;
        signal.throwIfAborted();
        await turn();
        sliceStart = performance.now();
      }
    }
    store();
    return true;
  }

  return {
    async learn(name, signature) {
      const done = await forEachFile(name, async (entry, file) => {
        const known = inventory.hashOf(name, entry.path);
        if (known !== undefined && isSameFile(known, entry)) return true;
        return hashEntry(entry, file, signal);
      });
      return done && (await isStill(name, signature));
    },

    async compare(name, signature) {
      // A change before everything was known cannot be told from a touch: better once too often than a lost change.
      if (inventory.get(name)?.contentKnown !== true) return 'changed';
      let files = 0;
      const same = await forEachFile(name, async (entry, file) => {
        files++;
        const known = inventory.hashOf(name, entry.path);
        if (known === undefined || known.size !== entry.size) return false;
        if (isSameFile(known, entry)) return true;
        const now = await hashEntry(entry, file, signal);
        return typeof now === 'object' && now.sha256 === known.sha256 ? now : false;
      });
      if (!(await isStill(name, signature))) return 'unsettled';
      return same && files === inventory.hashCount(name) ? 'same' : 'changed';
    },
  };
}

function isSameFile(known: HashedFile, entry: WalkEntry): boolean {
  return known.size === entry.size && known.mtimeNs === entry.mtimeNs && known.inode === entry.inode;
}

/** False when the file changed or went away while it was read. */
async function hashEntry(entry: WalkEntry, file: string, signal: AbortSignal): Promise<HashedFile | false> {
  try {
    const { sha256, size } =
      entry.size <= SMALL_BYTES ? readSmall(file) : await sha256OfFile(file, { signal });
    const { path: relative, mtimeNs, inode } = entry;
    const hashed = { path: relative, size, mtimeNs, inode, sha256 };
    const after = lookAtFile(file);
    return after !== undefined && isSameFile(hashed, after) ? hashed : false;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function readSmall(file: string): { sha256: string; size: number } {
  // Not blocking: what was a file a moment ago may be a pipe now.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const bytes = readFileSync(fd);
    return { sha256: sha256Of(bytes), size: bytes.length };
  } finally {
    closeSync(fd);
  }
}
