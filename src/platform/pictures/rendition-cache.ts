/**
 * Pictures that were made, as files below one folder, at most `mostBytes` of them: the longest unused go first.
 * The files are the truth; the table of sizes is read from the folder at the first use.
 *   <folder>/<first two digits>/<name>   whole pictures
 *   <folder>/temp/<random>               being made; whatever is there at a start is from a crash
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf } from '../../lib/errors.ts';

export interface RenditionCache {
  /** The caller closes it. */
  open(name: string): Promise<FileHandle | undefined>;
  /** A path to write to; `keep` or `discard` ends it. */
  tempFile(): Promise<string>;
  /** Puts a finished file in its place and makes room. */
  keep(name: string, temp: string): Promise<void>;
  discard(temp: string): Promise<void>;
  /** All whole pictures. */
  usage(): Promise<{ files: number; bytes: number }>;
}

export function createRenditionCache(folder: string, { mostBytes }: { mostBytes: number }): RenditionCache {
  const temp = path.join(folder, 'temp');
  /** Longest unused first. */
  const sizes = new Map<string, number>();
  let total = 0;
  let loading: Promise<void> | undefined;

  const placeOf = (name: string): string => path.join(folder, name.slice(0, 2), name);

  function loaded(): Promise<void> {
    loading ??= load();
    return loading;
  }

  async function load(): Promise<void> {
    await rm(temp, { recursive: true, force: true });
    await mkdir(temp, { recursive: true, mode: 0o700 });
    const found: { name: string; size: number; mtimeMs: number }[] = [];
    for (const group of await readdir(folder)) {
      if (group === 'temp') continue;
      for (const name of await readdir(path.join(folder, group))) {
        const { size, mtimeMs } = await stat(placeOf(name));
        found.push({ name, size, mtimeMs });
      }
    }
    found.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { name, size } of found) note(name, size);
    await makeRoom();
  }

  function note(name: string, size: number): void {
    total += size - (sizes.get(name) ?? 0);
    sizes.delete(name);
    sizes.set(name, size);
  }

  function forget(name: string): void {
    total -= sizes.get(name) ?? 0;
    sizes.delete(name);
  }

  async function makeRoom(): Promise<void> {
    for (const name of sizes.keys()) {
      // The newest stays in any case: somebody is about to read it.
      if (total <= mostBytes || sizes.size === 1) return;
      forget(name);
      await rm(placeOf(name), { force: true });
    }
  }

  return {
    async open(name) {
      await loaded();
      const size = sizes.get(name);
      if (size === undefined) return undefined;
      try {
        const file = await open(placeOf(name));
        note(name, size);
        return file;
      } catch (error) {
        // Somebody cleaned up by hand.
        if (errnoOf(error) !== 'ENOENT') throw error;
        forget(name);
        return undefined;
      }
    },
    async tempFile() {
      await loaded();
      return path.join(temp, randomUUID());
    },
    async keep(name, file) {
      const { size } = await stat(file);
      await mkdir(path.dirname(placeOf(name)), { recursive: true, mode: 0o700 });
      await rename(file, placeOf(name));
      note(name, size);
      await makeRoom();
    },
    discard: (file) => rm(file, { force: true }),
    async usage() {
      await loaded();
      return { files: sizes.size, bytes: total };
    },
  };
}
