/** File systems on which other machines write: the kernel here tells nobody of their changes, only a scan finds them. */
import { statfs } from 'node:fs/promises';

/** By `statfs(2)`. FUSE may be anything, also what lies elsewhere. */
const REMOTE: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'SMB',
  4266872130: 'SMB',
  1702057286: 'FUSE',
  16914839: '9p',
  12805120: 'CephFS',
  1397113167: 'AFS',
  2020557398: 'a shared folder of VirtualBox',
  198183888: 'Lustre',
  1196443219: 'GPFS',
};

export const remoteName = (type: number): string | undefined => REMOTE[type >>> 0];

/** Undefined for a disk of this machine, and where it cannot be told. */
export async function remoteMount(folder: string): Promise<string | undefined> {
  const found = await statfs(folder).catch(() => undefined);
  return found === undefined ? undefined : remoteName(found.type);
}
