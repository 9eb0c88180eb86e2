/** The file systems the agent's folders lie on, each once, with the room that is left. */
import { stat, statfs } from 'node:fs/promises';
import type { FileSystem } from '../../protocol/machine.ts';

type Role = 'data' | 'upload' | 'temp';

/** A folder that is not there or does not answer is left out: `doctor` says why. */
export async function fileSystemsOf(folders: readonly (readonly [Role, string])[]): Promise<FileSystem[]> {
  const byDevice = new Map<number, FileSystem>();
  for (const [role, folder] of folders) {
    try {
      const { dev } = await stat(folder);
      const known = byDevice.get(dev);
      if (known === undefined) byDevice.set(dev, { holds: [role], ...(await roomOf(folder)) });
      else known.holds.push(role);
    } catch {
      // See above.
    }
  }
  return [...byDevice.values()];
}

/** Room for a service without root, not what the file system keeps for root. */
async function roomOf(folder: string): Promise<Omit<FileSystem, 'holds'>> {
  const { bavail, blocks, bsize, files, ffree } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: files > 0 ? ffree : null };
}
