/** Small blobs wait in memory for others, so that one wait for the disk serves many. */
import { type Sha256, sha256Of } from '../../../lib/hash.ts';
import type { BlobStore } from '../../ports.ts';

/** Up to this size a blob is worth waiting for others; a larger one streams to the store. */
export const SMALL_BYTES = 1 << 20;
/** At most this and one small blob more are held. */
const GROUP_BYTES = 16 << 20;

export interface BlobGroup {
  /** Stored at the latest when `flush` resolves. */
  add(bytes: Uint8Array): Promise<Sha256>;
  flush(): Promise<void>;
}

export function createBlobGroup(blobs: Pick<BlobStore, 'putMany'>): BlobGroup {
  let waiting: { sha256: Sha256; bytes: Uint8Array }[] = [];
  let held = 0;

  async function flush(): Promise<void> {
    const storing = waiting;
    waiting = [];
    held = 0;
    if (storing.length > 0) await blobs.putMany(storing);
  }

  return {
    async add(bytes) {
      const sha256 = sha256Of(bytes);
      waiting.push({ sha256, bytes });
      held += bytes.length;
      if (held >= GROUP_BYTES) await flush();
      return sha256;
    },
    flush,
  };
}
